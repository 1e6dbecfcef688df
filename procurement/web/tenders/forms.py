"""The forms in which the delegate writes a tender: one comfortable page, rows added without any script."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from procurement.core import clock
from procurement.core.errors import Invalid
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import propose_registration_close
from procurement.members.departments import DEPARTMENTS
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import (
    ClauseKind,
    LegalRegime,
    Procedure,
    Reservation,
    ServiceNature,
    TenderKind,
    Visibility,
)
from procurement.tenders.rules import (
    LOTS,
    NAME_LENGTH,
    SITES,
    TITLE_LENGTH,
    WRITTEN_KINDS,
    InvalidTender,
    Problem,
    problems,
    problems_to_publish,
)
from procurement.tenders.words import department
from procurement.web.forms import (
    ChecksField,
    ChoiceField,
    DayField,
    Form,
    Limited,
    LocalDateTimeField,
    NumberField,
    Required,
)
from procurement.web.labels import MEMBER_KINDS
from procurement.web.tenders.codes import SeveralCodesError, read_codes
from procurement.web.tenders.filters import REGION
from procurement.web.tenders.pasted import read_sites


class Part(Form):
    """A part of a form, repeated: guarded by the whole form's token."""

    class Meta(Form.Meta):
        """As every form's, without a token of its own."""

        csrf = False

    row_id = HiddenField()

    @property
    def known_id(self) -> int | None:
        """The row that it changes; None for a new one, or for what can't be an id."""
        text = self.row_id.data or ""
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


class SiteForm(Part):
    """A site: a line of its lot's table."""

    name = StringField(_l("Site"), [Limited(NAME_LENGTH)])
    town = StringField(_l("Town"), [Limited(120)])
    weekly_hours = NumberField(_l("Hours a week"))

    @property
    def blank(self) -> bool:
        """Whether nothing is typed."""
        return not (
            self.name.data or self.town.data or (self.weekly_hours.raw_data and self.weekly_hours.raw_data[0])
        )

    def validate_name(self, field: StringField) -> None:
        """A site of which something is said has a name."""
        if not field.data and not self.blank:
            raise ValidationError(gettext("Name the site."))


class LotForm(Part):
    """A lot with its sites."""

    number = StringField(_l("Number"), [Limited(20)])
    title = StringField(_l("Lot's title"), [Limited(TITLE_LENGTH)])
    reservation = ChoiceField(_l("Reserved"), kind=Reservation, blank=_l("As the whole tender"))
    description = TextAreaField(_l("Details"))
    sites = FieldList(FormField(SiteForm), _l("Sites"), max_entries=SITES + 1)
    pasted = TextAreaField(_l("Paste a list of sites"), [Limited(200_000)])

    def validate_pasted(self, field: TextAreaField) -> None:
        """What is pasted can be read."""
        try:
            read_sites(field.data or "")
        except Invalid as invalid:
            raise ValidationError(gettext(invalid.message, **invalid.params)) from None

    def facts(self, known: LotFacts | None) -> LotFacts:
        """The lot as typed, what is pasted included; lines left empty are left out.

        What the form doesn't ask comes from `known`, the lot as it stands.
        """
        departments = {site.id: site.department for site in known.sites} if known else {}
        typed = [
            SiteFacts(
                id=part.known_id,
                name=part.name.data or "",
                town=part.town.data or "",
                department=departments.get(part.known_id, ""),
                weekly_hours=part.weekly_hours.data,
            )
            for part in (entry.form for entry in self.sites)
            if not part.blank
        ]
        return LotFacts(
            cpv=known.cpv if known else "",
            id=self.known_id,
            number=self.number.data or "",
            title=self.title.data or "",
            description=self.description.data or "",
            reservation=self.reservation.data,
            sites=(*typed, *(() if self.pasted.errors else read_sites(self.pasted.data or ""))),
        )


