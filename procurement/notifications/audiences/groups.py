"""Whom what happens in groups concerns."""

from sqlalchemy import ColumnElement, and_, case, or_

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Participation, Seat
from procurement.core.events import Event
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    CONFIRMED_SEAT,
    LIVE_PLACE,
    LIVE_SEAT,
    MANAGES,
    MEANS_TO_ANSWER,
    People,
    delegates,
    fact,
    of_events,
)
from procurement.tenders.models import Tender


def _seat_of_event(people: People, seat: ColumnElement[bool]) -> People:
    """The seat an event names, in a live bid of a tender that isn't cancelled."""
    return (
        people.join(Seat, and_(Seat.id == fact("seat_id"), seat))
        .join(Bid, and_(Bid.id == Seat.bid_id, Bid.withdrawn_at.is_(None)))
        .join(Tender, and_(Tender.id == Bid.tender_id, Tender.cancelled_at.is_(None)))
    )


def _seat_holders(people: People, role: ColumnElement[bool]) -> People:
    return people.join(Membership, and_(Membership.member_id == Seat.member_id, role))


def member_proposed() -> list[People]:
    """Managers of the structure proposed, as long as they haven't answered."""
    waits = and_(LIVE_SEAT, Seat.confirmed_at.is_(None))
    return [_seat_holders(_seat_of_event(of_events(Membership.user_id), waits), MANAGES)]


def seat_confirmed() -> list[People]:
    """The structure's managers and the delegate."""
    seat = CONFIRMED_SEAT
    return [
        _seat_holders(_seat_of_event(of_events(Membership.user_id), seat), MANAGES),
        delegates(_seat_of_event(of_events(RoleGrant.user_id), seat)),
    ]


def seat_refused() -> list[People]:
    """The structure's managers and the delegate."""
    seat = Seat.refused_at.is_not(None)
    return [
        _seat_holders(_seat_of_event(of_events(Membership.user_id), seat), MANAGES),
        delegates(_seat_of_event(of_events(RoleGrant.user_id), seat)),
    ]


def member_removed() -> list[People]:
    """The people of the structure whose place was taken back."""
    seat = Seat.removed_at.is_not(None)
    return [_seat_holders(_seat_of_event(of_events(Membership.user_id), seat), LIVE_PLACE)]


def registered() -> list[People]:
    """Managers of the structure whose registration was recorded, or taken back, while that still holds."""
    stands = and_(Participation.applied_at.is_not(None), MEANS_TO_ANSWER)
    gone = Participation.withdrawn_at.is_not(None)
    word = and_(
        Participation.id == Event.subject_id,
        Event.subject_type == "participation",
        case((Event.verb == "registration_withdrawn", gone), else_=stands),
    )
    return [
        of_events(Membership.user_id)
        .join(Participation, word)
        .join(Tender, and_(Tender.id == Participation.tender_id, Tender.cancelled_at.is_(None)))
        .join(Membership, and_(Membership.member_id == Participation.member_id, MANAGES))
    ]


def turned_down() -> list[People]:
    """Managers of the structure that no group takes."""
    declined = and_(
        Participation.id == Event.subject_id,
        Event.subject_type == "participation",
        Participation.turned_down_at.is_not(None),
        Participation.withdrawn_at.is_(None),
    )
    return [
        of_events(Membership.user_id)
        .join(Participation, declined)
        .join(Tender, and_(Tender.id == Participation.tender_id, Tender.cancelled_at.is_(None)))
        .join(Membership, and_(Membership.member_id == Participation.member_id, MANAGES))
    ]


def _group(bid: ColumnElement[bool], seat: ColumnElement[bool]) -> list[People]:
    """The people of the structures in the bid of an event, and the delegate."""
    of_event = and_(Bid.id == Event.subject_id, Event.subject_type == "bid", bid)
    people = (
        of_events(Membership.user_id)
        .join(Bid, of_event)
        .join(Seat, and_(Seat.bid_id == Bid.id, seat))
        .join(Membership, and_(Membership.member_id == Seat.member_id, LIVE_PLACE))
    )
    return [people, delegates(of_events(RoleGrant.user_id).join(Bid, of_event))]


def bid_composed() -> list[People]:
    """The group as it was announced, while that still holds."""
    return _group(and_(Bid.composed_at.is_not(None), Bid.withdrawn_at.is_(None)), CONFIRMED_SEAT)


def bid_deposited() -> list[People]:
    """The group, once its answer is with the buyer."""
    return _group(and_(Bid.submitted_at.is_not(None), Bid.withdrawn_at.is_(None)), CONFIRMED_SEAT)


def bid_result() -> list[People]:
    """The group, once the buyer has decided."""
    return _group(
        or_(Bid.awarded_at.is_not(None), Bid.lost_at.is_not(None), Bid.no_award_at.is_not(None)),
        CONFIRMED_SEAT,
    )


def bid_withdrawn() -> list[People]:
    """Whoever had a place, confirmed or proposed, in an answer that was given up."""
    return _group(Bid.withdrawn_at.is_not(None), LIVE_SEAT)
