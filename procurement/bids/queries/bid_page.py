"""What the pages of group answers read: one of them, whole, and the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased, contains_eager

from procurement.accounts.models import User
from procurement.bids import policy, rules
from procurement.bids.facts import SEAT_LIVE, group_of, lots_of_bid, rivals_of, seats_query
from procurement.bids.models import Bid, BidLot, Participation, Seat, Waiver
from procurement.bids.queries.candidates import Candidate, candidates_of
from procurement.bids.queries.contacts import Contact, addresses, contacts_of
from procurement.bids.queries.grid import Grid, GridColumn, grid_of, hours_of
from procurement.bids.queries.states import BID_LIVE, bid_state_expression
from procurement.bids.queries.walls import visible_to
from procurement.bids.rules import BidState, Finding, Group, NextStep, SeatState
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.events import Event
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.queries import deadlines_of_all
from procurement.deadlines.rules import read_zone
from procurement.members.models import Member
from procurement.tenders.models import Lot, Site, Tender

PAGE = 25


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A place in the group, with the structure, what it registered with and where its place stands."""

    seat: Seat
    member: Member
    participation: Participation | None
    state: SeatState
    site_ids: frozenset[int]
    lot_ids: frozenset[int]
    lot_numbers: tuple[tuple[int, str], ...]
    """The lots that it registered for, with the buyer's numbers, where the tender is divided."""
    told: bool
    """Whether the viewer may see what it registered with."""

    @property
    def live(self) -> bool:
        """Whether the place is proposed or confirmed."""
        return self.state in {SeatState.PROPOSED, SeatState.CONFIRMED}


@dataclass(frozen=True, slots=True)
class BidPage:
    """All that a group answer's page shows to one person."""

    bid: Bid
    tender: Tender
    state: BidState
    coordinator: User | None
    lots: Sequence[tuple[Lot, list[Site]]]
    seats: tuple[SeatRow, ...]
    deadlines: Sequence[Deadline]
    """The tender's and the answer's own."""
    locked_at: datetime | None
    locked: bool
    compose_by: datetime | None
    """When the network means the group to be settled, answers of those asked included."""
    findings: tuple[Finding, ...]
    history: Sequence[Event]
    step: NextStep
    own: tuple[SeatRow, ...]
    """Places of the viewer's own structures."""
    grid: Grid
    candidates: tuple[Candidate, ...]
    """Registered structures without a place here, for the delegate to propose."""
    contacts: Mapping[int, Sequence[Contact]]
    """The managers of those with a live place, by structure."""
    addresses: tuple[str, ...]
    """Of all those in the group whom the viewer may write to."""

    @property
    def divided(self) -> bool:
        """Whether the tender is divided into lots."""
        return not any(lot.whole for lot, _ in self.lots)

    @property
    def live_seats(self) -> tuple[SeatRow, ...]:
        """Places proposed or confirmed, by rank."""
        return tuple(row for row in self.seats if row.live)

    @property
    def lead(self) -> SeatRow | None:
        """The lead's place."""
        return next((row for row in self.live_seats if row.member.id == self.bid.lead_id), None)

    @property
    def confirmed(self) -> tuple[SeatRow, ...]:
        """Places that their structures confirmed."""
        return tuple(row for row in self.live_seats if row.state is SeatState.CONFIRMED)

    @property
    def lacking(self) -> tuple[Finding, ...]:
        """What is said here of certificates that members lack, unless the delegate has set it aside."""
        return tuple(one for one in self.findings if one.papers and not one.waived)

    @property
    def untold(self) -> int:
        """How many places are proposed to structures whose registration the viewer may not see."""
        return sum(not row.told for row in self.live_seats)

    @property
    def changeable(self) -> bool:
        """Whether the group may still change: being prepared, and not frozen (R2142-26)."""
        return self.preparing and not self.locked

    @property
    def preparing(self) -> bool:
        """Whether the answer is still being prepared, for a tender that stands."""
        return self.state is BidState.PREPARING and self.tender.cancelled_at is None

    @property
    def awaiting(self) -> bool:
        """Whether the buyer's decision is awaited, for a tender that stands."""
        awaited = self.state in {BidState.SUBMITTED, BidState.UNDER_REVIEW}
        return awaited and self.tender.cancelled_at is None