class ClauseForm(Part):
    """A social clause."""

    kind = ChoiceField(_l("Kind of clause"), kind=ClauseKind)
    text = TextAreaField(_l("In the buyer's words"), [Limited(4000)])
    hours = NumberField(_l("Hours of inclusion"), digits=0, largest=9_999_999)

    @property
    def blank(self) -> bool:
        """Whether nothing is typed: a kind alone says nothing."""
        return not self.text.data and self.hours.data is None and not self.hours.errors


class TenderForm(Form):
    """What a contract and an agreement have in common."""

    kind = TenderKind.CONTRACT

    version = HiddenField()
    """The version that the form was filled on."""
    seen = HiddenField()
    """How many events the tender had then: those after it are what others changed."""
    title = StringField(_l("Title"), [Required(_l("Give the tender's title.")), Limited(TITLE_LENGTH)])
    buyer_name = StringField(_l("Buyer"), [Required(_l("Say who buys.")), Limited(NAME_LENGTH)])
    buyer_siret = StringField(_l("Buyer's SIRET"), [Limited(40)])
    reference = StringField(_l("Buyer's reference"), [Limited(120)])
    description = TextAreaField(_l("What it is about"))
    service_nature = ChoiceField(_l("What is bought"), kind=ServiceNature, default=ServiceNature.UNKNOWN)
    legal_regime = ChoiceField(_l("Legal regime"), kind=LegalRegime, default=LegalRegime.PUBLIC_CONTRACT)
    legal_reason = TextAreaField(_l("Why this regime"), [Limited(4000)])
    region = ChecksField(_l("Where it is performed"), choices=[(code, department(code)) for code in REGION])
    elsewhere = StringField(_l("Other departments"))
    cpv = StringField(_l("CPV codes"), render_kw={"data-codes": "/marches/cpv", "autocomplete": "off"})
    visibility = ChoiceField(_l("Once published, seen by"), kind=Visibility, default=Visibility.NETWORK)
    source_url = StringField(_l("Address of the notice"), [Limited(2000)])
    documents_url = StringField(_l("Address of the buyer's documents"), [Limited(2000)])
    notice_published_on = DayField(_l("Notice published on"))  # type: ignore[no-untyped-call]
    lots = FieldList(FormField(LotForm), _l("Lots"), min_entries=1, max_entries=LOTS + 1)
    clauses = FieldList(FormField(ClauseForm), _l("Social clauses"))

    offered: Sequence[tuple[str, str, str]] = ()
    """CPV codes that were perhaps meant: what each takes the place of, its digits, its words."""
    zones: Mapping[str, str] = {}
    """The zone of each date that isn't said in Paris time, by field."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read what is sent, each date in the zone it was said in."""
        for name, zone in self.zones.items():
            if name in self._fields:
                self._fields[name].zone = ZoneInfo(zone)
        super().process(*args, **kwargs)  # type: ignore[no-untyped-call]

    def validate_elsewhere(self, field: StringField) -> None:
        """Each department is one."""
        for code in _codes(field.data):
            if code not in DEPARTMENTS:
                raise ValidationError(gettext("There is no department “%(code)s”.", code=code))

    def validate_cpv(self, field: StringField) -> None:
        """Each is a code, or says one in full; those that were perhaps meant are offered."""
        try:
            read_codes(field.data)
        except SeveralCodesError as several:
            self.offered = several.offered
            raise

    def take_code(self, chosen: str) -> None:
        """Put the code that was offered and chosen ("79620000 for what was written") in the place of these words."""
        code, _, written = chosen.partition(" ")
        if re.fullmatch(r"[0-9]{8}", code) and written:
            self.cpv.data = (self.cpv.data or "").replace(written, code, 1)

    def facts(self, known: TenderFacts | None = None) -> TenderFacts:
        """The tender as typed; what the form doesn't ask comes from `known`, the tender as it stands."""
        values: dict[str, Any] = {name: self._fields[name].data or "" for name in _TEXTS}
        if known is not None:
            values |= {"source": known.source, "source_id": known.source_id}
        if known is not None and known.buyer_name == values["buyer_name"]:
            values |= {"buyer_town": known.buyer_town, "buyer_department": known.buyer_department}
        codes = () if self.cpv.errors else read_codes(self.cpv.data)
        stand = {lot.id: lot for lot in known.lots} if known else {}
        lots = tuple(entry.form.facts(stand.get(entry.form.known_id)) for entry in self.lots)
        if len(lots) == 1:  # one that isn't divided is named by its tender
            lots = (replace(lots[0], number=lots[0].number or "1", title=lots[0].title or values["title"]),)
        return TenderFacts(
            **values,
            kind=self.kind,
            buyer_siret=re.sub(r"[\s.]", "", self.buyer_siret.data or "") or None,
            service_nature=self.service_nature.data,
            legal_regime=self.legal_regime.data,
            visibility=self.visibility.data,
            notice_published_on=self.notice_published_on.data,
            departments=tuple(sorted({*(self.region.data or ()), *_codes(self.elsewhere.data)})),
            cpv_main=codes[0] if codes else "",
            cpv_codes=codes,
            lots=lots,
            clauses=tuple(
                ClauseFacts(
                    id=part.known_id,
                    kind=part.kind.data,
                    text=part.text.data or "",
                    hours=int(part.hours.data) if part.hours.data is not None else None,
                )
                for part in (entry.form for entry in self.clauses)
                if not part.blank
            ),
            deadlines=self._deadlines(known),
            **self._own(),
        )

    def _own(self) -> dict[str, Any]:
        """What this kind of tender says beside the rest."""
        return {}

    def _deadlines(self, known: TenderFacts | None) -> dict[DeadlineKind, DeadlineFacts]:
        """The dates as typed. One that isn't changed keeps its source's words and its doubt."""
        stand = known.deadlines if known else {}
        written = WRITTEN_KINDS[self.kind]
        dates = {kind: deadline for kind, deadline in stand.items() if kind not in _TYPED}
        for kind in written:
            typed = self._fields[f"deadline_{kind.value}"].data
            if typed is None:
                continue
            before = stand.get(kind)
            if before is not None and before.due_at.replace(second=0, microsecond=0) == typed:
                dates[kind] = before
            else:
                zone = before.zone if before else "Europe/Paris"
                dates[kind] = DeadlineFacts(due_at=typed, zone=zone)
        return dates

    def refuse_all(self, invalid: InvalidTender) -> None:
        """Show all that is wrong, each beside its field."""
        self._refuse_each(invalid.problems)

    def refuse_rest(self, stands: TenderFacts | None, *, publish: bool) -> None:
        """Name at once what else is wrong with the tender as typed, beside the fields that nothing is said of yet.

        `stands`: the tender as it stands, if it is there; `publish`: it is to be shown to members as well.
        """
        if any(one.errors for one in self if isinstance(one, ChoiceField)):
            return  # no tender can be made of it
        facts, now = self.facts(stands), clock.now()
        known = {kind: one.due_at for kind, one in stands.deadlines.items()} if stands else {}
        found = problems(facts, now, known)
        if publish:
            found += [one for one in problems_to_publish(facts, now) if one not in found]
        told = {one.short_name for one in self if one.errors}
        self._refuse_each([one for one in found if one.field not in told])

    def _refuse_each(self, found: Sequence[Problem]) -> None:
        for problem in found:
            self.refuse(Invalid(problem.message, field=problem.field, **problem.params))


