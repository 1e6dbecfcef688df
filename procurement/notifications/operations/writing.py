"""Writing down who is to be told what: one kind at a time, for any number of people, in a few statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    SmallInteger,
    Text,
    Time,
    and_,
    any_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.types import TypeEngine

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import Deadline
from procurement.notifications.kinds import Kind
from procurement.notifications.models import IN_FLIGHT, Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.recordset import recordset
from procurement.notifications.rules import USUAL, Hours

_INSTANT = DateTime(timezone=True)

Profile = tuple[str, time, int]
"""A person's hours as their columns have them: zone, first hour, working days."""

MANY = 1000
"""People from which on the database is told not to join row by row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What everybody with the same hours is told of one source (an event, a deadline), and when."""

    source_id: int
    zone: str
    first: time
    working_days: int
    bundle: str
    priority: int
    due_at: datetime
    useful_until: datetime
    planned_at: datetime
    people: int
    """How many they are."""
    passes: bool
    """Whether it leaves even if the person's mail of that day has left already."""
    event_id: int | None = None
    deadline_id: int | None = None
    deadline_version: int | None = None
    lead: str = ""
    tender_id: int | None = None


_COLUMNS: dict[str, TypeEngine[Any]] = {
    "source_id": BigInteger(),
    "zone": Text(),
    "first": Time(),
    "working_days": Integer(),
    "bundle": Text(),
    "priority": SmallInteger(),
    "due_at": _INSTANT,
    "useful_until": _INSTANT,
    "planned_at": _INSTANT,
    "passes": Boolean(),
    "event_id": BigInteger(),
    "deadline_id": BigInteger(),
    "deadline_version": Integer(),
    "lead": Text(),
    "tender_id": BigInteger(),
}


def hours_of(zone: str, first: time, working_days: int) -> Hours:
    """A person's hours from their columns. A zone that doesn't exist any more counts as Paris."""
    try:
        return Hours(ZoneInfo(zone), first, working_days)
    except (KeyError, ValueError, OSError):
        return Hours(first=first, working_days=working_days)


def people(kind: Kind, source_ids: Sequence[int], among: Sequence[int] | None = None) -> Select[Any]:
    """Whom these sources concern, each once: `source_id`, `user_id` or `address`, and the person's hours.

    Closed accounts are left out, and who did it where that needs no telling. `among`: only these accounts.
    """
    root = Event.id if kind.verbs else Deadline.id
    wanted = any_(literal(list(source_ids), ARRAY(BigInteger)))
    found = union_all(*(arm.where(root == wanted) for arm in kind.audience())).subquery("found")
    query = (
        select(
            found.c.source_id,
            found.c.user_id,
            found.c.address,
            func.coalesce(User.zone, str(USUAL.zone)).label("zone"),
            func.coalesce(User.digest_hour, USUAL.first).label("first"),
            func.coalesce(User.working_days, USUAL.working_days).label("working_days"),
        )
        .distinct()
        .outerjoin(User, User.id == found.c.user_id)
        .where(or_(found.c.user_id.is_(None), User.active))
    )
    if among is not None:
        listed = any_(literal(list(among), ARRAY(BigInteger)))
        query = query.where(or_(found.c.user_id.is_(None), found.c.user_id == listed))
    if kind.verbs and not kind.tells_actor:
        query = query.join(Event, Event.id == found.c.source_id).where(
            found.c.user_id.is_distinct_from(Event.actor_id)
        )
    return query


def hours_of_people(kind: Kind, source_ids: Sequence[int]) -> dict[int, dict[Profile, int]]:
    """The hours of whom each source concerns, and how many people have those. One statement."""
    person = people(kind, source_ids).subquery("person")
    columns = (person.c.source_id, person.c.zone, person.c.first, person.c.working_days)
    found: dict[int, dict[Profile, int]] = defaultdict(dict)
    for row in db.session.execute(select(*columns, func.count().label("people")).group_by(*columns)):
        found[row.source_id][row.zone, row.first, row.working_days] = row.people
    return found


def write_down(kind: Kind, slots: Iterable[Slot]) -> None:
    """Write down a notification for everybody whom the slots concern, in the mail that it travels with.

    Doing it twice is harmless (N3). One statement, whatever the number of people: a mail that waits already is
    locked by it, so that no sweep takes it away meanwhile; one that a sweep has is left alone, and another opened.
    """
    listed = list(slots)
    if not listed:
        return
    wanted = _candidates(kind, listed).cte("wanted")
    opened = _open_deliveries(wanted)
    if sum(one.people for one in listed) < MANY:
        db.session.execute(_join_deliveries(kind, wanted, opened))
        return
    # What the database knows of tables that have just grown may be far too little: no join row by row then.
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    db.session.execute(_join_deliveries(kind, wanted, opened))
    db.session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))


