"""What is typed in a structure's file."""

from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField

from procurement.core.text import number_in
from procurement.dossiers.models import (
    BusinessYear,
    Entry,
    LegalForm,
    MemberFile,
    NafVersion,
    PowerKind,
    Reference,
    Signatory,
)
from procurement.dossiers.rules import FIELDS, LARGEST_AMOUNT, LINE, LONG, Section, check_text
from procurement.web.forms import Checked, ChoiceField, DayField, Form, Limited, NumberField, Required

_LARGEST = int(LARGEST_AMOUNT)


NO_VERSION = -1
"""What a form that doesn't say its version was filled on: none, as 0 is that of a blank file."""


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


class SectionForm(Form):
    """A section of the file; `version` is the file's when the form was shown."""

    section: Section
    version = HiddenField()

    def show(self, file: MemberFile) -> None:
        """Fill in what the file says now."""
        self.version.data = str(file.version)
        for name in FIELDS[self.section]:
            if name in self._fields:
                self[name].data = self._shown(getattr(file, name))

    @staticmethod
    def _shown(value: Any) -> Any:
        return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything typed can be taken: what is wrong in each field is told at once."""
        texts = [name for name in FIELDS[self.section] if type(self[name].data) is str]
        own = {name: [Checked(partial(check_text, name))] for name in texts}
        return super().validate(own | (extra_validators or {}))

    def filled_on(self) -> int:
        """The version that the person saw."""
        return number_in(self.version.data, NO_VERSION)

    def values(self) -> dict[str, Any]:
        """What was typed, as the operation takes it."""
        return {
            name: self[name].data or ""
            if isinstance(self[name], StringField | TextAreaField) and not isinstance(self[name], NumberField)
            else self[name].data
            for name in FIELDS[self.section]
        }


class IdentityForm(SectionForm):
    """Who the structure is (DC1 E, DC2 C1)."""

    section = Section.IDENTITY
    legal_name = StringField(_l("Legal name"), [Limited(LINE)], description=_l("As in the statutes."))
    legal_form = ChoiceField(_l("Legal form"), kind=LegalForm, blank="")
    street = StringField(_l("Registered office: street"), [Limited(LINE)])
    postcode = StringField(_l("Postcode"), render_kw={"inputmode": "numeric"})
    town = StringField(_l("Registered office: town"), [Limited(LINE)])
    email = EmailField(
        _l("E-mail for buyers"), description=_l("Read every day: questions come with a short deadline.")
    )
    rna = StringField(_l("RNA number"), description=_l("Associations: W and nine figures."))
    ape = StringField(_l("APE code"), description=_l("Four figures and a letter: 78.20Z."))
    naf = ChoiceField(_l("Written in"), kind=NafVersion, blank="")
    idcc = StringField(
        _l("Collective agreement (IDCC)"), description=_l("3016 for ACI, 1413 and 2378 for temp agencies…")
    )
    is_sme = SelectField(
        _l("Size"),
        choices=lambda: [("", ""), ("1", _l("SME: fewer than 250 people")), ("0", _l("Larger"))],
        coerce={"1": True, "0": False, True: True, False: False}.get,
        invalid_choice_message=_l("Choose one of the list."),
    )

    def show(self, file: MemberFile) -> None:
        """Fill in what the file says now."""
        super().show(file)
        self.is_sme.data = file.is_sme


class AgreementForm(SectionForm):
    """The agreement with the State (DC2 C2, reserved contracts)."""

    section = Section.AGREEMENT
    agreement_number = StringField(_l("Number of the agreement"), [Limited(LINE)])
    agreement_territory = StringField(_l("Its territory"), [Limited(LINE)])
    agreement_from = DayField(_l("First day"))
    agreement_until = DayField(_l("Last day"))
    annex_year = NumberField(_l("Year of the last financial annex"), digits=0, largest=2100)

    def values(self) -> dict[str, Any]:
        """What was typed, as the operation takes it."""
        return super().values() | {"annex_year": _whole(self.annex_year.data)}


class MeansForm(SectionForm):
    """What the structure works with, and its insurance (DC2 E3, F1)."""

    section = Section.MEANS
    equipment = TextAreaField(
        _l("Equipment"),
        [Limited(LONG)],
        description=_l("Vehicles, machines, premises, software… as a technical proposal would say it."),
        render_kw={"rows": 6},
    )
    insurer = StringField(_l("Insurer (professional liability)"), [Limited(LINE)])
    insurance_policy = StringField(_l("Policy number"), [Limited(LINE)])
    insured_amount = NumberField(_l("Amount insured a claim, in euros"), largest=_LARGEST)


class BankForm(SectionForm):
    """The account that a buyer pays into (ATTRI1 B3)."""

    section = Section.BANK
    account_holder = StringField(_l("Holder of the account"), [Limited(LINE)])
    iban = StringField(_l("IBAN"), render_kw={"autocomplete": "off", "spellcheck": "false"})
    forget = BooleanField(_l("Take the IBAN away"))
    bic = StringField(_l("BIC"), render_kw={"autocomplete": "off"})

    def show(self, file: MemberFile) -> None:
        """Fill in what the file says now; the account itself is never sent back."""
        super().show(file)
        self.iban.data = ""

    def values(self) -> dict[str, Any]:
        """What was typed, as the operation takes it: no IBAN leaves the one that is kept."""
        typed = self.iban.data or ""
        return super().values() | {"iban": "" if self.forget.data and not typed else typed or None}


class EntryForm(Form):
    """A line of the file. `version` is the line's when the form was shown."""

    kind: type[Entry]
    names: tuple[str, ...]
    version = HiddenField()

    def show(self, entry: Entry) -> None:
        """Fill in what the line says now."""
        self.version.data = str(entry.version)
        for name in self.names:
            value = getattr(entry, name)
            self[name].data = Decimal(value) if isinstance(value, int) else value

    def filled_on(self) -> int:
        """The version that the person saw."""
        return number_in(self.version.data, NO_VERSION)

    def values(self) -> dict[str, Any]:
        """What was typed, as the operation takes it."""
        found: dict[str, Any] = {}
        for name in self.names:
            field = self[name]
            if isinstance(field, NumberField):
                found[name] = _whole(field.data) if field.digits == 0 else field.data
            else:
                found[name] = (field.data or "") if isinstance(field, StringField) else field.data
        return found


