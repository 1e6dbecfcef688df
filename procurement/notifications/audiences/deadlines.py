"""Whom the dates of tenders concern."""

from sqlalchemy import and_, exists, or_

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Participation, Seat
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    CONFIRMED_SEAT,
    COULD_ANSWER,
    LIVE_PLACE,
    MANAGES,
    MEANS_TO_ANSWER,
    People,
    delegates,
    of_deadlines,
    silent_managers,
)
from procurement.tenders.models import Tender


def have_not_answered() -> list[People]:
    """Managers of the structures that could register and have said nothing yet, neither yes nor no."""
    return [
        silent_managers(
            of_deadlines(Membership.user_id), or_(COULD_ANSWER, Participation.interested_at.is_not(None))
        )
    ]


def work_on_it() -> list[People]:
    """Whoever has an answer under way: people of groups being prepared, managers of those registered, the delegate."""
    preparing = and_(Bid.tender_id == Tender.id, Bid.withdrawn_at.is_(None), Bid.submitted_at.is_(None))
    group = (
        of_deadlines(Membership.user_id)
        .join(Bid, preparing)
        .join(Seat, and_(Seat.bid_id == Bid.id, CONFIRMED_SEAT))
        .join(Membership, and_(Membership.member_id == Seat.member_id, LIVE_PLACE))
    )
    deposited = exists().where(
        Bid.tender_id == Tender.id,
        Bid.withdrawn_at.is_(None),
        Bid.submitted_at.is_not(None),
        Seat.bid_id == Bid.id,
        Seat.member_id == Participation.member_id,
        CONFIRMED_SEAT,
    )
    waiting = and_(
        Participation.tender_id == Tender.id,
        Participation.applied_at.is_not(None),
        MEANS_TO_ANSWER,
        ~deposited,
    )
    registered = (
        of_deadlines(Membership.user_id)
        .join(Participation, waiting)
        .join(Membership, and_(Membership.member_id == Participation.member_id, MANAGES))
    )
    under_way = or_(exists().where(preparing), exists().where(waiting))
    return [group, registered, delegates(of_deadlines(RoleGrant.user_id)).where(under_way)]


def have_not_deposited() -> list[People]:
    """The people of groups whose answer isn't deposited, and the delegate; the delegate too while nobody is grouped."""
    preparing = and_(Bid.withdrawn_at.is_(None), Bid.submitted_at.is_(None))
    group = (
        of_deadlines(Membership.user_id)
        .join(Bid, and_(Bid.tender_id == Tender.id, preparing))
        .join(Seat, and_(Seat.bid_id == Bid.id, CONFIRMED_SEAT))
        .join(Membership, and_(Membership.member_id == Seat.member_id, LIVE_PLACE))
    )
    of_tender = Bid.tender_id == Tender.id
    registered = and_(
        Participation.tender_id == Tender.id, Participation.applied_at.is_not(None), MEANS_TO_ANSWER
    )
    ungrouped = and_(exists().where(registered), ~exists().where(of_tender, Bid.withdrawn_at.is_(None)))
    under_way = or_(exists().where(of_tender, preparing), ungrouped)
    return [group, delegates(of_deadlines(RoleGrant.user_id)).where(under_way)]
