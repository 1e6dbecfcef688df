"""Who hears that somebody can't be reached by mail."""

from sqlalchemy import and_, exists, or_

from procurement.accounts.models import RoleGrant, User
from procurement.bids.models import Bid, Participation, Seat
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


def unreachable() -> list[People]:
    """The delegate, while the person an event is about has a part in an answer that isn't decided (N30)."""
    undecided = and_(
        Bid.withdrawn_at.is_(None),
        Bid.awarded_at.is_(None),
        Bid.lost_at.is_(None),
        Bid.no_award_at.is_(None),
    )
    seated = (
        exists()
        .where(Membership.user_id == User.id, LIVE_PLACE, Seat.member_id == Membership.member_id, LIVE_SEAT)
        .where(Bid.id == Seat.bid_id, undecided, Tender.id == Bid.tender_id, LIVE_TENDER)
    )
    registered = (
        exists()
        .where(Membership.user_id == User.id, LIVE_PLACE, Participation.member_id == Membership.member_id)
        .where(MEANS_TO_ANSWER, Tender.id == Participation.tender_id, LIVE_TENDER)
    )
    person = and_(Event.subject_type == "user_account", User.id == Event.subject_id, User.active)
    return [
        delegates(of_events(RoleGrant.user_id).join(User, person)).where(
            or_(seated, registered), RoleGrant.user_id != User.id
        )
    ]
