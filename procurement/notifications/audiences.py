"""Who is concerned by an event or a deadline, as SQL: asked when it is written down, and again when it is sent.

An audience is a list of selects, each with the columns `source_id` (of the event or of the deadline), `user_id` and
`address` (for whoever has no account). What makes it pointless, a state that has changed, a place given up, is a
condition here: so nobody is told what is no longer theirs to do (N14, N15, N19), and a group's news reaches that
group alone (G3).
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import aliased

from procurement.accounts.models import PasswordReset, RoleGrant, SignInLink
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.rules import Fit, fit
from procurement.core.events import Event
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import Deadline
from procurement.members.models import Invitation, Member, MemberKind, Membership
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.tenders.models import ServiceNature, Tender

People = Select[*tuple[Any, ...]]
Audience = Callable[[], Sequence[People]]


def fact(name: str) -> ColumnElement[int]:
    """The number that events carry under this name."""
    return cast(Event.facts[name].astext, BigInteger)


TENDER_OF_EVENT = case((Event.subject_type == "tender", Event.subject_id), else_=fact("tender_id"))
"""The tender an event is about; null for one about an account."""

SUPPLIERS = [
    (nature, kind)
    for nature in ServiceNature
    for kind in MemberKind
    if fit(kind, nature).fit is not Fit.FORBIDDEN
]
"""Who may supply what (domain 3.10 to 3.12)."""

_LIVE_PLACE = and_(Membership.ended_at.is_(None))
_MANAGES = and_(_LIVE_PLACE, Membership.role == MembershipRole.MANAGER)
_LIVE_SEAT = and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))
_CONFIRMED_SEAT = and_(Seat.confirmed_at.is_not(None), Seat.removed_at.is_(None))
_LIVE_TENDER = and_(Tender.published_at.is_not(None), Tender.cancelled_at.is_(None))
_MEANS_TO_ANSWER = and_(
    or_(Participation.applied_at.is_not(None), Participation.interested_at.is_not(None)),
    Participation.withdrawn_at.is_(None),
    Participation.not_for_us_at.is_(None),
    Participation.turned_down_at.is_(None),
)


def _of(source: Any, user: Any) -> People:
    return select(source.id.label("source_id"), user.label("user_id"), cast(null(), Text).label("address"))


def _deadlines(user: Any) -> People:
    """From the deadlines of tenders that members see and that aren't cancelled."""
    return (
        _of(Deadline, user)
        .select_from(Deadline)
        .join(Tender, and_(Deadline.subject_type == "tender", Tender.id == Deadline.subject_id))
        .where(_LIVE_TENDER, Deadline.closed_at.is_(None))
    )


def _events(user: Any) -> People:
    return _of(Event, user).select_from(Event)


def _delegates(people: People) -> People:
    """Everybody who holds the legal delegate's role."""
    return people.join(RoleGrant, and_(RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)))


# Deadlines


def have_not_answered() -> list[People]:
    """Managers of the structures that could register and have said nothing yet, neither yes nor no."""
    word = aliased(Participation)
    answered = or_(
        word.applied_at.is_not(None),
        word.not_for_us_at.is_not(None),
        word.withdrawn_at.is_not(None),
        word.turned_down_at.is_not(None),
    )
    seated = exists().where(
        Seat.bid_id == Bid.id,
        Bid.tender_id == Tender.id,
        Bid.withdrawn_at.is_(None),
        Seat.member_id == Member.id,
        _LIVE_SEAT,
    )
    could = and_(
        or_(Tender.eligible_kinds == [], type_coerce(Member.kind, Text()) == any_(Tender.eligible_kinds)),
        or_(
            Tender.departments == [],
            Tender.departments.overlap(Member.territory),
            Member.department == any_(Tender.departments),
        ),
        tuple_(Tender.service_nature, Member.kind).in_(SUPPLIERS),
    )
    return [
        _deadlines(Membership.user_id)
        .join(Member, Member.left_at.is_(None))
        .join(Membership, and_(Membership.member_id == Member.id, _MANAGES))
        .outerjoin(word, and_(word.tender_id == Tender.id, word.member_id == Member.id))
        .where(or_(could, word.interested_at.is_not(None)), or_(word.id.is_(None), ~answered), ~seated)
    ]


