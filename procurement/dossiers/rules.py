"""Rules of a structure's file: its numbers checked, and what an answer would still lack. Pure: no database."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from email_validator import EmailNotValidError, validate_email
from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.dossiers.models import BusinessYear, Entry, LegalForm, MemberFile, Reference, Signatory
from procurement.members.models import Member, MemberKind
from procurement.members.rules import is_siae

LINE = 200
LONG = 4000


class Section(StrEnum):
    """The parts of the file: each a page of its own."""

    IDENTITY = "identity"
    AGREEMENT = "agreement"
    MEANS = "means"
    BANK = "bank"


FIELDS: Mapping[Section, tuple[str, ...]] = {
    Section.IDENTITY: (
        "legal_name",
        "legal_form",
        "street",
        "postcode",
        "town",
        "email",
        "rna",
        "ape",
        "naf",
        "idcc",
        "is_sme",
    ),
    Section.AGREEMENT: (
        "agreement_number",
        "agreement_territory",
        "agreement_from",
        "agreement_until",
        "annex_year",
    ),
    Section.MEANS: ("equipment", "insurer", "insurance_policy", "insured_amount"),
    Section.BANK: ("iban", "bic", "account_holder"),
}
"""The columns that each section edits."""

YEARS = 3
"""Closed years that a candidature shows (R2142-7 and the order of 22 March 2019)."""


def french_vat(siret: str) -> str:
    """The French VAT number of a SIRET's legal entity: its key is (12 + 3 × (SIREN mod 97)) mod 97 (domain 5.2)."""
    siren = siret[:9]
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def check_iban(text: str) -> str:
    """The IBAN without spaces; its country's length and its check (mod 97) are right. Raises Invalid."""
    kept = iban_number.compact(text)
    try:
        return str(iban_number.validate(kept))
    except ValidationError:
        raise Invalid(
            N_("This IBAN is wrong: copy it from the bank’s slip (RIB), 27 characters for a French one."),
            field="iban",
        ) from None


def mask(tail: str) -> str:
    """An IBAN as pages show it: its end only."""
    return f"•••• •••• {tail}" if tail else ""


def _bic(text: str) -> str:
    try:
        return str(bic_number.validate(text))
    except ValidationError:
        raise Invalid(N_("A BIC has 8 or 11 characters, such as AGRIFRPP."), field="bic") from None


def _pattern(field: str, form: str, words: str) -> Callable[[str], str]:
    compiled = re.compile(form)

    def check(text: str) -> str:
        kept = re.sub(r"\s", "", text).upper()
        if not compiled.fullmatch(kept):
            raise Invalid(words, field=field)
        return kept

    return check


def _ape(text: str) -> str:
    kept = re.sub(r"[\s.]", "", text).upper()
    if not re.fullmatch(r"\d{4}[A-Z]", kept):
        raise Invalid(N_("An APE code has four figures and a letter: 78.20Z."), field="ape")
    return f"{kept[:2]}.{kept[2:]}"


def _email(text: str) -> str:
    try:
        return str(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Invalid(N_("This e-mail address doesn’t look right."), field="email") from None


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "rna": _pattern("rna", r"W\d{9}", N_("An RNA number is W and nine figures.")),
    "ape": _ape,
    "idcc": _pattern("idcc", r"\d{4}", N_("An IDCC number has four figures: 3016, 1413…")),
    "postcode": _pattern("postcode", r"\d{5}", N_("A postcode has five figures.")),
    "email": _email,
    "iban": check_iban,
    "bic": _bic,
}
_LONG = frozenset({"equipment"})


def check_text(field: str, text: str) -> str:
    """A text of the file tidied and checked by its own rule; empty stays empty. Raises Invalid with the field."""
    kept = text.strip()
    if "\x00" in kept:
        raise Invalid(N_("This text holds a character that can't be kept: type it again."), field=field)
    limit = LONG if field in _LONG else LINE
    if len(kept) > limit:
        raise Invalid(N_("This is too long: %(limit)s characters at most."), field=field, limit=limit)
    return _CHECKS[field](kept) if kept and field in _CHECKS else kept


