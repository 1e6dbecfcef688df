"""What pages read of privacy: daily runs, requests, and what stands between a person and their erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from procurement.accounts.models import RoleGrant, User
from procurement.bids.models import Bid
from procurement.core.db import db
from procurement.core.policy import Actor, MembershipRole, Role, delegate_or_admin
from procurement.members.models import Member, Membership
from procurement.privacy import policy
from procurement.privacy.models import Erasure, RetentionRun


def last_runs(actor: Actor, limit: int) -> Sequence[RetentionRun]:
    """The latest daily runs, newest first, for the network's office; else none. One statement."""
    if not delegate_or_admin(actor):
        return []
    return db.session.scalars(select(RetentionRun).order_by(RetentionRun.day.desc()).limit(limit)).all()


def answer_by(asked_at: datetime) -> datetime:
    """Until when a request must be answered: a month (GDPR, article 12(3)); aware, as `asked_at`."""
    due: datetime = asked_at + relativedelta(months=1)  # type: ignore[no-untyped-call]
    return due


def open_request(user_id: int) -> Erasure | None:
    """The request of this person that waits for its answer. One statement."""
    return db.session.scalar(
        select(Erasure).where(
            Erasure.user_id == user_id, Erasure.withdrawn_at.is_(None), Erasure.done_at.is_(None)
        )
    )


def open_requests(actor: Actor) -> Sequence[Erasure]:
    """All requests that wait, the oldest first, with their people, for the administrator; else none. One statement."""
    if not policy.see_requests(actor):
        return []
    return db.session.scalars(
        select(Erasure)
        .where(Erasure.withdrawn_at.is_(None), Erasure.done_at.is_(None))
        .options(joinedload(Erasure.user))
        .order_by(Erasure.asked_at, Erasure.id)
    ).all()


def bound(user: User) -> bool:
    """Whether others count on this person, so that the administrator carries the erasure out.

    That is who holds a role in the network, or manages a structure. Two statements at most.
    """
    if user.held_roles:
        return True
    manages = exists().where(
        Membership.user_id == user.id,
        Membership.role == MembershipRole.MANAGER,
        Membership.ended_at.is_(None),
    )
    return bool(db.session.scalar(select(manages)))


class Hurdle(StrEnum):
    """What must be handed over first."""

    ADMIN = "admin"
    """Nobody else could give roles."""
    DELEGATE = "delegate"
    """Nobody else would coordinate."""
    MANAGER = "manager"
    """A structure would have nobody to commit it."""
    COORDINATOR = "coordinator"
    """A live group answer would have nobody to run it."""


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """One thing to hand over first: the structure or the group answer by name and number, where it is one."""

    hurdle: Hurdle
    number: int = 0
    name: str = ""


def to_hand_over(user: User) -> Sequence[ToHandOver]:
    """What this person must hand over before they are erased; nothing for an account that is closed. Four statements."""
    if not user.active:
        return []
    found = [
        ToHandOver(hurdle)
        for role, hurdle in ((Role.NETWORK_ADMIN, Hurdle.ADMIN), (Role.LEGAL_DELEGATE, Hurdle.DELEGATE))
        if role in user.held_roles and not _another_holds(role, user.id)
    ]
    found += [ToHandOver(Hurdle.MANAGER, number, name) for number, name in _managed_alone(user.id)]
    found += [ToHandOver(Hurdle.COORDINATOR, number, name) for number, name in _coordinated(user.id)]
    return found


def _another_holds(role: Role, user_id: int) -> bool:
    others = (
        select(RoleGrant.id)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == role, RoleGrant.ended_at.is_(None), User.id != user_id, User.active)
    )
    return db.session.scalar(others.limit(1)) is not None


def _managed_alone(user_id: int) -> Sequence[tuple[int, str]]:
    other, person = aliased(Membership), aliased(User)
    another = exists().where(
        other.member_id == Membership.member_id,
        other.user_id != user_id,
        other.role == MembershipRole.MANAGER,
        other.ended_at.is_(None),
        person.id == other.user_id,
        person.active,
    )
    rows = db.session.execute(
        select(Member.id, Member.name)
        .join(Membership, Membership.member_id == Member.id)
        .where(
            Membership.user_id == user_id,
            Membership.role == MembershipRole.MANAGER,
            Membership.ended_at.is_(None),
            Member.left_at.is_(None),
            ~another,
        )
        .order_by(Member.name)
    )
    return [(number, name) for number, name in rows]


def _coordinated(user_id: int) -> Sequence[tuple[int, str]]:
    rows = db.session.execute(
        select(Bid.id, Bid.name)
        .where(
            Bid.coordinator_id == user_id,
            Bid.withdrawn_at.is_(None),
            Bid.lost_at.is_(None),
            Bid.no_award_at.is_(None),
            Bid.awarded_at.is_(None),
        )
        .order_by(Bid.id)
    )
    return [(number, name) for number, name in rows]