def have_not_deposited() -> list[People]:
    """The people of groups whose answer isn't deposited, and the delegate; the delegate too while nobody is grouped."""
    preparing = and_(Bid.withdrawn_at.is_(None), Bid.submitted_at.is_(None))
    group = (
        _deadlines(Membership.user_id)
        .join(Bid, and_(Bid.tender_id == Tender.id, preparing))
        .join(Seat, and_(Seat.bid_id == Bid.id, _CONFIRMED_SEAT))
        .join(Membership, and_(Membership.member_id == Seat.member_id, _LIVE_PLACE))
    )
    of_tender = Bid.tender_id == Tender.id
    registered = and_(
        Participation.tender_id == Tender.id, Participation.applied_at.is_not(None), _MEANS_TO_ANSWER
    )
    ungrouped = and_(exists().where(registered), ~exists().where(of_tender, Bid.withdrawn_at.is_(None)))
    delegates = _delegates(_deadlines(RoleGrant.user_id)).where(
        or_(exists().where(of_tender, preparing), ungrouped)
    )
    return [group, delegates]


# Tenders


def _tender_people(tender_condition: ColumnElement[bool]) -> list[People]:
    """Whoever has something under way on the tender of an event: registered, in a group, or the delegate."""
    tender = and_(Tender.id == TENDER_OF_EVENT, tender_condition)
    registered = (
        _events(Membership.user_id)
        .join(Tender, tender)
        .join(Participation, and_(Participation.tender_id == Tender.id, _MEANS_TO_ANSWER))
        .join(Membership, and_(Membership.member_id == Participation.member_id, _MANAGES))
    )
    grouped = (
        _events(Membership.user_id)
        .join(Tender, tender)
        .join(Bid, and_(Bid.tender_id == Tender.id, Bid.withdrawn_at.is_(None)))
        .join(Seat, and_(Seat.bid_id == Bid.id, _LIVE_SEAT))
        .join(Membership, and_(Membership.member_id == Seat.member_id, _LIVE_PLACE))
    )
    delegates = _delegates(_events(RoleGrant.user_id).join(Tender, tender))
    return [registered, grouped, delegates]


def _told(people: People, told: ColumnElement[bool]) -> People:
    """Who was told something, or is being told it at this moment, and still belongs to the network."""
    gone_or_going = or_(
        Notification.outcome.in_((Outcome.SENT, Outcome.DOUBT)),
        and_(
            Notification.outcome.is_(None), Delivery.state.in_((DeliveryState.SENDING, DeliveryState.DOUBT))
        ),
    )
    user = Notification.recipient_id
    belongs = or_(
        exists().where(Membership.user_id == user, _LIVE_PLACE),
        exists().where(
            RoleGrant.user_id == user, RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)
        ),
    )
    return (
        people.join(Notification, told)
        .join(Delivery, Delivery.id == Notification.delivery_id)
        .where(user.is_not(None), gone_or_going, belongs)
    )


def deadline_moved() -> list[People]:
    """Whoever was told the old date, the mail in flight included (N12), or has something under way on the tender."""
    stands = and_(
        Deadline.id == fact("deadline_id"),
        Deadline.version == fact("version"),
        Deadline.version > 1,
        Deadline.closed_at.is_(None),
    )
    live = exists().where(Tender.id == TENDER_OF_EVENT, _LIVE_TENDER)
    earlier = and_(Notification.deadline_id == Deadline.id, Notification.deadline_version < Deadline.version)
    told = _told(_events(Notification.recipient_id).join(Deadline, stands), earlier).where(live)
    return [told, *(people.join(Deadline, stands) for people in _tender_people(_LIVE_TENDER))]


def tender_cancelled() -> list[People]:
    """Whoever was told a date of the tender, or has something under way on it."""
    cancelled = Tender.cancelled_at.is_not(None)
    told = _told(
        _events(Notification.recipient_id).join(Tender, and_(Tender.id == TENDER_OF_EVENT, cancelled)),
        and_(Notification.tender_id == Tender.id, Notification.deadline_id.is_not(None)),
    )
    return [told, *_tender_people(and_(cancelled, Tender.published_at.is_not(None)))]


