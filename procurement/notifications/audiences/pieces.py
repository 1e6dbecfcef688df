"""What audiences are made of: conditions on places, seats and tenders, and where people are looked for."""

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

from procurement.accounts.models import RoleGrant
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.rules import Fit, fit
from procurement.core.events import Event
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import Deadline
from procurement.members.models import Member, MemberKind, Membership
from procurement.tenders.models import ServiceNature, Tender

People = Select[*tuple[Any, ...]]
Audience = Callable[[], Sequence[People]]


def fact(name: str) -> ColumnElement[int]:
    """The number that events carry under this name."""
    return cast(Event.facts[name].astext, BigInteger)


TENDER_OF_EVENT = case((Event.subject_type == "tender", Event.subject_id), else_=fact("tender_id"))
"""The tender an event is about; null for one about an account."""

TENDER_OF_DEADLINE = case(
    (Deadline.subject_type == "tender", Deadline.subject_id),
    (
        Deadline.subject_type == "bid",
        select(Bid.tender_id).where(Bid.id == Deadline.subject_id).correlate(Deadline).scalar_subquery(),
    ),
)
"""The tender that a deadline is about."""

SUPPLIERS = [
    (nature, kind)
    for nature in ServiceNature
    for kind in MemberKind
    if fit(kind, nature).fit is not Fit.FORBIDDEN
]
"""Who may supply what (domain 3.10 to 3.12)."""

LIVE_PLACE = Membership.ended_at.is_(None)
MANAGES = and_(LIVE_PLACE, Membership.role == MembershipRole.MANAGER)
LIVE_SEAT = and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))
CONFIRMED_SEAT = and_(Seat.confirmed_at.is_not(None), Seat.removed_at.is_(None))
LIVE_TENDER = and_(Tender.published_at.is_not(None), Tender.cancelled_at.is_(None))
COULD_ANSWER = and_(
    or_(Tender.eligible_kinds == [], type_coerce(Member.kind, Text()) == any_(Tender.eligible_kinds)),
    or_(
        Tender.departments == [],
        Tender.departments.overlap(Member.territory),
        Member.department == any_(Tender.departments),
    ),
    tuple_(Tender.service_nature, Member.kind).in_(SUPPLIERS),
)
"""Whether a structure could answer a tender: its kind, where it works, what it may supply."""
MEANS_TO_ANSWER = and_(
    or_(Participation.applied_at.is_not(None), Participation.interested_at.is_not(None)),
    Participation.withdrawn_at.is_(None),
    Participation.not_for_us_at.is_(None),
    Participation.turned_down_at.is_(None),
)


def of(source: Any, user: Any) -> People:
    """What an audience selects, from a source (of an event or of a deadline) to a person."""
    return select(source.id.label("source_id"), user.label("user_id"), cast(null(), Text).label("address"))


def of_deadlines(user: Any) -> People:
    """From the deadlines of tenders that members see and that aren't cancelled."""
    return (
        of(Deadline, user)
        .select_from(Deadline)
        .join(Tender, and_(Deadline.subject_type == "tender", Tender.id == Deadline.subject_id))
        .where(LIVE_TENDER, Deadline.closed_at.is_(None))
    )


def of_bid_deadlines(user: Any, bid: ColumnElement[bool]) -> People:
    """From the dates of groups' answers, of those that `bid` holds for, to tenders that aren't cancelled."""
    return (
        of(Deadline, user)
        .select_from(Deadline)
        .join(Bid, and_(Deadline.subject_type == "bid", Bid.id == Deadline.subject_id, bid))
        .join(Tender, and_(Tender.id == Bid.tender_id, LIVE_TENDER))
        .where(Deadline.closed_at.is_(None))
    )


def of_events(user: Any) -> People:
    """From events."""
    return of(Event, user).select_from(Event)


def delegates(people: People) -> People:
    """Everybody who holds the legal delegate's role."""
    return people.join(RoleGrant, and_(RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)))


def silent_managers(people: People, which: ColumnElement[bool]) -> People:
    """Managers of the structures that could register to the tender and have said nothing yet, neither yes nor no.

    `which` structures: a condition on the structure, the tender, and the word that it may have begun.
    """
    answered = or_(
        Participation.applied_at.is_not(None),
        Participation.not_for_us_at.is_not(None),
        Participation.withdrawn_at.is_not(None),
        Participation.turned_down_at.is_not(None),
    )
    seated = exists().where(
        Seat.bid_id == Bid.id,
        Bid.tender_id == Tender.id,
        Bid.withdrawn_at.is_(None),
        Seat.member_id == Member.id,
        LIVE_SEAT,
    )
    word = and_(Participation.tender_id == Tender.id, Participation.member_id == Member.id)
    return (
        people.join(Member, Member.left_at.is_(None))
        .join(Membership, and_(Membership.member_id == Member.id, MANAGES))
        .outerjoin(Participation, word)
        .where(which, or_(Participation.id.is_(None), ~answered), ~seated)
    )
