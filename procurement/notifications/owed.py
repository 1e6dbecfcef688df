"""What structures owe their groups, as each reader of a mail is told of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid
from procurement.bids.queries import Due, owing
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import MembershipRole, Role
from procurement.members.models import Member, Membership
from procurement.notifications.models import Notification
from procurement.notifications.recordset import among

LISTING = frozenset({"dues", "dues_lead", "dues_delegate"})
"""The kinds whose mail lists what is owed: to the structures, to their lead, to the delegate."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that a structure owes its group."""

    what: Due
    asked_at: datetime
    member: str
    phone: str
    """Of the structure; empty where none is known."""
    group: str
    bid_id: int


def owed_to(notifications: Sequence[Notification]) -> Callable[[Notification], Sequence[Owed]]:
    """What each of these notifications lists, longest asked first, then by name. Three statements.

    To a structure what it owes itself; to a lead what others owe its own group, no other (G3); to the delegate all.
    """
    if not notifications:
        return lambda _: ()
    owed = owing(clock.now()).subquery("owed")
    rows = db.session.execute(
        select(owed, Member.name.label("member"), Member.phone, Bid.name.label("group"), Bid.lead_id)
        .join(Member, Member.id == owed.c.member_id)
        .join(Bid, Bid.id == owed.c.bid_id)
        .where(owed.c.tender_id == among(n.tender_id for n in notifications))
        .order_by(owed.c.asked_at, Member.name, Bid.name, Bid.id)
    ).all()
    places = db.session.execute(
        select(Membership.user_id, Membership.member_id, Membership.role).where(
            Membership.user_id == among(n.recipient_id for n in notifications), Membership.ended_at.is_(None)
        )
    ).all()
    delegates = set(
        db.session.scalars(
            select(RoleGrant.user_id).where(
                RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)
            )
        )
    )
    belongs = {(place.user_id, place.member_id) for place in places}
    manages = {(place.user_id, place.member_id) for place in places if place.role is MembershipRole.MANAGER}

    def theirs(n: Notification, row: Row[Any]) -> bool:
        if n.kind == "dues":
            # Whoever stands in for a manager who is away belongs to the structure, and may manage nothing.
            places = manages if any(user == n.recipient_id for user, _ in manages) else belongs
            return (n.recipient_id, row.member_id) in places
        if n.kind == "dues_lead" and row.lead_id is not None:
            return row.lead_id != row.member_id and (n.recipient_id, row.lead_id) in belongs
        return n.recipient_id in delegates

    return lambda n: [
        Owed(Due(row.what), row.asked_at, row.member, row.phone, row.group, row.bid_id)
        for row in rows
        if row.tender_id == n.tender_id and theirs(n, row)
    ]