# Groups


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
    waits = and_(_LIVE_SEAT, Seat.confirmed_at.is_(None))
    return [_seat_holders(_seat_of_event(_events(Membership.user_id), waits), _MANAGES)]


def seat_confirmed() -> list[People]:
    """The structure's managers and the delegate."""
    seat = _CONFIRMED_SEAT
    return [
        _seat_holders(_seat_of_event(_events(Membership.user_id), seat), _MANAGES),
        _delegates(_seat_of_event(_events(RoleGrant.user_id), seat)),
    ]


def seat_refused() -> list[People]:
    """The structure's managers and the delegate."""
    seat = Seat.refused_at.is_not(None)
    return [
        _seat_holders(_seat_of_event(_events(Membership.user_id), seat), _MANAGES),
        _delegates(_seat_of_event(_events(RoleGrant.user_id), seat)),
    ]


def member_removed() -> list[People]:
    """The people of the structure whose place was taken back."""
    seat = Seat.removed_at.is_not(None)
    return [_seat_holders(_seat_of_event(_events(Membership.user_id), seat), _LIVE_PLACE)]


def turned_down() -> list[People]:
    """Managers of the structure that no group takes."""
    declined = and_(
        Participation.id == Event.subject_id,
        Event.subject_type == "participation",
        Participation.turned_down_at.is_not(None),
        Participation.withdrawn_at.is_(None),
    )
    return [
        _events(Membership.user_id)
        .join(Participation, declined)
        .join(Tender, and_(Tender.id == Participation.tender_id, Tender.cancelled_at.is_(None)))
        .join(Membership, and_(Membership.member_id == Participation.member_id, _MANAGES))
    ]


def _group(bid: ColumnElement[bool], seat: ColumnElement[bool]) -> list[People]:
    """The people of the structures in the bid of an event, and the delegate."""
    of_event = and_(Bid.id == Event.subject_id, Event.subject_type == "bid", bid)
    people = (
        _events(Membership.user_id)
        .join(Bid, of_event)
        .join(Seat, and_(Seat.bid_id == Bid.id, seat))
        .join(Membership, and_(Membership.member_id == Seat.member_id, _LIVE_PLACE))
    )
    return [people, _delegates(_events(RoleGrant.user_id).join(Bid, of_event))]


def bid_composed() -> list[People]:
    """The group as it was announced, while that still holds."""
    return _group(and_(Bid.composed_at.is_not(None), Bid.withdrawn_at.is_(None)), _CONFIRMED_SEAT)


def bid_deposited() -> list[People]:
    """The group, once its answer is with the buyer."""
    return _group(and_(Bid.submitted_at.is_not(None), Bid.withdrawn_at.is_(None)), _CONFIRMED_SEAT)


def bid_result() -> list[People]:
    """The group, once the buyer has decided."""
    return _group(
        or_(Bid.awarded_at.is_not(None), Bid.lost_at.is_not(None), Bid.no_award_at.is_not(None)),
        _CONFIRMED_SEAT,
    )


def bid_withdrawn() -> list[People]:
    """Whoever had a place, confirmed or proposed, in an answer that was given up."""
    return _group(Bid.withdrawn_at.is_not(None), _LIVE_SEAT)


# Accounts


def sign_in_link() -> list[People]:
    """The person who asked, while the link opens something."""
    unused = and_(SignInLink.id == fact("link_id"), SignInLink.used_at.is_(None))
    return [_events(SignInLink.user_id).join(SignInLink, unused)]


def password_reset() -> list[People]:
    """The person who asked, while the link opens something."""
    unused = and_(PasswordReset.id == fact("reset_id"), PasswordReset.used_at.is_(None))
    return [_events(PasswordReset.user_id).join(PasswordReset, unused)]


def invited() -> list[People]:
    """The address invited, while the invitation stands."""
    stands = and_(
        Invitation.id == Event.subject_id,
        Event.subject_type == "invitation",
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return [
        select(
            Event.id.label("source_id"),
            cast(null(), BigInteger).label("user_id"),
            Invitation.email.label("address"),
        )
        .select_from(Event)
        .join(Invitation, stands)
    ]
