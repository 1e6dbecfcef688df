"""What a tender says, field by field in words: for pages and for mails, which show what has changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from procurement.core import i18n
from procurement.core.clock import PARIS
from procurement.core.i18n import N_
from procurement.deadlines import words as deadlines
from procurement.deadlines.models import DeadlineKind
from procurement.members import words as members
from procurement.members.departments import DEPARTMENTS
from procurement.members.models import MemberKind
from procurement.tenders.models import (
    ClauseKind,
    LegalRegime,
    Procedure,
    Reservation,
    ServiceNature,
    TenderKind,
    Visibility,
)

BULLET = "• "

KINDS: Mapping[TenderKind, str] = {
    TenderKind.CONTRACT: N_("Contract"),
    TenderKind.AGREEMENT: N_("Agreement"),
}

REGIMES: Mapping[LegalRegime, str] = {
    LegalRegime.PUBLIC_CONTRACT: N_("Public contract"),
    LegalRegime.CONTRACTING_ENTITY: N_("Contract of a contracting entity"),
    LegalRegime.PRIVATE_AGREEMENT: N_("Private agreement"),
    LegalRegime.UNDETERMINED: N_("Not settled yet"),
}

PROCEDURES: Mapping[Procedure, str] = {
    Procedure.ADAPTED: N_("Adapted procedure (MAPA)"),
    Procedure.OPEN: N_("Open procedure"),
    Procedure.RESTRICTED: N_("Restricted procedure"),
    Procedure.NEGOTIATED: N_("Procedure with negotiation"),
    Procedure.DIALOGUE: N_("Competitive dialogue"),
    Procedure.OTHER: N_("Other procedure"),
    Procedure.UNKNOWN: N_("Procedure not stated"),
}

SERVICES: Mapping[ServiceNature, str] = {
    ServiceNature.LABOUR_SUPPLY: N_("Supply of workers"),
    ServiceNature.SERVICE: N_("Service"),
    ServiceNature.INSERTION: N_("Insertion and qualification"),
    ServiceNature.UNKNOWN: N_("Nature not stated"),
}

RESERVATIONS: Mapping[Reservation, str] = {
    Reservation.NONE: N_("Not reserved"),
    Reservation.SIAE: N_("Reserved for inclusion structures (SIAE)"),
    Reservation.EA_ESAT: N_("Reserved for the disability sector (EA, ESAT)"),
    Reservation.EA_ESAT_SIAE: N_("Reserved for EA, ESAT and SIAE"),
    Reservation.PRISON: N_("Reserved for work in prison"),
    Reservation.ESS: N_("Reserved for the social economy (ESS)"),
    Reservation.UNKNOWN: N_("Reservation not stated"),
}

VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: N_("Public"),
    Visibility.NETWORK: N_("Network only"),
}

CLAUSES: Mapping[ClauseKind, str] = {
    ClauseKind.EXECUTION_CONDITION: N_("Condition of performance"),
    ClauseKind.AWARD_CRITERION: N_("Award criterion"),
    ClauseKind.INSERTION_SERVICE: N_("Insertion service"),
    ClauseKind.RESERVED: N_("Reserved contract"),
}

FIELDS: Mapping[str, str] = {
    "title": N_("title"),
    "reference": N_("reference"),
    "description": N_("description"),
    "buyer_name": N_("buyer"),
    "buyer_town": N_("buyer"),
    "buyer_department": N_("buyer"),
    "kind": N_("kind"),
    "legal_regime": N_("legal regime"),
    "legal_reason": N_("reason of the legal regime"),
    "procedure": N_("procedure"),
    "is_framework": N_("framework agreement"),
    "service_nature": N_("nature of the service"),
    "cpv_main": N_("CPV code"),
    "cpv_codes": N_("CPV code"),
    "departments": N_("departments"),
    "reservation": N_("reservation"),
    "eligible_kinds": N_("kinds of structures"),
    "visibility": N_("visibility"),
    "ban_alone_and_grouped": N_("rule on bidding alone and in a group"),
    "ban_several_groups": N_("rule on bidding in several groups"),
    "source_url": N_("address of the notice"),
    "documents_url": N_("address of the documents"),
    "notice_published_on": N_("date of the notice"),
    "lots": N_("lots"),
    "clauses": N_("social clauses"),
    "buyer_siret": N_("buyer's SIRET"),
}
"""Names of a tender's fields, as within a sentence."""

