"""What pages read of member structures and of who belongs to them."""

from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core.db import db
from procurement.core.policy import Actor, Role
from procurement.members.models import Membership


def actor_of(user: User) -> Actor:
    """The actor that `user` is now: roles and structures not ended. Two statements."""
    memberships = db.session.execute(
        select(Membership.member_id, Membership.role).where(
            Membership.user_id == user.id, Membership.ended_at.is_(None)
        )
    )
    return Actor(
        user_id=user.id,
        roles=frozenset(Role(name) for name in user.roles),
        memberships={row.member_id: row.role for row in memberships},
    )
