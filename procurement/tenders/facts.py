"""What a tender says, as it is typed or read: plain values that operations turn into rows.

The same values, flattened by `plain`, are what two versions of a tender are compared by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import (
    ClauseKind,
    LegalRegime,
    Procedure,
    Reservation,
    ServiceNature,
    TenderKind,
    Visibility,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A place where the work is done. `id` names the row it changes; None: a new one."""

    name: str
    town: str = ""
    department: str = ""
    weekly_hours: Decimal | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFacts:
    """A part of a tender. `number` is the buyer's; empty: its rank. `reservation` None: as the tender."""

    title: str
    number: str = ""
    description: str = ""
    cpv: str = ""
    reservation: Reservation | None = None
    sites: tuple[SiteFacts, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseFacts:
    """A social clause, with its hours where they are given."""

    kind: ClauseKind
    text: str
    hours: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineFacts:
    """A date of the tender: an aware instant, the zone it was said in, the source's words and what is in doubt.

    `remind_at` is the earlier instant where sources disagree; None: the same.
    """

    due_at: datetime
    zone: str = "Europe/Paris"
    source_text: str = ""
    doubtful: bool = False
    doubt: str = ""
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderFacts:
    """All that a tender says. Without lots it has one, for the whole. `deadlines`: by kind, those that are known."""

    title: str
    buyer_name: str
    buyer_siret: str | None = None
    buyer_town: str = ""
    buyer_department: str = ""
    kind: TenderKind = TenderKind.CONTRACT
    reference: str = ""
    description: str = ""
    legal_regime: LegalRegime = LegalRegime.PUBLIC_CONTRACT
    legal_reason: str = ""
    procedure: Procedure = Procedure.UNKNOWN
    is_framework: bool = False
    service_nature: ServiceNature = ServiceNature.UNKNOWN
    cpv_main: str = ""
    cpv_codes: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    reservation: Reservation = Reservation.UNKNOWN
    eligible_kinds: tuple[str, ...] = ()
    visibility: Visibility = Visibility.NETWORK
    ban_alone_and_grouped: bool = False
    ban_several_groups: bool = False
    source: str = "typed"
    source_id: str | None = None
    source_url: str = ""
    documents_url: str = ""
    notice_published_on: date | None = None
    lots: tuple[LotFacts, ...] = ()
    clauses: tuple[ClauseFacts, ...] = ()
    deadlines: Mapping[DeadlineKind, DeadlineFacts] = field(default_factory=dict)


UNWRITTEN = ("source", "source_id")
"""Where a tender comes from is never edited."""


def plain(facts: TenderFacts) -> dict[str, Any]:
    """`facts` as flat JSON, one entry a field of the form; dates are `deadline_<kind>`, ids are left out.

    Two versions of a tender are the same where these are equal.
    """
    values: dict[str, Any] = {}
    for name in TenderFacts.__dataclass_fields__:
        if name in UNWRITTEN or name in {"lots", "clauses", "deadlines"}:
            continue
        value = getattr(facts, name)
        values[name] = sorted(value) if isinstance(value, tuple) else _simple(value)
    values["lots"] = [_lot(lot, rank) for rank, lot in enumerate(facts.lots, start=1)]
    values["clauses"] = [
        {"kind": clause.kind.value, "text": clause.text, "hours": clause.hours} for clause in facts.clauses
    ]
    for kind, deadline in facts.deadlines.items():
        values[f"deadline_{kind.value}"] = _simple(deadline.due_at)
    return values


def _lot(lot: LotFacts, rank: int) -> dict[str, Any]:
    return {
        "number": lot.number or str(rank),
        "title": lot.title,
        "description": lot.description,
        "cpv": lot.cpv,
        "reservation": lot.reservation.value if lot.reservation else None,
        "sites": [
            {
                "name": site.name,
                "town": site.town,
                "department": site.department,
                "weekly_hours": _simple(site.weekly_hours),
            }
            for site in lot.sites
        ],
    }


def _simple(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
