"""What a member's first screen reads: what needs its people now, then what it could join."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, BidLot, Participation, Seat
from procurement.bids.queries.states import BID_LIVE, bid_state_expression, participation_state_expression
from procurement.bids.rules import BidState, ParticipationState, composition_by, suited
from procurement.bids.rules.tender_steps import deposit_aim
from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.rules import read_zone
from procurement.members.models import Member
from procurement.members.queries import own
from procurement.tenders.models import Buyer, Lot, Tender, TenderKind
from procurement.tenders.policy import visible_to

MOST = 60
"""Open tenders looked at: those due soonest."""

NEAR = timedelta(days=7)
"""How long before its deposit an answer stands among what needs people now."""

WITHOUT_A_WORD = and_(
    participation_state_expression() == ParticipationState.APPLIED.value,
    ~exists(
        select(Seat.id)
        .join(Bid, Bid.id == Seat.bid_id)
        .where(
            Bid.tender_id == Participation.tender_id,
            Bid.withdrawn_at.is_(None),
            Seat.member_id == Participation.member_id,
            SEAT_LIVE,
        )
        .correlate(Participation)
    ),
)
"""A registration to which the delegate has neither offered a place nor said no."""


@dataclass(frozen=True, slots=True)
class Group:
    """A live place of one of the person's structures in a group: to be answered, or taken."""

    seat_id: int
    bid_id: int
    bid_name: str
    tender_id: int
    title: str
    member: str
    lots: tuple[str, ...]
    """Their numbers; none for a tender that isn't divided."""
    confirmed: bool
    manages: bool
    leads: bool
    state: BidState
    due_at: datetime | None
    due_zone: str
    aim_at: datetime | None
    """The network's own date of deposit."""
    answer_by: datetime | None
    """When the group is to be settled: a place that is offered wants its answer by then."""
    pressing: bool
    """Being prepared, and so near its deposit that its people must think of it now."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A registration that the delegate hasn't answered yet."""

    tender_id: int
    title: str
    member: str
    closes_at: datetime | None
    due_at: datetime | None
    due_zone: str


@dataclass(frozen=True, slots=True)
class Open:
    """A tender still open to registration; `unanswered` are the person's structures that may answer and said nothing."""

    tender_id: int
    title: str
    buyer: str
    kind: TenderKind
    departments: tuple[str, ...]
    closes_at: datetime | None
    due_at: datetime | None
    due_zone: str
    unanswered: tuple[str, ...]
    near: bool
    """Whether it is performed where one of them works."""


@dataclass(frozen=True, slots=True)
class MemberDesk:
    """A member's first screen."""

    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    waiting: tuple[Waiting, ...]
    open: tuple[Open, ...]

    @property
    def asked(self) -> list[Group]:
        """Places that wait for a yes or a no."""
        return [group for group in self.groups if not group.confirmed]

    @property
    def pressing(self) -> list[Group]:
        """Groups that one of the structures is in and whose answer is to be deposited within days."""
        return [group for group in self.groups if group.confirmed and group.pressing]

    @property
    def taken(self) -> list[Group]:
        """The other groups that one of the structures is in."""
        return [group for group in self.groups if group.confirmed and not group.pressing]

    @property
    def to_answer(self) -> list[Open]:
        """Tenders where the structures work, about which they said nothing yet."""
        return [tender for tender in self.open if tender.unanswered and tender.near]

    @property
    def to_join(self) -> list[Open]:
        """The others that they could join."""
        return [tender for tender in self.open if tender.unanswered and not tender.near]


def member_desk(actor: Actor, now: datetime) -> MemberDesk:
    """What the first screen of `actor`, who belongs to structures, shows at `now`: four statements."""
    mine = list(actor.memberships)
    members = own(actor)
    return MemberDesk(
        members=tuple(members),
        groups=tuple(_groups(actor, mine, now)),
        waiting=tuple(_waiting(actor, mine, now)),
        open=tuple(_open(actor, members, now)),
    )


