"""What a tender says, field by field in words: for the page that shows two versions side by side."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from procurement.deadlines.models import DeadlineKind
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
from procurement.web.activity import FIELDS
from procurement.web.formats import day, instant, number
from procurement.web.labels import department, label

BULLET = "• "


def name_of(field: str) -> str:
    """A field's name as the form says it, with a capital."""
    if field.startswith("deadline_"):
        return label(DeadlineKind(field.removeprefix("deadline_")))
    words = gettext("buyer's SIRET") if field == "buyer_siret" else str(FIELDS.get(field, field))
    return words[:1].upper() + words[1:]


def said(field: str, value: Any) -> list[str]:
    """A field's plain value (as `facts.plain` gives it) as lines of words; none for nothing."""
    if value in (None, "", []):
        return []
    if field.startswith("deadline_"):
        return [instant(datetime.fromisoformat(value))]
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    return _WORDS.get(field, _plainly)(value)


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


def _lots(lots: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for lot in lots:
        reserved = f" ({label(Reservation(lot['reservation']))})" if lot["reservation"] else ""
        lines.append(gettext("Lot %(number)s", number=lot["number"]) + f" – {lot['title']}{reserved}")
        if lot["description"]:
            lines.append(lot["description"])
        lines += [_site(site) for site in lot["sites"]]
    return lines


def _site(site: Mapping[str, Any]) -> str:
    hours = site["weekly_hours"]
    weekly = gettext("%(hours)s h a week", hours=number(Decimal(hours))) if hours else ""
    return BULLET + ", ".join(part for part in (site["name"], site["town"], weekly) if part)


def _clauses(clauses: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{label(ClauseKind(clause['kind']))}: {clause['text']}" for clause in clauses]


_WORDS: Mapping[str, Callable[[Any], list[str]]] = {
    "kind": lambda value: [label(TenderKind(value))],
    "legal_regime": lambda value: [label(LegalRegime(value))],
    "procedure": lambda value: [label(Procedure(value))],
    "service_nature": lambda value: [label(ServiceNature(value))],
    "reservation": lambda value: [label(Reservation(value))],
    "visibility": lambda value: [label(Visibility(value))],
    "eligible_kinds": lambda values: [", ".join(label(MemberKind(value)) for value in values)],
    "departments": lambda values: [", ".join(department(value) for value in values)],
    "notice_published_on": lambda value: [day(date.fromisoformat(value))],
    "lots": _lots,
    "clauses": _clauses,
}