_YES, _NO = N_("yes"), N_("no")
_LOT, _WEEKLY = N_("Lot %(number)s"), N_("%(hours)s h a week")


def name_of(field: str, locale: str) -> str:
    """A field's name as the form says it, with a capital; of a date ("deadline_submission"), its own."""
    if field.startswith("deadline_"):
        return i18n.translate(deadlines.NAMES[DeadlineKind(field.removeprefix("deadline_"))], locale)
    words = i18n.translate(FIELDS.get(field, field), locale)
    return words[:1].upper() + words[1:]


def said(field: str, value: Any, locale: str) -> list[str]:
    """A field's plain value (as `facts.plain` gives it) as lines of words; none for nothing."""
    if value in (None, "", []):
        return []
    if field.startswith("deadline_"):
        return [i18n.format_instant(datetime.fromisoformat(value), locale, PARIS)]
    if isinstance(value, bool):
        return [i18n.translate(_YES if value else _NO, locale)]
    return _WORDS[field](value, locale) if field in _WORDS else _plainly(value)


def differing(versions: Sequence[Sequence[str]]) -> list[list[str]]:
    """Of several versions of a list, the lines that they don't all have, with the titles that these stand under.

    A line under a title begins with a bullet, as `said` writes sites.
    """
    shared = set(versions[0]).intersection(*versions[1:])
    return [_kept(lines, shared) for lines in versions]


def _kept(lines: Sequence[str], shared: set[str]) -> list[str]:
    kept: list[str] = []
    title = ""
    for line in lines:
        under = line.startswith(BULLET)
        if not under:
            title = line
        if line in shared:
            continue
        if under and title and title not in kept:
            kept.append(title)
        kept.append(line)
    return kept


def _plainly(value: Any) -> list[str]:
    if isinstance(value, list):
        return [", ".join(str(one) for one in value)]
    return str(value).splitlines()


def department(code: str) -> str:
    """A department by name and number: "Calvados (14)"; the code itself if it isn't known."""
    name = DEPARTMENTS.get(code)
    return f"{name} ({code})" if name else code


def _lots(lots: Sequence[Mapping[str, Any]], locale: str) -> list[str]:
    lines = []
    for lot in lots:
        reserved = lot["reservation"]
        after = f" ({i18n.translate(RESERVATIONS[Reservation(reserved)], locale)})" if reserved else ""
        lines.append(i18n.translate(_LOT, locale, number=lot["number"]) + f" – {lot['title']}{after}")
        if lot["description"]:
            lines.append(lot["description"])
        lines += [_site(site, locale) for site in lot["sites"]]
    return lines


def _site(site: Mapping[str, Any], locale: str) -> str:
    hours = site["weekly_hours"]
    weekly = i18n.translate(_WEEKLY, locale, hours=_number(Decimal(hours), locale)) if hours else ""
    return BULLET + ", ".join(part for part in (site["name"], site["town"], weekly) if part)


def _number(value: Decimal, locale: str) -> str:
    return str(format_decimal(value, format="#,##0.##", locale=locale))


def _clauses(clauses: Sequence[Mapping[str, Any]], locale: str) -> list[str]:
    return [
        f"{i18n.translate(CLAUSES[ClauseKind(clause['kind'])], locale)}: {clause['text']}"
        for clause in clauses
    ]


_WORDS: Mapping[str, Callable[[Any, str], list[str]]] = {
    "kind": lambda value, locale: [i18n.translate(KINDS[TenderKind(value)], locale)],
    "legal_regime": lambda value, locale: [i18n.translate(REGIMES[LegalRegime(value)], locale)],
    "procedure": lambda value, locale: [i18n.translate(PROCEDURES[Procedure(value)], locale)],
    "service_nature": lambda value, locale: [i18n.translate(SERVICES[ServiceNature(value)], locale)],
    "reservation": lambda value, locale: [i18n.translate(RESERVATIONS[Reservation(value)], locale)],
    "visibility": lambda value, locale: [i18n.translate(VISIBILITIES[Visibility(value)], locale)],
    "eligible_kinds": lambda values, locale: [
        ", ".join(i18n.translate(members.KINDS[MemberKind(value)], locale) for value in values)
    ],
    "departments": lambda values, _: [", ".join(department(value) for value in values)],
    "notice_published_on": lambda value, locale: [i18n.format_day(date.fromisoformat(value), locale)],
    "lots": _lots,
    "clauses": _clauses,
}