_TYPED = {kind for kinds in WRITTEN_KINDS.values() for kind in kinds}
_TEXTS = (
    "title",
    "buyer_name",
    "reference",
    "description",
    "legal_reason",
    "source_url",
    "documents_url",
)


def _codes(text: str | None) -> list[str]:
    return [code for code in re.split(r"[\s,;]+", (text or "").strip()) if code]


class ContractForm(TenderForm):
    """A contract, answered by groups."""

    procedure = ChoiceField(_l("Procedure"), kind=Procedure, default=Procedure.UNKNOWN)
    is_framework = BooleanField(_l("Framework agreement"))
    reservation = ChoiceField(_l("Reserved"), kind=Reservation, default=Reservation.UNKNOWN)
    ban_alone_and_grouped = BooleanField(
        _l("The rules forbid answering both alone and in a group (R2142-21 1°, R2151-7 1°)")
    )
    ban_several_groups = BooleanField(
        _l("The rules forbid answering in several groups (R2142-21 2°, R2151-7 2°)")
    )
    deadline_submission = LocalDateTimeField(_l("Offers due"))
    deadline_registration_close = LocalDateTimeField(_l("Members register until"))
    deadline_site_visit = LocalDateTimeField(_l("Site visit"))
    deadline_questions = LocalDateTimeField(_l("Questions to the buyer until"))
    deadline_applications = LocalDateTimeField(_l("Applications due"))
    deadline_contract_end = LocalDateTimeField(_l("End of the contract"))

    def _own(self) -> dict[str, Any]:
        names = ("procedure", "is_framework", "reservation", "ban_alone_and_grouped", "ban_several_groups")
        return {name: self._fields[name].data for name in names}

    def propose(self) -> bool:
        """Fill in when members may register until, counted back from the buyer's date; False without one."""
        answer = self.deadline_applications.data or self.deadline_submission.data
        proposed = propose_registration_close(answer, clock.now()) if answer else None
        if proposed is not None:
            self.deadline_registration_close.process(None, proposed)
        return proposed is not None