class SignatoryForm(EntryForm):
    """A person who may sign."""

    kind = Signatory
    names = ("name", "quality", "power", "from_on", "until_on")
    name = StringField(_l("First and last name"), [Required(_l("Give the person’s name.")), Limited(LINE)])
    quality = StringField(
        _l("Signs as"),
        [Required(_l("Say as what the person signs.")), Limited(LINE)],
        description=_l("President, director…"),
    )
    power = ChoiceField(
        _l("By what authority"),
        [Required(_l("Say by what authority."))],
        kind=PowerKind,
        blank="",
        description=_l("The paper itself goes among the certificates."),
    )
    from_on = DayField(_l("Since"))
    until_on = DayField(_l("Last day of the authority"), description=_l("Empty if it has no end."))


class YearForm(EntryForm):
    """A closed year."""

    kind = BusinessYear
    names = ("year", "turnover", "field_share", "permanent_staff", "insertion_staff")
    year = NumberField(_l("Year"), [Required(_l("Give the year."))], digits=0, largest=2100)
    turnover = NumberField(
        _l("Turnover excluding VAT, in euros"), [Required(_l("Give the turnover."))], largest=_LARGEST
    )
    field_share = NumberField(
        _l("Share in this field, in percent"),
        digits=0,
        largest=100,
        description=_l("Of contracts like those you answer to."),
    )
    permanent_staff = NumberField(_l("Permanent staff, full-time equivalents"), largest=99_999)
    insertion_staff = NumberField(
        _l("Staff in insertion, full-time equivalents"),
        largest=99_999,
        description=_l("A number only, never names."),
    )


class ReferenceForm(EntryForm):
    """A work done for a client."""

    kind = Reference
    names = ("client", "subject", "amount", "from_year", "until_year", "contact")
    client = StringField(_l("Client"), [Required(_l("Give the client.")), Limited(LINE)])
    subject = StringField(_l("What was done"), [Required(_l("Say what was done.")), Limited(LINE)])
    amount = NumberField(_l("Amount a year excluding VAT, in euros"), largest=_LARGEST)
    from_year = NumberField(_l("First year"), [Required(_l("Give the year."))], digits=0, largest=2100)
    until_year = NumberField(_l("Last year"), digits=0, largest=2100, description=_l("Empty if it goes on."))
    contact = StringField(
        _l("Whom the buyer may ask"), [Limited(LINE)], description=_l("A service and a telephone.")
    )


SECTIONS: dict[str, type[SectionForm]] = {
    "identite": IdentityForm,
    "convention": AgreementForm,
    "moyens": MeansForm,
    "banque": BankForm,
}
"""The sections by the word of their address."""

LINES: dict[str, type[EntryForm]] = {
    "signataires": SignatoryForm,
    "exercices": YearForm,
    "references": ReferenceForm,
}
"""The lines by the word of their address."""

PLACES = {
    "identity": "identite",
    "agreement": "convention",
    "means": "moyens",
    "bank": "banque",
    "signatories": "signataires",
    "years": "exercices",
    "references": "references",
}
"""The word of the address of each part of `rules.chapters`."""
