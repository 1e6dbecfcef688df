"""Who hears that somebody can't be reached by mail."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from procurement.accounts.models import RoleGrant, User
from procurement.bids.models import Bid, Participation, Seat
from procurement.core import clock
from procurement.core.events import Event
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    LIVE_PLACE,
    LIVE_SEAT,
    LIVE_TENDER,
    MEANS_TO_ANSWER,
    People,
    delegates,
    of_events,
)
from procurement.tenders.models import Tender


def has_part(user_id: Any, tender_id: Any = None) -> ColumnElement[bool]:
    """Whether one of the person's structures has a part in an answer that isn't decided, to that tender or to any.

    A part: a place in a group, or a registration as long as the answer isn't due.
    """
    undecided = and_(
        Bid.withdrawn_at.is_(None),
        Bid.awarded_at.is_(None),
        Bid.lost_at.is_(None),
        Bid.no_award_at.is_(None),
    )
    still_due = or_(Tender.due_at.is_(None), Tender.due_at >= clock.now())
    place = and_(Membership.user_id == user_id, LIVE_PLACE)
    this = LIVE_TENDER if tender_id is None else and_(LIVE_TENDER, Tender.id == tender_id)
    seated = (
        exists()
        .where(place, Seat.member_id == Membership.member_id, LIVE_SEAT)
        .where(Bid.id == Seat.bid_id, undecided, Tender.id == Bid.tender_id, this)
    )
    registered = (
        exists()
        .where(place, Participation.member_id == Membership.member_id, MEANS_TO_ANSWER)
        .where(Tender.id == Participation.tender_id, still_due, this)
    )
    return or_(seated, registered)


def unreachable() -> list[People]:
    """The delegate, while the person an event is about has a part in an answer that isn't decided (N30)."""
    person = and_(Event.subject_type == "user_account", User.id == Event.subject_id, User.active)
    return [
        delegates(of_events(RoleGrant.user_id).join(User, person)).where(
            has_part(User.id), RoleGrant.user_id != User.id
        )
    ]
