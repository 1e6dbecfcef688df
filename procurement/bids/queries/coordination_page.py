"""What the delegate's coordination page reads: who registered, which sites have nobody, the groups opened."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from procurement.accounts.models import RoleGrant, User
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.queries.grid import Grid, GridColumn, grid_of, hours_of
from procurement.bids.queries.registrations import tender_with_lots
from procurement.bids.queries.states import bid_state_expression, participation_state_expression
from procurement.bids.rules import BidState, ParticipationState
from procurement.core.db import db
from procurement.core.policy import Actor, Role
from procurement.tenders.models import Tender

_RANKS = {
    ParticipationState.APPLIED: 0,
    ParticipationState.ACCEPTED: 1,
    ParticipationState.INTERESTED: 2,
    ParticipationState.DECLINED: 3,
    ParticipationState.NOT_FOR_US: 4,
    ParticipationState.WITHDRAWN: 5,
}


@dataclass(frozen=True, slots=True)
class Registration:
    """A structure's word on the tender, with its state."""

    participation: Participation
    state: ParticipationState
    offered: tuple[Bid, ...] = ()
    """Live answers in which a place is offered to it and waits for its word."""

    @property
    def hours(self) -> Decimal | None:
        """Hours a week that it brings; None: not said."""
        return hours_of(self.participation)

    @property
    def registered(self) -> bool:
        """Whether it is registered, with or without a place."""
        return self.state in {ParticipationState.APPLIED, ParticipationState.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Opened:
    """A group opened on the tender, with its state and live places."""

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
    delegates: Sequence[User]

    @property
    def registered(self) -> tuple[Registration, ...]:
        """Structures that can be proposed a place."""
        return tuple(one for one in self.registrations if one.registered)

    @property
    def answered(self) -> tuple[Registration, ...]:
        """Structures that said something else."""
        return tuple(one for one in self.registrations if not one.registered)


def coordination(actor: Actor, tender_id: int) -> Coordination:
    """Everything on the groups of a tender, for the delegate (the page's policy): twelve statements at any size.

    Raises NotFound.
    """
    tender = tender_with_lots(actor, tender_id)
    bids = _bids(tender_id)
    registrations = _registrations(tender_id, bids)
    columns = [
        GridColumn(
            member=one.participation.member,
            hours=one.hours,
            lot_ids=frozenset(lot.id for lot in one.participation.lots),
            site_ids=frozenset(site.id for site in one.participation.sites),
            counted_by=_counted_by(one.participation.member_id, bids),
        )
        for one in registrations
        if one.registered
    ]
    return Coordination(
        tender=tender,
        registrations=registrations,
        grid=grid_of([(lot, lot.sites) for lot in tender.lots], columns),
        bids=bids,
        delegates=_delegates(),
    )


def _counted_by(member_id: int, bids: Sequence[Opened]) -> tuple[str, ...]:
    """The groups that count a structure's hours, where there are several."""
    names = [one.bid.name for one in bids if one.bid.withdrawn_at is None and member_id in one.member_ids]
    return tuple(names) if len(names) > 1 else ()


def _registrations(tender_id: int, bids: Sequence[Opened]) -> tuple[Registration, ...]:
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
    offers: defaultdict[int, list[Bid]] = defaultdict(list)
    for one in bids:
        for seat in one.seats if one.bid.withdrawn_at is None else ():
            if seat.confirmed_at is None:
                offers[seat.member_id].append(one.bid)
    found = [
        Registration(
            row.Participation, ParticipationState(row.state), tuple(offers[row.Participation.member_id])
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (_RANKS[one.state], one.participation.member.name.lower())))


def _bids(tender_id: int) -> tuple[Opened, ...]:
    live = Bid.seats.and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))
    rows = db.session.execute(
        select(Bid, bid_state_expression().label("state"))
        .where(Bid.tender_id == tender_id)
        .options(selectinload(Bid.lots), selectinload(live).options(joinedload(Seat.member)))
        .order_by(Bid.withdrawn_at.is_not(None), Bid.id)
    )
    return tuple(Opened(row.Bid, BidState(row.state), tuple(row.Bid.seats)) for row in rows)


def _delegates() -> Sequence[User]:
    """The legal delegates, each of whom may coordinate a group."""
    return db.session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None), User.active)
        .order_by(User.name, User.id)
    ).all()
