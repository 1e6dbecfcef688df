"""What hangs on a person who leaves a structure: what stays with it, and what has to find somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from procurement.accounts.models import User
from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Seat
from procurement.certificates import queries as certificates
from procurement.certificates.queries import Paper
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import MembershipRole
from procurement.members.models import Member, Membership
from procurement.tenders.models import Following, Tender


@dataclass(frozen=True, slots=True)
class Held:
    """A group answer that isn't decided, in which the structure has a place."""

    bid_id: int
    name: str
    title: str
    """Of the tender."""
    leads: bool
    to_answer: bool
    """Whether the place that is proposed waits for a yes or a no."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a manager looks after for a structure, and who could take over."""

    member: Member
    person: User
    groups: Sequence[Held]
    papers: Sequence[Paper]
    """Certificates to be sent."""
    followed: Sequence[Tender]
    colleagues: Sequence[tuple[User, MembershipRole]]
    """The structure's other people, managers first."""


def holdings(place: Membership) -> Holdings:
    """What the person of this place looks after; whoever asks may end it already. Six statements."""
    member, person = db.session.get_one(Member, place.member_id), db.session.get_one(User, place.user_id)
    red = [paper for paper in certificates.owing(member, clock.today()) if paper.red]
    return Holdings(member, person, groups_of(member.id), red, followed_live(person.id), _colleagues(place))


def followed_live(user_id: int) -> Sequence[Tender]:
    """The tenders that a person follows and that still live, the first due first. One statement."""
    return db.session.scalars(
        select(Tender)
        .join(Following, and_(Following.tender_id == Tender.id, Following.user_id == user_id))
        .where(Following.muted.is_(False), Tender.published_at.is_not(None), Tender.cancelled_at.is_(None))
        .where(Tender.due_at.is_(None) | (Tender.due_at > clock.now()))
        .order_by(Tender.due_at, Tender.id)
    ).all()


def groups_of(member_id: int) -> list[Held]:
    """The group answers that aren't decided and in which a structure has a place. One statement."""
    undecided = and_(
        Bid.withdrawn_at.is_(None),
        Bid.awarded_at.is_(None),
        Bid.lost_at.is_(None),
        Bid.no_award_at.is_(None),
    )
    rows = db.session.execute(
        select(Bid.id, Bid.name, Tender.title, Bid.lead_id, Seat.confirmed_at)
        .join(Seat, and_(Seat.bid_id == Bid.id, Seat.member_id == member_id, SEAT_LIVE))
        .join(Tender, Tender.id == Bid.tender_id)
        .where(undecided, Tender.cancelled_at.is_(None))
        .order_by(Bid.id)
    )
    return [
        Held(row.id, row.name, row.title, row.lead_id == member_id, row.confirmed_at is None) for row in rows
    ]


def _colleagues(place: Membership) -> list[tuple[User, MembershipRole]]:
    rows = db.session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.member_id == place.member_id, Membership.ended_at.is_(None), User.active)
        .where(User.id != place.user_id)
        .order_by(Membership.role.desc(), User.name)
    )
    return [(row.User, row.role) for row in rows]