def check_section(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a section, checked. Raises Invalid with the field."""
    checked: dict[str, Any] = {}
    for name in FIELDS[section]:
        value = values[name]
        checked[name] = (
            check_text(name, value) if isinstance(value, str) and not isinstance(value, StrEnum) else value
        )
    if section is Section.IDENTITY and bool(checked["ape"]) != bool(checked["naf"]):
        raise Invalid(
            N_("Give the APE code and its version together."), field="naf" if checked["ape"] else "ape"
        )
    if section is Section.AGREEMENT:
        first, last = checked["agreement_from"], checked["agreement_until"]
        if first and last and last < first:
            raise Invalid(N_("Its last day comes before its first."), field="agreement_until")
        _year(checked["annex_year"], "annex_year")
    if section is Section.BANK:
        checked["iban"] = checked["iban"] or None
    return checked


def _year(year: int | None, field: str) -> None:
    if year is not None and not 1990 <= year <= 2100:
        raise Invalid(N_("Give a year in four figures, such as 2025."), field=field)


def check_entry(entry: Entry) -> None:
    """A line of the file, tidied in place and checked. Raises Invalid with the field."""
    for name in ("name", "quality", "client", "subject", "contact"):
        if hasattr(entry, name):
            setattr(entry, name, check_text(name, getattr(entry, name)))
            if not getattr(entry, name) and name != "contact":
                raise Invalid(N_("Fill in this field."), field=name)
    if isinstance(entry, BusinessYear):
        _year(entry.year, "year")
        if entry.field_share is not None and not 0 <= entry.field_share <= 100:
            raise Invalid(N_("A share goes from 0 to 100 percent."), field="field_share")
    if isinstance(entry, Reference):
        _year(entry.from_year, "from_year")
        _year(entry.until_year, "until_year")
        if entry.until_year is not None and entry.until_year < entry.from_year:
            raise Invalid(N_("It ends before it begins."), field="until_year")
    if isinstance(entry, Signatory) and entry.from_on and entry.until_on and entry.until_on < entry.from_on:
        raise Invalid(N_("Its last day comes before its first."), field="until_on")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of the file: how many things are asked there, and which of them lack, as msgids."""

    name: str
    asked: int
    lacking: Sequence[str]

    @property
    def percent(self) -> int:
        """How far it is filled."""
        return round(100 * (self.asked - len(self.lacking)) / self.asked)


def chapters(
    member: Member,
    file: MemberFile,
    signatories: Sequence[Signatory],
    years: Sequence[BusinessYear],
    references: Sequence[Reference],
    today: date,
) -> list[Chapter]:
    """What DC1 and DC2 would find in the file, part by part, and what they wouldn't.

    An association has an RNA number; a SIAE its agreement with the State, that must hold `today` (L5132-2).
    """
    identity = [
        (file.legal_name, N_("legal name")),
        (file.legal_form, N_("legal form")),
        (file.street and file.postcode and file.town, N_("address of the registered office")),
        (file.email, N_("e-mail for buyers")),
        (member.phone, N_("telephone")),
        (file.ape, N_("its APE code")),
        (file.is_sme is not None, N_("size (SME or not)")),
    ]
    if file.legal_form is LegalForm.ASSOCIATION:
        identity.append((file.rna, N_("its RNA number")))
    found = [_chapter("identity", identity)]
    if is_siae(member.kind) or member.kind is MemberKind.EITI:
        running = file.agreement_until is None or file.agreement_until >= today
        found.append(
            _chapter(
                "agreement",
                [
                    (file.agreement_number, N_("number of the agreement")),
                    (file.agreement_territory, N_("its territory")),
                    (
                        file.agreement_from and file.agreement_until and running,
                        N_("an agreement that holds today"),
                    ),
                    (
                        file.annex_year and file.annex_year >= today.year - 1,
                        N_("a financial annex of this year or the last"),
                    ),
                ],
            )
        )
    able = [one for one in signatories if one.until_on is None or one.until_on >= today]
    recent = {one.year for one in years} & set(range(today.year - YEARS - 1, today.year))
    staffed = [one for one in years if one.permanent_staff is not None]
    return [
        *found,
        _chapter("signatories", [(able, N_("somebody who may sign today"))]),
        _chapter(
            "years",
            [
                (len(recent) >= YEARS, N_("three closed years of turnover")),
                (staffed, N_("staff of the last year")),
            ],
        ),
        _chapter("references", [(references, N_("a reference at least"))]),
        _chapter(
            "means",
            [
                (file.equipment, N_("equipment")),
                (file.insurer and file.insurance_policy, N_("insurer and policy")),
            ],
        ),
        _chapter("bank", [(file.iban_tail, N_("IBAN")), (file.account_holder, N_("holder of the account"))]),
    ]


def _chapter(name: str, asked: Sequence[tuple[object, str]]) -> Chapter:
    return Chapter(name, len(asked), [words for said, words in asked if not said])


LARGEST_AMOUNT = Decimal(999_999_999)
"""Euros, in any amount of the file."""
