"""The structures that an event leaves without a manager, for the mail that says whom to call."""

from collections.abc import Sequence

from sqlalchemy import select

from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import MembershipRole
from procurement.members.models import Member, Membership
from procurement.members.people import lacks_manager


def left_without(event: Event) -> Sequence[Member]:
    """The structures of which somebody was manager that nobody manages now, by name. One statement."""
    person = event.subject_id if event.subject_type == "user_account" else event.facts.get("user_id")
    theirs = select(Membership.member_id).where(
        Membership.user_id == person, Membership.role == MembershipRole.MANAGER
    )
    if event.subject_type == "member":
        theirs = theirs.where(Membership.member_id == event.subject_id)
    return db.session.scalars(
        select(Member)
        .where(Member.id.in_(theirs), Member.left_at.is_(None), lacks_manager(Member.id))
        .order_by(Member.name)
    ).all()
