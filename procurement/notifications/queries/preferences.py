"""What people have chosen to receive, and who can stand in for them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from procurement.accounts.models import RoleGrant, User
from procurement.core.db import db
from procurement.core.policy import Role
from procurement.members.models import Membership
from procurement.notifications.categories import DEFAULTS, Category, Rhythm
from procurement.notifications.models import Absence, Preference


def rhythms_of(user_id: int) -> Mapping[Category, Rhythm]:
    """How a person receives each category: as chosen, else as usual."""
    chosen = db.session.execute(
        select(Preference.category, Preference.rhythm).where(Preference.user_id == user_id)
    )
    return {**DEFAULTS, **{row.category: row.rhythm for row in chosen}}


def has_chosen(user_id: int) -> bool:
    """Whether a person has said how messages should reach them, be it as usual."""
    return bool(db.session.scalar(select(exists().where(Preference.user_id == user_id))))


def absence_of(user_id: int) -> Absence | None:
    """The days on which somebody stands in for this person, if any were said."""
    return db.session.scalar(select(Absence).where(Absence.user_id == user_id))


def colleagues(user_id: int) -> Sequence[User]:
    """Who can stand in for a person: those of their structures now; for a delegate, the other delegates. By name."""
    own, theirs = aliased(Membership), aliased(Membership)
    together = (
        select(theirs.user_id)
        .join(own, own.member_id == theirs.member_id)
        .where(own.user_id == user_id, own.ended_at.is_(None), theirs.ended_at.is_(None))
    )
    holds, held = aliased(RoleGrant), aliased(RoleGrant)
    delegates = (
        select(held.user_id)
        .join(holds, holds.role == held.role)
        .where(
            holds.user_id == user_id,
            holds.role == Role.LEGAL_DELEGATE,
            holds.ended_at.is_(None),
            held.ended_at.is_(None),
        )
    )
    return db.session.scalars(
        select(User)
        .where(User.active, User.id != user_id, or_(User.id.in_(together), User.id.in_(delegates)))
        .order_by(User.name, User.id)
    ).all()