def _candidates(kind: Kind, slots: Sequence[Slot]) -> Select[Any]:
    """Each person with each slot that is theirs and that they haven't been told."""
    slots_table = recordset("slot", _COLUMNS, map(asdict, slots))
    people_table = people(kind, [one.source_id for one in slots]).subquery("person")
    slot, person = slots_table.c, people_table.c
    theirs = and_(
        slot.source_id == person.source_id,
        slot.zone == person.zone,
        slot.first == person.first,
        slot.working_days == person.working_days,
    )
    columns = [slot[name] for name in _COLUMNS if name not in {"zone", "first", "working_days"}]
    query = select(person.user_id, person.address, *columns).join_from(people_table, slots_table, theirs)
    if kind.reminds:
        return query.where(~_reminded(kind, slot, person), or_(slot.passes, ~_mail_has_left(slot, person)))
    return query.where(~_informed(kind, slot, person))


def _informed(kind: Kind, slot: Any, person: Any) -> ColumnElement[bool]:
    """Whether the person has this kind's notification of the event."""
    return exists().where(
        Notification.event_id == slot.event_id,
        Notification.kind == kind.name,
        Notification.address == person.address
        if kind.by_address
        else Notification.recipient_id == person.user_id,
    )


def _reminded(kind: Kind, slot: Any, person: Any) -> ColumnElement[bool]:
    """Whether the person has this reminder, or has heard of this very date since it should have left."""
    same = and_(Notification.kind == kind.name, Notification.lead == slot.lead)
    news = false() if kind.lists_dues else Notification.event_id.is_not(None)
    heard = and_(
        or_(Notification.kind == kind.name, news),
        Notification.created_at >= slot.planned_at,
        or_(Notification.outcome.is_(None), Notification.outcome.in_((Outcome.SENT, Outcome.DOUBT))),
    )
    return exists().where(
        Notification.deadline_id == slot.deadline_id,
        Notification.deadline_version == slot.deadline_version,
        Notification.recipient_id == person.user_id,
        or_(same, heard),
    )


def _mail_has_left(slot: Any, person: Any) -> ColumnElement[bool]:
    """Whether the person's mail of that day is gone, or going: then it waits for the next (N20)."""
    return exists().where(
        Delivery.recipient_id == person.user_id,
        Delivery.bundle == slot.bundle,
        Delivery.claimed_at.is_not(None),
        Delivery.state.in_((*IN_FLIGHT, DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DOUBT)),
    )


def _open_deliveries(wanted: CTE) -> CTE:
    """A mail for each person and bundle, as a part of the statement: `id`, `recipient_id`, `address`, `bundle`.

    Where one waits already, the earlier hour counts.
    """
    due_at, priority = func.min(wanted.c.due_at), func.min(wanted.c.priority)
    person = (wanted.c.user_id, wanted.c.address, wanted.c.bundle)
    blank = {
        column.name: literal(column.default.arg, column.type)
        for column in Delivery.__table__.columns
        if column.default is not None
    }
    rows = (
        select(*person, priority, literal(clock.now(), _INSTANT), due_at, due_at, *blank.values())
        .group_by(*person)
        .order_by(*person)
    )
    names = ["recipient_id", "address", "bundle", "priority", "created_at", "due_at", "wake_at", *blank]
    statement = insert(Delivery).from_select(names, rows, include_defaults=False)
    new = statement.excluded
    return (
        statement.on_conflict_do_update(
            index_elements=["recipient_id", "address", "bundle"],
            index_where=Delivery.claimed_at.is_(None),
            set_={
                "due_at": func.least(Delivery.due_at, new.due_at),
                "wake_at": func.least(Delivery.wake_at, new.wake_at),
                "priority": func.least(Delivery.priority, new.priority),
            },
        )
        .returning(Delivery.id, Delivery.recipient_id, Delivery.address, Delivery.bundle)
        .cte("opened")
    )


def _join_deliveries(kind: Kind, wanted: CTE, opened: CTE) -> Insert:
    """The notifications, each in the mail opened for it."""
    recipient = (
        opened.c.address == wanted.c.address if kind.by_address else opened.c.recipient_id == wanted.c.user_id
    )
    copied = (
        "event_id",
        "deadline_id",
        "deadline_version",
        "lead",
        "tender_id",
        "due_at",
        "useful_until",
    )
    rows = select(
        literal(kind.name),
        literal(clock.now(), _INSTANT),
        wanted.c.user_id,
        wanted.c.address,
        *(wanted.c[name] for name in copied),
        opened.c.id,
        literal(""),
    ).join_from(wanted, opened, and_(recipient, opened.c.bundle == wanted.c.bundle))
    names = ["kind", "created_at", "recipient_id", "address", *copied, "delivery_id", "reason"]
    return insert(Notification).from_select(names, rows, include_defaults=False).on_conflict_do_nothing()