def _groups(actor: Actor, mine: Sequence[int], now: datetime) -> list[Group]:
    lots = (
        select(func.array_agg(aggregate_order_by(Lot.number, Lot.rank)))
        .join(BidLot, BidLot.lot_id == Lot.id)
        .where(BidLot.bid_id == Bid.id, ~Lot.whole)
        .correlate(Bid)
        .scalar_subquery()
    )
    aim = and_(
        Deadline.subject_type == "bid",
        Deadline.subject_id == Bid.id,
        Deadline.kind == DeadlineKind.INTERNAL_DEPOSIT,
        Deadline.closed_at.is_(None),
    )
    earlier = aliased(Deadline)
    applications = (
        select(earlier.due_at)
        .where(
            earlier.subject_type == "tender",
            earlier.subject_id == Tender.id,
            earlier.kind == DeadlineKind.APPLICATIONS,
            earlier.closed_at.is_(None),
        )
        .correlate(Tender)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Seat.id.label("seat_id"),
            Seat.member_id,
            Seat.confirmed_at,
            Bid.id.label("bid_id"),
            Bid.name.label("bid_name"),
            Bid.lead_id,
            bid_state_expression().label("state"),
            Tender.id.label("tender_id"),
            Tender.title,
            Tender.due_at,
            Tender.due_zone,
            Member.name.label("member"),
            lots.label("lots"),
            Deadline.due_at.label("aim_at"),
            Tender.registrations_close_at,
            func.coalesce(applications, Tender.due_at).label("locked_at"),
        )
        .join(Bid, Bid.id == Seat.bid_id)
        .join(Tender, Tender.id == Bid.tender_id)
        .join(Member, Member.id == Seat.member_id)
        .outerjoin(Deadline, aim)
        .where(Seat.member_id.in_(mine), SEAT_LIVE, BID_LIVE, Tender.cancelled_at.is_(None))
        .order_by(Tender.due_at.nulls_last(), Bid.id)
    )
    return [_group(row, actor, now) for row in rows]


def _group(row: Any, actor: Actor, now: datetime) -> Group:
    state, aim = BidState(row.state), deposit_aim(row.aim_at, row.due_at, read_zone(row.due_zone))
    return Group(
        seat_id=row.seat_id,
        bid_id=row.bid_id,
        bid_name=row.bid_name,
        tender_id=row.tender_id,
        title=row.title,
        member=row.member,
        lots=tuple(row.lots or ()),
        confirmed=row.confirmed_at is not None,
        manages=actor.manages(row.member_id),
        leads=row.lead_id == row.member_id,
        state=state,
        due_at=row.due_at,
        due_zone=row.due_zone,
        aim_at=aim,
        answer_by=composition_by(row.locked_at, row.registrations_close_at, read_zone(row.due_zone)),
        pressing=state is BidState.PREPARING and aim is not None and aim - now <= NEAR,
    )


def _waiting(actor: Actor, mine: Sequence[int], now: datetime) -> list[Waiting]:
    rows = db.session.execute(
        select(
            Tender.id,
            Tender.title,
            Member.name,
            func.least(Tender.registrations_close_at, Tender.due_at),
            Tender.due_at,
            Tender.due_zone,
        )
        .select_from(Participation)
        .join(Tender, Tender.id == Participation.tender_id)
        .join(Member, Member.id == Participation.member_id)
        .where(
            Participation.member_id.in_(mine),
            WITHOUT_A_WORD,
            visible_to(actor),
            Tender.cancelled_at.is_(None),
            Tender.sort_at >= now,
        )
        .order_by(Tender.sort_at, Tender.id)
    )
    return [Waiting(*row) for row in rows]


def _open(actor: Actor, members: Sequence[Member], now: datetime) -> list[Open]:
    """Tenders open to registration, soonest closing first."""
    answered = (
        select(func.array_agg(Participation.member_id))
        .where(
            Participation.tender_id == Tender.id,
            Participation.member_id.in_([member.id for member in members]),
            participation_state_expression() != ParticipationState.WITHDRAWN.value,
        )
        .correlate(Tender)
        .scalar_subquery()
    )
    closes = func.least(Tender.registrations_close_at, Tender.due_at)
    rows = db.session.execute(
        select(
            Tender.id,
            Tender.title,
            Tender.kind,
            Tender.departments,
            Tender.eligible_kinds,
            Tender.service_nature,
            Tender.due_at,
            Tender.due_zone,
            Buyer.name.label("buyer"),
            closes.label("closes_at"),
            answered.label("answered"),
        )
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .where(
            visible_to(actor),
            Tender.published_at.is_not(None),
            Tender.cancelled_at.is_(None),
            Tender.sort_at >= now,
            or_(Tender.registrations_close_at.is_(None), Tender.registrations_close_at >= now),
        )
        .order_by(Tender.sort_at, Tender.id)
        .limit(MOST)
    )
    found = [_open_row(row, members) for row in rows]
    return sorted(found, key=lambda one: one.closes_at or one.due_at or now)


def _open_row(row: Any, members: Sequence[Member]) -> Open:
    silent = [member for member in members if member.id not in (row.answered or ())]
    answerable = [member for member in silent if suited(member.kind, row.service_nature, row.eligible_kinds)]
    return Open(
        tender_id=row.id,
        title=row.title,
        buyer=row.buyer,
        kind=row.kind,
        departments=tuple(row.departments),
        closes_at=row.closes_at,
        due_at=row.due_at,
        due_zone=row.due_zone,
        unanswered=tuple(member.name for member in answerable),
        near=any(
            not row.departments or {member.department, *member.territory} & set(row.departments)
            for member in answerable
        ),
    )