def answer(actor: Actor, bid_id: int) -> BidPage:
    """A group answer with all that its page shows: eight statements, nine for the delegate.

    Raises NotFound where the wall stands (G3).
    """
    waivers = (
        select(func.json_agg(func.json_build_array(Waiver.code, Waiver.member_id, Waiver.reason)))
        .where(Waiver.bid_id == Bid.id)
        .correlate(Bid)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(Bid, Tender, User, bid_state_expression().label("state"), waivers.label("waivers"))
        .join(Bid.tender)
        .join(Tender.buyer)
        .outerjoin(User, User.id == Bid.coordinator_id)
        .where(Bid.id == bid_id, visible_to(actor))
        .options(contains_eager(Bid.tender).contains_eager(Tender.buyer))
    ).first()
    if row is None:
        raise NotFound
    bid, tender = row.Bid, row.Tender
    lots = lots_of_bid(bid.id)
    seat_rows = db.session.execute(seats_query(bid.id)).all()
    deadlines = deadlines_of_all([(Tender.__tablename__, tender.id), (Bid.__tablename__, bid.id)])
    due = {deadline.kind: deadline.due_at for deadline in deadlines}
    seats = tuple(_seat_row(actor, one) for one in seat_rows)
    group = group_of(
        bid,
        tender,
        due,
        lots=lots,
        seats=seat_rows,
        rivals=rivals_of(bid),
        waivers={(code, member_id): reason for code, member_id, reason in row.waivers or ()},
        untold=[one.member.id for one in seats if not one.told],
    )
    findings = tuple(one for one in rules.check_group(group) if policy.may_hear(actor, one))
    locked_at = rules.composition_locked_at(due)
    own = tuple(one for one in seats if one.live and one.member.id in actor.memberships)
    grid = grid_of(lots, [_column(actor, one, group) for one in seats if one.live and one.told])
    places = {one.member.id: one.state is SeatState.CONFIRMED for one in seats if one.live}
    seated = any(one.state is SeatState.CONFIRMED for one in own)
    contacts = contacts_of(actor, places, seated=seated)
    return BidPage(
        bid=bid,
        tender=tender,
        state=BidState(row.state),
        coordinator=row.User,
        lots=lots,
        seats=seats,
        deadlines=deadlines,
        locked_at=locked_at,
        locked=rules.passed(locked_at, clock.now()),
        compose_by=rules.composition_by(
            locked_at, due.get(DeadlineKind.REGISTRATION_CLOSE), read_zone(tender.due_zone)
        ),
        findings=findings,
        history=events.history([(Bid.__tablename__, bid.id)], limit=40),
        step=_step(actor, bid, tender, seats, findings, locked=rules.passed(locked_at, clock.now())),
        own=own,
        grid=grid,
        candidates=candidates_of(bid, lots, grid) if actor.is_delegate else (),
        contacts=contacts,
        addresses=addresses(actor, contacts.values(), row.User, seated=seated),
    )


def _column(actor: Actor, row: SeatRow, group: Group) -> GridColumn:
    """A structure's column; where else its hours are offered or counted is told to itself and the delegate (G3)."""
    own = policy.may_read_registration(actor, row.member.id)
    ours = {lot.id for lot in group.lots}
    return GridColumn(
        member=row.member,
        hours=hours_of(row.participation),
        lot_ids=row.lot_ids,
        site_ids=row.site_ids,
        other_lots=tuple(number for lot_id, number in row.lot_numbers if lot_id not in ours) if own else (),
        other_groups=tuple(one.name for one in group.rivals if row.member.id in one.member_ids)
        if own
        else (),
    )


def _seat_row(actor: Actor, row: Any) -> SeatRow:
    state = rules.seat_state(row.Seat)
    return SeatRow(
        seat=row.Seat,
        member=row.Member,
        participation=row.Participation,
        state=state,
        site_ids=frozenset(row.site_ids or ()),
        lot_ids=frozenset(row.lot_ids or ()),
        lot_numbers=tuple((lot_id, number) for lot_id, number in row.numbers or ()),
        told=policy.may_read_offer(actor, row.Member.id, confirmed=state is SeatState.CONFIRMED),
    )


