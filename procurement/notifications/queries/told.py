"""Who was told what about a tender, and when (N31)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from procurement.accounts.models import RoleGrant, User
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.events import Event
from procurement.core.policy import Actor, Role, delegate_or_admin
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import Member, Membership
from procurement.notifications.models import (
    IN_FLIGHT,
    Bounce,
    Delivery,
    DeliveryState,
    Notification,
    Outcome,
)
from procurement.notifications.policy import visible_to
from procurement.notifications.returns import FINAL
from procurement.tenders.models import Tender

PAGE = 50
"""Lines a page."""
AT_ONCE = 1000
"""Lines read at once for an export."""


_LEFT = (Outcome.SENT, Outcome.DOUBT)


class MessageState(StrEnum):
    """What became of one thing that one person was to be told."""

    WAITING = "waiting"
    """For its hour, for its turn, or for another attempt."""
    LEAVING = "leaving"
    """In the hands of a sweep."""
    SENT = "sent"
    RETURNED = "returned"
    """It left, and came back: it couldn't be delivered."""
    DOUBT = "doubt"
    FAILED = "failed"
    EXPIRED = "expired"
    VOID = "void"
    IN_APP = "in_app"
    """Told in the application only."""


_CAME_BACK = and_(Bounce.delivery_id == Delivery.id, Bounce.verdict.in_(FINAL))
"""Of each mail at most one report says so."""

standing: ColumnElement[str] = case(
    (and_(Notification.outcome.in_(_LEFT), Bounce.id.is_not(None)), MessageState.RETURNED.value),
    (Notification.outcome.is_not(None), cast(Notification.outcome, Text)),
    (Delivery.state.in_(IN_FLIGHT), MessageState.LEAVING.value),
    (Delivery.state == DeliveryState.DOUBT, MessageState.DOUBT.value),
    else_=MessageState.WAITING.value,
)
"""The state of a notification, with its mail and what came back of it, as SQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines: all that hold. Empty: every line."""

    state: MessageState | None = None
    kind: str = ""
    person: str = ""
    """Part of a name, of an address or of a structure's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that one person was to be told."""

    id: int
    delivery_id: int
    kind: str
    lead: str
    """How long before the deadline: "J-7"; empty for an event."""
    deadline_kind: DeadlineKind | None
    event: Event | None
    """What happened, with its detail."""
    recipient_id: int | None
    name: str
    """Empty for an address that has no account."""
    structures: str
    """The person's structures when it was written down, and "" for none."""
    is_delegate: bool
    """Whether the person was a legal delegate then."""
    address: str
    """Where it went; before it leaves, where it would."""
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    returned_at: datetime | None
    """When we learnt that it couldn't be delivered."""
    settled_at: datetime | None
    again_at: datetime | None
    """When it is tried again, where that is planned."""
    attempts: int
    state: MessageState
    reason: str
    """Why it didn't leave (`rules.Reason`); "" otherwise."""
    error: str
    """What the server said last, when it didn't say yes."""
    subject: str = ""
    text: str = ""
    shared: bool = False
    """Whether its mail speaks of other tenders too. This and the text are read for exports only."""
    tender_id: int | None = None
    tender: str = ""
    """Title of the tender; read for a whole mail only, which may speak of several."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as it stands, to whom, and what it tells."""

    delivery: Delivery
    user: User | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of lines, and the numbers after which the neighbouring pages begin (0 where there is none)."""

    rows: Sequence[Line]
    older: int = 0
    newer: int = 0


_HELD_THEN = and_(
    Membership.user_id == Notification.recipient_id,
    Membership.granted_at <= Notification.created_at,
    or_(Membership.ended_at.is_(None), Membership.ended_at > Notification.created_at),
)
_STRUCTURES = (
    select(func.string_agg(Member.name, ", "))
    .join(Membership, Membership.member_id == Member.id)
    .where(_HELD_THEN)
    .correlate(Notification)
    .scalar_subquery()
)
_DELEGATE_THEN = exists().where(
    RoleGrant.user_id == Notification.recipient_id,
    RoleGrant.role == Role.LEGAL_DELEGATE,
    RoleGrant.granted_at <= Notification.created_at,
    or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > Notification.created_at),
)
_other = aliased(Notification)
_SHARED = exists().where(
    _other.delivery_id == Notification.delivery_id,
    _other.tender_id.is_distinct_from(Notification.tender_id),
)


_TEXTS = (Delivery.subject, Delivery.text, _SHARED.label("shared"))
_TENDER = (Notification.tender_id, func.coalesce(Tender.title, "").label("tender"))


def told(
    actor: Actor, tender_id: int, wanted: Wanted, *, before: int = 0, after: int = 0, size: int = PAGE
) -> Lines:
    """The lines of a tender that `actor` may see, newest first, from `before` (older) or `after` (newer) a line on.

    One statement. Whether the tender exists for `actor` is the caller's affair.
    """
    query = _of_tender(actor, tender_id, wanted)
    if after:
        rows = _rows(query.where(Notification.id > after).order_by(Notification.id).limit(size + 1))
        more, rows = len(rows) > size, rows[:size][::-1]
        return Lines(rows, older=after + 1, newer=rows[0].id if more else 0)
    if before:
        query = query.where(Notification.id < before)
    rows = _rows(query.order_by(Notification.id.desc()).limit(size + 1))
    more, rows = len(rows) > size, rows[:size]
    return Lines(rows, older=rows[-1].id if more else 0, newer=rows[0].id if before and rows else 0)


def told_at_length(actor: Actor, tender_id: int, wanted: Wanted, *, texts: bool) -> Iterator[Sequence[Line]]:
    """All lines of a tender that `actor` may see, newest first, some at a time; `texts`: with what the mails say.

    One statement for each thousand.
    """
    query = _of_tender(actor, tender_id, wanted, *(_TEXTS if texts else ()))
    query = query.order_by(Notification.id.desc()).limit(AT_ONCE)
    before, full = 0, True
    while full:
        rows = _rows(query.where(Notification.id < before) if before else query)
        full = len(rows) == AT_ONCE
        if rows:
            before = rows[-1].id
            yield rows


def tally(actor: Actor, tender_id: int) -> Mapping[MessageState, int]:
    """How many of a tender's lines stand where. One statement."""
    query = (
        select(standing.label("state"), func.count())
        .select_from(Notification)
        .join(Delivery, Delivery.id == Notification.delivery_id)
        .outerjoin(Bounce, _CAME_BACK)
        .where(Notification.tender_id == tender_id, visible_to(actor))
        .group_by(standing)
    )
    return {MessageState(state): number for state, number in db.session.execute(query)}


