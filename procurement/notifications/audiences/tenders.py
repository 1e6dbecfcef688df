"""Whom what happens to a tender concerns."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_
from sqlalchemy.dialects.postgresql import ARRAY

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Participation, Seat
from procurement.core import clock
from procurement.core.events import Event
from procurement.core.policy import Role
from procurement.deadlines.models import Deadline
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import (
    COULD_ANSWER,
    LIVE_PLACE,
    LIVE_SEAT,
    LIVE_TENDER,
    MANAGES,
    MEANS_TO_ANSWER,
    TENDER_OF_EVENT,
    People,
    delegates,
    fact,
    of_events,
    silent_managers,
)
from procurement.notifications.changes import TOLD_FIELDS
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.tenders.models import Following, Handling, SavedSearch, Tender
from procurement.tenders.queries.states import in_time
from procurement.tenders.saved import fits


def forwarder() -> list[People]:
    """Who forwarded the mail that led to a tender, while they are a legal delegate."""
    return [delegates(of_events(RoleGrant.user_id)).where(RoleGrant.user_id == Event.actor_id)]


def draft_assigned() -> list[People]:
    """The legal delegate to whom a colleague handed a draft, as long as it is theirs and is still to be sorted."""
    theirs = and_(
        Handling.tender_id == TENDER_OF_EVENT,
        Handling.assigned_to == RoleGrant.user_id,
        Handling.ignored_at.is_(None),
    )
    draft = and_(
        Tender.id == Handling.tender_id, Tender.published_at.is_(None), Tender.cancelled_at.is_(None)
    )
    handed = delegates(of_events(RoleGrant.user_id)).where(fact("user_id") == RoleGrant.user_id)
    return [handed.join(Handling, theirs).join(Tender, draft)]


def tender_people(tender_condition: ColumnElement[bool]) -> list[People]:
    """Whoever has something under way on the tender of an event (registered, in a group, the delegate), or follows it."""
    tender = and_(Tender.id == TENDER_OF_EVENT, tender_condition)
    registered = (
        of_events(Membership.user_id)
        .join(Tender, tender)
        .join(Participation, and_(Participation.tender_id == Tender.id, MEANS_TO_ANSWER))
        .join(Membership, and_(Membership.member_id == Participation.member_id, MANAGES))
    )
    grouped = (
        of_events(Membership.user_id)
        .join(Tender, tender)
        .join(Bid, and_(Bid.tender_id == Tender.id, Bid.withdrawn_at.is_(None)))
        .join(Seat, and_(Seat.bid_id == Bid.id, LIVE_SEAT))
        .join(Membership, and_(Membership.member_id == Seat.member_id, LIVE_PLACE))
    )
    following = (
        of_events(Following.user_id)
        .join(Tender, and_(tender, Tender.published_at.is_not(None)))
        .join(Following, and_(Following.tender_id == Tender.id, ~Following.muted))
        .where(_in_network(Following.user_id))
    )
    return [registered, grouped, following, delegates(of_events(RoleGrant.user_id).join(Tender, tender))]


def _in_network(user: Any) -> ColumnElement[bool]:
    """Whether a person belongs to a structure now, or to the network's office: as `Actor.in_network`."""
    return or_(
        exists().where(Membership.user_id == user, LIVE_PLACE),
        exists().where(
            RoleGrant.user_id == user,
            RoleGrant.role.in_((Role.LEGAL_DELEGATE, Role.NETWORK_ADMIN)),
            RoleGrant.ended_at.is_(None),
        ),
    )


def _told(people: People, told: ColumnElement[bool]) -> People:
    """Who was told something, or is being told it at this moment, and still belongs to the network."""
    gone_or_going = or_(
        Notification.outcome.in_((Outcome.SENT, Outcome.DOUBT, Outcome.IN_APP)),
        and_(
            Notification.outcome.is_(None), Delivery.state.in_((DeliveryState.SENDING, DeliveryState.DOUBT))
        ),
    )
    user = Notification.recipient_id
    return (
        people.join(Notification, told)
        .join(Delivery, Delivery.id == Notification.delivery_id)
        .where(user.is_not(None), gone_or_going, _in_network(user))
    )


def deadline_moved() -> list[People]:
    """Whoever was told the old date, the mail in flight included (N12), or has something under way on the tender."""
    stands = and_(
        Deadline.id == fact("deadline_id"),
        Deadline.version == fact("version"),
        Deadline.version > 1,
        Deadline.closed_at.is_(None),
    )
    live = exists().where(Tender.id == TENDER_OF_EVENT, LIVE_TENDER)
    earlier = and_(Notification.deadline_id == Deadline.id, Notification.deadline_version < Deadline.version)
    told = _told(of_events(Notification.recipient_id).join(Deadline, stands), earlier).where(live)
    return [told, *(people.join(Deadline, stands) for people in tender_people(LIVE_TENDER))]


def tender_cancelled() -> list[People]:
    """Whoever was told a date of the tender, or has something under way on it."""
    cancelled = Tender.cancelled_at.is_not(None)
    told = _told(
        of_events(Notification.recipient_id).join(Tender, and_(Tender.id == TENDER_OF_EVENT, cancelled)),
        and_(Notification.tender_id == Tender.id, Notification.deadline_id.is_not(None)),
    )
    return [told, *tender_people(and_(cancelled, Tender.published_at.is_not(None)))]


def published() -> list[People]:
    """Whom what was published suits, as long as it is open; one message each, whatever the number of reasons (N20).

    Managers of structures that could answer it and have said nothing, and whoever of the network keeps a search that
    it fits.
    """
    now = clock.now()
    open_ = and_(LIVE_TENDER, in_time(now))
    return [
        silent_managers(
            of_events(Membership.user_id).join(Tender, and_(Tender.id == TENDER_OF_EVENT, open_)),
            COULD_ANSWER,
        ),
        of_events(SavedSearch.user_id)
        .join(Tender, and_(Tender.id == TENDER_OF_EVENT, open_))
        .join(SavedSearch, and_(SavedSearch.paused_at.is_(None), fits()))
        .where(_in_network(SavedSearch.user_id)),
    ]


def tender_changed() -> list[People]:
    """Whoever has something under way on a published tender of which something that matters to them was changed."""
    matters = Event.facts["fields"].has_any(cast(sorted(TOLD_FIELDS), ARRAY(Text)))
    return [people.where(matters) for people in tender_people(LIVE_TENDER)]
