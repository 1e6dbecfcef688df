"""Structures that a group could be proposed to: those registered for its lots before the others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from procurement.bids.facts import SEAT_LIVE, registered_columns
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.queries.grid import Grid, hours_of
from procurement.core.db import db
from procurement.members.models import Member
from procurement.tenders.models import Lot, Site


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered structure without a place in the group, and what it registered for."""

    member: Member
    participation: Participation
    lots: tuple[str, ...]
    """All lots that it registered for, by the buyer's numbers; none for a tender that isn't divided."""
    hours: Decimal | None
    for_us: bool
    """Whether it registered for a lot of the group."""
    sites: int
    """Sites of the group's lots that it named."""
    bare: int
    """Those among them that no member would serve."""


def candidates_of(bid: Bid, lots: Iterable[tuple[Lot, list[Site]]], grid: Grid) -> tuple[Candidate, ...]:
    """Whom the delegate may propose a place to: for the group's lots first, those who serve bare sites before all.

    Those who withdrew aren't among them. One statement.
    """
    seated = select(Seat.member_id).where(Seat.bid_id == bid.id, SEAT_LIVE)
    rows = db.session.execute(
        select(Member, Participation, *registered_columns())
        .join(Participation, Participation.member_id == Member.id)
        .where(
            Participation.tender_id == bid.tender_id,
            Participation.applied_at.is_not(None),
            Participation.withdrawn_at.is_(None),
            Member.id.not_in(seated),
        )
        .order_by(func.unaccent(func.lower(Member.name)), Member.id)
    )
    ours = list(lots)
    lot_ids = {lot.id for lot, _ in ours}
    site_ids = {site.id for _, sites in ours for site in sites}
    bare = {row.site.id for row in grid.uncovered if row.site}
    found = [_candidate(row, lot_ids, site_ids, bare) for row in rows]
    return tuple(sorted(found, key=lambda one: (not one.for_us, -one.bare)))


def _candidate(
    row: Any, lot_ids: Collection[int], site_ids: Collection[int], bare: Collection[int]
) -> Candidate:
    named = set(row.site_ids or ())
    return Candidate(
        member=row.Member,
        participation=row.Participation,
        lots=tuple(number for _, number in row.numbers or ()),
        hours=hours_of(row.Participation),
        for_us=not set(lot_ids).isdisjoint(row.lot_ids or ()),
        sites=len(named.intersection(site_ids)),
        bare=len(named.intersection(bare)),
    )