class AgreementForm(TenderForm):
    """An agreement, that structures accede to one by one: no lead, no group, no deposit."""

    kind = TenderKind.AGREEMENT

    eligible_kinds = ChecksField(
        _l("Open to"), choices=[(kind.value, words) for kind, words in MEMBER_KINDS.items()]
    )
    deadline_enrolment = LocalDateTimeField(_l("Structures accede until"))
    deadline_contract_end = LocalDateTimeField(_l("End of the contract"))

    def _own(self) -> dict[str, Any]:
        return {"eligible_kinds": tuple(self.eligible_kinds.data or ())}


FORMS: Mapping[TenderKind, type[TenderForm]] = {
    TenderKind.CONTRACT: ContractForm,
    TenderKind.AGREEMENT: AgreementForm,
}


def as_data(facts: TenderFacts) -> dict[str, Any]:
    """`facts` as the form's own data, to fill it with."""
    data = {name: getattr(facts, name) for name in TenderFacts.__dataclass_fields__}
    data["region"] = [code for code in facts.departments if code in REGION]
    data["elsewhere"] = ", ".join(code for code in facts.departments if code not in REGION)
    data["cpv"] = ", ".join(facts.cpv_codes or ((facts.cpv_main,) if facts.cpv_main else ()))
    data["eligible_kinds"] = list(facts.eligible_kinds)
    data["lots"] = [_lot_data(lot, facts) for lot in facts.lots]
    data["clauses"] = [
        {"row_id": clause.id, "kind": clause.kind, "text": clause.text, "hours": _decimal(clause.hours)}
        for clause in facts.clauses
    ]
    for kind, deadline in facts.deadlines.items():
        data[f"deadline_{kind.value}"] = deadline.due_at
    return data


def _decimal(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _lot_data(lot: LotFacts, facts: TenderFacts) -> dict[str, Any]:
    alone = len(facts.lots) == 1
    return {
        "row_id": lot.id,
        # One that isn't divided: its lot says nothing that the tender doesn't.
        "number": "" if alone and lot.number == "1" else lot.number,
        "title": "" if alone and lot.title == facts.title else lot.title,
        "reservation": lot.reservation,
        "description": lot.description,
        "sites": [
            {"row_id": site.id, "name": site.name, "town": site.town, "weekly_hours": site.weekly_hours}
            for site in lot.sites
        ],
    }
