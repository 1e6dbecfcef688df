"""Whom the dates of contracts that were won, or that end, concern."""

from sqlalchemy import and_

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Seat
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    CONFIRMED_SEAT,
    LIVE_PLACE,
    People,
    delegates,
    of_bid_deadlines,
    of_deadlines,
)
from procurement.tenders.models import Tender


def _leads(people: People) -> People:
    """The people of the structure that leads the bid."""
    seat = and_(Seat.bid_id == Bid.id, Seat.member_id == Bid.lead_id, CONFIRMED_SEAT)
    return people.join(Seat, seat).join(Membership, and_(Membership.member_id == Bid.lead_id, LIVE_PLACE))


def may_be_signed() -> list[People]:
    """The people of the lead that won, and the delegate."""
    won = Bid.awarded_at.is_not(None)
    return [
        _leads(of_bid_deadlines(Membership.user_id, won)),
        delegates(of_bid_deadlines(RoleGrant.user_id, won)),
    ]


def ends() -> list[People]:
    """The people of the leads that hold the contract, and the delegate, whoever won it."""
    won = and_(Bid.tender_id == Tender.id, Bid.awarded_at.is_not(None))
    return [
        _leads(of_deadlines(Membership.user_id).join(Bid, won)),
        delegates(of_deadlines(RoleGrant.user_id)),
    ]