def message(actor: Actor, delivery_id: int) -> Message:
    """A mail with what it told, as far as `actor` may see that. Two statements.

    Raises NotFound where it doesn't exist for `actor`: the office sees that a mail is there, so as to send it again.
    """
    row = None
    if delegate_or_admin(actor):
        query = select(Delivery, User).outerjoin(User, User.id == Delivery.recipient_id)
        row = db.session.execute(query.where(Delivery.id == delivery_id)).first()
    if row is None:
        raise NotFound
    lines = _lines(actor, *_TENDER).outerjoin(Tender, Tender.id == Notification.tender_id)
    lines = lines.where(Notification.delivery_id == delivery_id).order_by(Notification.id)
    return Message(row.Delivery, row.User, _rows(lines))


def _lines(actor: Actor, *more: Any) -> Select[*tuple[Any, ...]]:
    """The lines that `actor` may see; `more`: columns beside those of every line."""
    went = func.nullif(Delivery.sent_to, "")
    return (
        select(
            Notification.id,
            Notification.delivery_id,
            Notification.kind,
            Notification.lead,
            Deadline.kind.label("deadline_kind"),
            Event,
            Notification.recipient_id,
            func.coalesce(User.name, "").label("name"),
            func.coalesce(_STRUCTURES, "").label("structures"),
            _DELEGATE_THEN.label("is_delegate"),
            func.coalesce(went, Notification.address, User.email, "").label("address"),
            Notification.created_at,
            Delivery.due_at,
            case((Notification.outcome == Outcome.SENT, Delivery.sent_at)).label("sent_at"),
            case((Notification.outcome.in_(_LEFT), Bounce.at)).label("returned_at"),
            Notification.settled_at,
            case((Notification.outcome.is_(None), Delivery.wake_at)).label("again_at"),
            Delivery.attempts,
            standing.label("state"),
            Notification.reason,
            case(
                (and_(Notification.outcome.in_(_LEFT), Bounce.id.is_not(None)), Bounce.said),
                else_=Delivery.error,
            ).label("error"),
            *more,
        )
        .select_from(Notification)
        .join(Delivery, Delivery.id == Notification.delivery_id)
        .outerjoin(Bounce, _CAME_BACK)
        .outerjoin(User, User.id == Notification.recipient_id)
        .outerjoin(Event, Event.id == Notification.event_id)
        .outerjoin(Event.detail)
        .outerjoin(Deadline, Deadline.id == Notification.deadline_id)
        .where(visible_to(actor))
        .options(contains_eager(Event.detail))
    )


def _of_tender(actor: Actor, tender_id: int, wanted: Wanted, *more: Any) -> Select[*tuple[Any, ...]]:
    query = _lines(actor, *more).where(Notification.tender_id == tender_id)
    if wanted.state is not None:
        query = query.where(standing == wanted.state.value)
    if wanted.kind:
        query = query.where(Notification.kind == wanted.kind)
    if wanted.person:
        query = query.where(_is_about(wanted.person))
    return query


def _is_about(words: str) -> ColumnElement[bool]:
    """Whether the person, the address or one of the person's structures has these words in it, accents aside."""

    def has(column: Any) -> ColumnElement[bool]:
        plain = func.unaccent(func.lower(column))
        found: ColumnElement[bool] = func.strpos(plain, func.unaccent(func.lower(words))) > 0
        return found

    in_structure = (
        exists()
        .where(Member.id == Membership.member_id, has(Member.name), _HELD_THEN)
        .correlate(Notification)
    )
    where = (User.name, User.email, Delivery.sent_to, Notification.address)
    return or_(*(has(column) for column in where), in_structure)


def _rows(query: Select[*tuple[Any, ...]]) -> list[Line]:
    found = []
    for row in db.session.execute(query):
        values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's names
        values["event"] = values.pop("Event")
        found.append(Line(**values | {"state": MessageState(values["state"])}))
    return found
