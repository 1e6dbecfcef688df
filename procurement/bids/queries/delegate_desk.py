"""What the legal delegate's first screen reads: all live tenders with their next step, and what has just come in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, union_all

from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.queries.member_desk import WITHOUT_A_WORD
from procurement.bids.queries.states import BID_LIVE, participation_state_expression
from procurement.bids.rules import ParticipationState, composition_locked_at
from procurement.bids.rules.tender_steps import BidStanding, Next, Standing, pressing_step
from procurement.core.db import db
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.queries import deadlines_of
from procurement.deadlines.rules import read_zone
from procurement.members.models import Member
from procurement.tenders.models import BY_HAND, Buyer, Tender, TenderKind
from procurement.tenders.rules import TenderState, state_of

MOST = 50
"""Tenders on the timeline; the list has them all."""
LATEST = 8
"""Registrations, refusals and drafts shown; their pages have the others."""

_REGISTERED = (ParticipationState.APPLIED.value, ParticipationState.ACCEPTED.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A live tender, its dates, and the one next thing it asks for."""

    tender: Tender
    buyer: str
    state: TenderState
    dates: tuple[Deadline, ...]
    standing: Standing
    next: Next


@dataclass(frozen=True, slots=True)
class Arrival:
    """A registration that no group has taken yet, or a place that was refused."""

    at: datetime
    tender_id: int
    title: str
    member: str
    bid_id: int | None = None
    bid_name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A tender that isn't published yet."""

    id: int
    title: str
    buyer: str
    due_at: datetime | None
    due_zone: str


@dataclass(frozen=True, slots=True)
class DelegateDesk:
    """The delegate's first screen."""

    lines: tuple[Line, ...]
    more: bool
    """Whether there are others, due later."""
    registrations: tuple[Arrival, ...]
    refusals: tuple[Arrival, ...]
    drafts: tuple[Draft, ...]
    drafts_in_all: int

    @property
    def late(self) -> list[Line]:
        """Tenders whose next thing should have been done already."""
        return [line for line in self.lines if line.next.late]


def delegate_desk(now: datetime) -> DelegateDesk:
    """What the delegate's first screen shows at `now`: eight statements, however many tenders there are."""
    found = db.session.execute(_live(now)).all()
    rows = found[:MOST]
    ids = [row.Tender.id for row in rows]
    bids = _bids(ids)
    registered = _registered(ids)
    dates: dict[int, list[Deadline]] = defaultdict(list)
    for date in deadlines_of("tender", ids):
        dates[date.subject_id].append(date)
    lines = [
        _line(
            row, tuple(dates[row.Tender.id]), tuple(bids[row.Tender.id]), registered.get(row.Tender.id), now
        )
        for row in rows
    ]
    drafts = db.session.execute(_drafts(now)).all()
    return DelegateDesk(
        lines=tuple(
            sorted(lines, key=lambda line: (not line.next.late, line.tender.sort_at, line.tender.id))
        ),
        more=len(found) > MOST,
        registrations=_registrations(now),
        refusals=_refusals(now),
        drafts=tuple(Draft(*row[:5]) for row in drafts),
        drafts_in_all=drafts[0].in_all if drafts else 0,
    )


def _live(now: datetime) -> Any:
    """Published tenders still to come, and those past with an answer whose end isn't recorded; one more than shown."""
    shared = (Tender.published_at.is_not(None), Tender.cancelled_at.is_(None), Tender.due_at.is_not(None))
    to_come = select(Tender.id).where(*shared, Tender.sort_at >= now).order_by(Tender.sort_at, Tender.id)
    answered = select(Bid.tender_id).where(BID_LIVE)
    unsettled = select(Tender.id).where(*shared, Tender.sort_at < now, Tender.id.in_(answered))
    ids = union_all(
        select(to_come.limit(MOST + 1).subquery()),
        select(unsettled.order_by(Tender.sort_at, Tender.id).limit(MOST + 1).subquery()),
    )
    return (
        select(Tender, Buyer.name.label("buyer"))
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .where(Tender.id.in_(ids))
        .order_by(Tender.sort_at, Tender.id)
        .limit(MOST + 1)
    )