def _step(
    actor: Actor,
    bid: Bid,
    tender: Tender,
    seats: Sequence[SeatRow],
    findings: Sequence[Finding],
    *,
    locked: bool,
) -> NextStep:
    live = [row for row in seats if row.live]
    proposed = [row for row in live if row.state is SeatState.PROPOSED]
    mine = [row for row in proposed if row.member.id in actor.memberships]
    return rules.next_step(
        state=rules.bid_state(bid),
        cancelled=tender.cancelled_at is not None,
        locked=locked,
        delegate=actor.is_delegate,
        my_seat_waits=bool(mine),
        i_answer=any(actor.manages(row.member.id) for row in mine),
        i_lead=bid.lead_id is not None and actor.manages(bid.lead_id),
        members=len(live),
        waiting=len(proposed),
        has_lead=bid.lead_id is not None,
        has_form=bid.form is not None,
        blocked=bool(rules.blocking(findings)),
        composed=bid.composed_at is not None,
    )


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A line of the list of group answers."""

    bid: Bid
    tender: Tender
    state: BidState
    lots: list[str]
    members: int
    waiting: int
    mine: list[SeatState]
    """Places of the viewer's own structures, by state."""
    lead: str


@dataclass(frozen=True, slots=True)
class AnswerList:
    """Group answers, and where the next page starts."""

    rows: list[AnswerRow]
    following: int | None


def answers(actor: Actor, *, past: bool = False, before: int | None = None) -> AnswerList:
    """The group answers that exist for `actor`, latest first, `PAGE` at a time: one statement.

    `past`: those whose result is known or that were given up. `before`: the answer after which the page goes on.
    """
    query = _answers_query(actor).where(~BID_LIVE if past else BID_LIVE)
    if before is not None:
        query = query.where(Bid.id < before)
    rows = db.session.execute(query.order_by(Bid.id.desc()).limit(PAGE + 1)).all()
    shown = [_answer_row(row) for row in rows[:PAGE]]
    return AnswerList(shown, shown[-1].bid.id if len(rows) > PAGE else None)


def _answers_query(actor: Actor) -> Any:
    lead = aliased(Member)

    def seats(*where: ColumnElement[bool]) -> Any:
        return (
            select(func.count())
            .where(Seat.bid_id == Bid.id, SEAT_LIVE, *where)
            .correlate(Bid)
            .scalar_subquery()
        )

    lots = (
        select(func.array_agg(aggregate_order_by(Lot.number, Lot.rank)))
        .join(BidLot, BidLot.lot_id == Lot.id)
        .where(BidLot.bid_id == Bid.id, Lot.whole.is_(False))
        .correlate(Bid)
        .scalar_subquery()
    )
    own = and_(Seat.bid_id == Bid.id, SEAT_LIVE, Seat.member_id.in_(list(actor.memberships)))
    state = case((Seat.confirmed_at.is_not(None), SeatState.CONFIRMED.value), else_=SeatState.PROPOSED.value)
    mine = select(func.array_agg(state)).where(own).correlate(Bid).scalar_subquery()
    return (
        select(
            Bid,
            Tender,
            bid_state_expression().label("state"),
            lots.label("lots"),
            seats().label("members"),
            seats(Seat.confirmed_at.is_(None)).label("waiting"),
            mine.label("mine"),
            lead.name.label("lead"),
        )
        .join(Bid.tender)
        .join(Tender.buyer)
        .outerjoin(lead, lead.id == Bid.lead_id)
        .where(visible_to(actor))
        .options(contains_eager(Bid.tender).contains_eager(Tender.buyer))
    )


def _answer_row(row: Any) -> AnswerRow:
    return AnswerRow(
        bid=row.Bid,
        tender=row.Tender,
        state=BidState(row.state),
        lots=list(row.lots or ()),
        members=row.members,
        waiting=row.waiting,
        mine=[SeatState(value) for value in row.mine or ()],
        lead=row.lead or "",
    )
