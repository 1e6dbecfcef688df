"""Whom what structures owe their groups concerns: themselves, their lead, the delegate."""

from typing import Any

from sqlalchemy import Subquery, and_, exists, or_
from sqlalchemy.orm import aliased

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Seat
from procurement.bids.queries import owing
from procurement.core import clock
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    CONFIRMED_SEAT,
    LIVE_PLACE,
    MANAGES,
    People,
    delegates,
    of_deadlines,
)
from procurement.tenders.models import Tender


def _freezing(user: Any) -> People:
    """From the dates on which groups freeze (R2142-26): applications, else offers."""
    sooner = aliased(Deadline)
    applications = exists().where(
        sooner.subject_type == Deadline.subject_type,
        sooner.subject_id == Deadline.subject_id,
        sooner.kind == DeadlineKind.APPLICATIONS,
        sooner.closed_at.is_(None),
    )
    return of_deadlines(user).where(or_(Deadline.kind == DeadlineKind.APPLICATIONS, ~applications))


def _owed() -> Subquery:
    return owing(clock.now()).subquery("owed")


def owe() -> list[People]:
    """Managers of the structures that owe their group something."""
    owed = _owed()
    return [
        _freezing(Membership.user_id)
        .join(owed, owed.c.tender_id == Tender.id)
        .join(Membership, and_(Membership.member_id == owed.c.member_id, MANAGES))
    ]


def lead_waits() -> list[People]:
    """The people of the lead to whose group others owe something; the delegate for a group that has no lead yet."""
    owed = _owed()
    seat = and_(Seat.bid_id == Bid.id, Seat.member_id == Bid.lead_id, CONFIRMED_SEAT)
    lead = (
        _freezing(Membership.user_id)
        .join(owed, owed.c.tender_id == Tender.id)
        .join(Bid, and_(Bid.id == owed.c.bid_id, Bid.lead_id != owed.c.member_id))
        .join(Seat, seat)
        .join(Membership, and_(Membership.member_id == Bid.lead_id, LIVE_PLACE))
    )
    nobody = (
        _freezing(RoleGrant.user_id)
        .join(owed, owed.c.tender_id == Tender.id)
        .join(Bid, and_(Bid.id == owed.c.bid_id, Bid.lead_id.is_(None)))
    )
    return [lead, delegates(nobody)]


def delegate_waits() -> list[People]:
    """The delegate, while somebody owes something."""
    owed = _owed()
    return [delegates(_freezing(RoleGrant.user_id).where(exists().where(owed.c.tender_id == Tender.id)))]