def _bids(tender_ids: Sequence[int]) -> dict[int, list[BidStanding]]:
    seats = (
        select(
            Seat.bid_id,
            func.count().filter(_SEAT_OPEN, Seat.confirmed_at.is_(None)).label("proposed"),
            func.count().filter(_SEAT_OPEN, Seat.confirmed_at.is_not(None)).label("confirmed"),
            func.count().filter(Seat.refused_at.is_not(None), Seat.removed_at.is_(None)).label("refused"),
        )
        .group_by(Seat.bid_id)
        .subquery()
    )
    aim = and_(
        Deadline.subject_type == "bid",
        Deadline.subject_id == Bid.id,
        Deadline.kind == DeadlineKind.INTERNAL_DEPOSIT,
        Deadline.closed_at.is_(None),
    )
    rows = db.session.execute(
        select(Bid, seats.c.proposed, seats.c.confirmed, seats.c.refused, Deadline.due_at.label("aim"))
        .outerjoin(seats, seats.c.bid_id == Bid.id)
        .outerjoin(Deadline, aim)
        .where(Bid.tender_id.in_(tender_ids), BID_LIVE)
        .order_by(Bid.id)
    )
    found: dict[int, list[BidStanding]] = defaultdict(list)
    for row in rows:
        found[row.Bid.tender_id].append(
            BidStanding(
                id=row.Bid.id,
                name=row.Bid.name,
                proposed=row.proposed or 0,
                refused=row.refused or 0,
                confirmed=row.confirmed or 0,
                composed=row.Bid.composed_at is not None,
                submitted=row.Bid.submitted_at is not None,
                aim=row.aim,
            )
        )
    return found


_SEAT_OPEN = and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))


def _registered(tender_ids: Sequence[int]) -> dict[int, Any]:
    """By tender: structures registered, and among them those without a word yet."""
    said = (
        select(
            Participation.tender_id,
            participation_state_expression().label("state"),
            WITHOUT_A_WORD.label("waiting"),
        )
        .where(Participation.tender_id.in_(tender_ids))
        .subquery()
    )
    rows = db.session.execute(
        select(
            said.c.tender_id,
            func.count().filter(said.c.state.in_(_REGISTERED)).label("registered"),
            func.count().filter(said.c.waiting).label("waiting"),
        ).group_by(said.c.tender_id)
    )
    return {row.tender_id: row for row in rows}


def _line(
    row: Any, dates: tuple[Deadline, ...], bids: tuple[BidStanding, ...], counts: Any, now: datetime
) -> Line:
    tender: Tender = row.Tender
    state = state_of(tender, now)
    standing = Standing(
        kind=tender.kind,
        state=state,
        closes_at=tender.registrations_close_at,
        due_at=tender.due_at,
        zone=read_zone(tender.due_zone),
        locked_at=composition_locked_at({date.kind: date.due_at for date in dates}),
        award_at=next((date.due_at for date in dates if date.kind is DeadlineKind.AWARD), None),
        registered=counts.registered if counts else 0,
        waiting=counts.waiting if counts else 0,
        bids=bids,
    )
    return Line(tender, row.buyer, state, dates, standing, pressing_step(standing, now))


def _registrations(now: datetime) -> tuple[Arrival, ...]:
    rows: Any = db.session.execute(
        select(Participation.applied_at, Tender.id, Tender.title, Member.name)
        .join(Tender, Tender.id == Participation.tender_id)
        .join(Member, Member.id == Participation.member_id)
        .where(
            WITHOUT_A_WORD,
            # an agreement is acceded to one by one: nobody waits for a group
            Tender.kind == TenderKind.CONTRACT,
            Tender.cancelled_at.is_(None),
            Tender.due_at >= now,
        )
        .order_by(Participation.applied_at.desc(), Participation.id.desc())
        .limit(LATEST)
    )
    return tuple(Arrival(*row) for row in rows)


def _refusals(now: datetime) -> tuple[Arrival, ...]:
    """Places refused in answers that are still being prepared."""
    rows: Any = db.session.execute(
        select(Seat.refused_at, Tender.id, Tender.title, Member.name, Bid.id, Bid.name, Seat.refusal_reason)
        .select_from(Seat)
        .join(Bid, Bid.id == Seat.bid_id)
        .join(Tender, Tender.id == Bid.tender_id)
        .join(Member, Member.id == Seat.member_id)
        .where(
            Seat.refused_at.is_not(None),
            Seat.removed_at.is_(None),
            BID_LIVE,
            Bid.composed_at.is_(None),
            Bid.submitted_at.is_(None),
            Tender.cancelled_at.is_(None),
            Tender.due_at >= now,
        )
        .order_by(Seat.refused_at.desc())
        .limit(LATEST)
    )
    return tuple(Arrival(*row) for row in rows)


def _drafts(now: datetime) -> Any:
    """Tenders written by hand to publish, soonest first; what is past is left to the list, what came by itself to the arrivals."""
    return (
        select(
            Tender.id,
            Tender.title,
            Buyer.name,
            Tender.due_at,
            Tender.due_zone,
            func.count().over().label("in_all"),
        )
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .where(
            Tender.published_at.is_(None),
            Tender.cancelled_at.is_(None),
            Tender.set_aside_at.is_(None),
            Tender.source.in_(BY_HAND),
            or_(Tender.due_at.is_(None), Tender.due_at >= now),
        )
        .order_by(Tender.due_at.nulls_last(), Tender.id)
        .limit(LATEST)
    )
