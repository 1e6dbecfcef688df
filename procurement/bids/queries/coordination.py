"""What the delegate's coordination page reads: who registered, which sites have nobody, the groups opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.queries.registrations import tender_with_lots
from procurement.bids.queries.states import bid_state_expression, participation_state_expression
from procurement.bids.rules import BidState, Cover, ParticipationState, cover_of
from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.tenders.models import Lot, Site, Tender

WEEKLY_HOURS = Decimal(35)
"""Hours of a full-time equivalent, to compare what is brought with what is asked."""

REGISTERED = (ParticipationState.APPLIED, ParticipationState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Registration:
    """A structure's word on the tender, with its state."""

    participation: Participation
    state: ParticipationState

    @property
    def hours(self) -> Decimal | None:
        """Hours a week that it brings: as it said, or its full-time equivalents at 35 hours."""
        if self.participation.hours_a_week is not None:
            return self.participation.hours_a_week
        equivalents = self.participation.full_time_equivalents
        return None if equivalents is None else equivalents * WEEKLY_HOURS

    @property
    def registered(self) -> bool:
        """Whether it is registered, with or without a place."""
        return self.state in REGISTERED


@dataclass(frozen=True, slots=True)
class GridRow:
    """A site (or a lot without sites), who would serve it and how sure that is."""

    lot: Lot
    site: Site | None
    cells: tuple[Cover, ...]

    @property
    def served(self) -> int:
        """How many structures would serve it."""
        return sum(cell is not Cover.NONE for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cover of the sites: one row a site, one column a structure."""

    columns: tuple[Registration, ...]
    rows: tuple[GridRow, ...]

    @property
    def uncovered(self) -> tuple[GridRow, ...]:
        """Rows that nobody would serve."""
        return tuple(row for row in self.rows if not row.served)

    @property
    def asked(self) -> Decimal:
        """Hours a week that the sites ask for, where they are known."""
        return sum((row.site.weekly_hours or Decimal(0) for row in self.rows if row.site), Decimal(0))

    @property
    def brought(self) -> Decimal:
        """Hours a week that the structures bring, where they said."""
        return sum((one.hours or Decimal(0) for one in self.columns), Decimal(0))


@dataclass(frozen=True, slots=True)
class Opened:
    """A group opened on the tender, with its state and live seats."""

    bid: Bid
    state: BidState
    seats: tuple[Seat, ...]

    @property
    def member_ids(self) -> frozenset[int]:
        """Structures with a live place."""
        return frozenset(seat.member_id for seat in self.seats)


@dataclass(frozen=True, slots=True)
class Coordination:
    """The whole page."""

    tender: Tender
    registrations: tuple[Registration, ...]
    grid: Grid
    bids: tuple[Opened, ...]

    @property
    def registered(self) -> tuple[Registration, ...]:
        """Structures that can be proposed a place."""
        return tuple(one for one in self.registrations if one.registered)


def coordination(actor: Actor, tender_id: int) -> Coordination:
    """Everything on the groups of a tender, for the delegate (the page's policy): ten statements whatever the size.

    Raises NotFound.
    """
    tender = tender_with_lots(actor, tender_id)
    registrations = _registrations(tender_id)
    return Coordination(
        tender=tender,
        registrations=registrations,
        grid=grid_of(tender.lots, [one for one in registrations if one.registered]),
        bids=_bids(tender_id),
    )


def grid_of(lots: Sequence[Lot], columns: Sequence[Registration]) -> Grid:
    """The cover of these lots' sites by these structures, from rows already read."""
    chosen = [
        ({lot.id for lot in one.participation.lots}, {site.id for site in one.participation.sites})
        for one in columns
    ]
    rows = []
    for lot in lots:
        places = frozenset(site.id for site in lot.sites)
        sites: list[Site | None] = [*lot.sites] or [None]
        for site in sites:
            cells = tuple(
                cover_of(site.id if site else None, lot.id, places, lot_ids, site_ids)
                for lot_ids, site_ids in chosen
            )
            rows.append(GridRow(lot, site, cells))
    return Grid(tuple(columns), tuple(rows))


_RANKS = {
    ParticipationState.APPLIED: 0,
    ParticipationState.ACCEPTED: 1,
    ParticipationState.INTERESTED: 2,
    ParticipationState.DECLINED: 3,
    ParticipationState.NOT_FOR_US: 4,
    ParticipationState.WITHDRAWN: 5,
}


def _registrations(tender_id: int) -> tuple[Registration, ...]:
    rows = db.session.execute(
        select(Participation, participation_state_expression().label("state"))
        .join(Participation.member)
        .where(Participation.tender_id == tender_id)
        .options(
            contains_eager(Participation.member),
            selectinload(Participation.lots),
            selectinload(Participation.sites),
            selectinload(Participation.rates),
        )
    )
    found = [Registration(row.Participation, ParticipationState(row.state)) for row in rows]
    return tuple(sorted(found, key=lambda one: (_RANKS[one.state], one.participation.member.name.lower())))


def _bids(tender_id: int) -> tuple[Opened, ...]:
    rows = db.session.execute(
        select(Bid, bid_state_expression().label("state"))
        .where(Bid.tender_id == tender_id)
        .options(
            selectinload(Bid.lots),
            selectinload(Bid.seats.and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))).joinedload(
                Seat.member
            ),
        )
        .order_by(Bid.withdrawn_at.is_not(None), Bid.id)
    )
    return tuple(Opened(row.Bid, BidState(row.state), tuple(row.Bid.seats)) for row in rows)
