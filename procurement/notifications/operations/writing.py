"""Writing down who is to be told what: one kind at a time, for any number of people, in a few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.types import TypeEngine

from procurement.core import clock
from procurement.core.db import db
from procurement.notifications.kinds import Kind
from procurement.notifications.models import (
    IN_FLIGHT,
    Delivery,
    DeliveryState,
    Notification,
    Outcome,
)
from procurement.notifications.recordset import recordset
from procurement.notifications.rules import Reason
from procurement.notifications.whom import Profile, people

_INSTANT = DateTime(timezone=True)

UNMAILED = {reason: f"{reason.value}:" for reason in (Reason.IN_APP, Reason.SUSPENDED)}
"""What the names of bundles begin with that leave by no mail, by the reason why."""

MANY = 1000
"""People from which on the database is told not to join row by row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What everybody with the same hours is told of one source (an event, a deadline), and when."""

    source_id: int
    profile: Profile
    bundle: str
    """The mail it travels with; a name of `UNMAILED` is none."""
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
    "rhythm": Text(),
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
    rows = [
        {name: getattr(one, name) for name in _COLUMNS if name not in Profile._fields} | one.profile._asdict()
        for one in slots
    ]
    slots_table = recordset("slot", _COLUMNS, rows)
    people_table = people(kind, [one.source_id for one in slots]).subquery("person")
    slot, person = slots_table.c, people_table.c
    theirs = and_(
        slot.source_id == person.source_id, *(slot[name] == person[name] for name in Profile._fields)
    )
    columns = [slot[name] for name in _COLUMNS if name not in Profile._fields]
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
        or_(
            Notification.outcome.is_(None),
            Notification.outcome.in_((Outcome.SENT, Outcome.DOUBT, Outcome.IN_APP)),
        ),
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
    due_at, priority, now = (
        func.min(wanted.c.due_at),
        func.min(wanted.c.priority),
        literal(clock.now(), _INSTANT),
    )
    person = (wanted.c.user_id, wanted.c.address, wanted.c.bundle)
    by_mail = and_(*(~wanted.c.bundle.startswith(name) for name in UNMAILED.values()))
    values: dict[str, Any] = {
        "priority": priority,
        "created_at": now,
        "due_at": due_at,
        "wake_at": case((by_mail, due_at)),
        "claimed_at": case((~by_mail, now)),
        "state": case((by_mail, DeliveryState.QUEUED.value), else_=DeliveryState.IN_APP.value),
    }
    for column in Delivery.__table__.columns:
        if column.default is not None and column.name not in values:
            values[column.name] = literal(column.default.arg, column.type)
    rows = select(*person, *values.values()).group_by(*person).order_by(*person)
    names = ["recipient_id", "address", "bundle", *values]
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
    now = literal(clock.now(), _INSTANT)
    unmailed = [(opened.c.bundle.startswith(name), reason.value) for reason, name in UNMAILED.items()]
    in_app = or_(*(named for named, _ in unmailed))
    rows = select(
        literal(kind.name),
        now,
        wanted.c.user_id,
        wanted.c.address,
        *(wanted.c[name] for name in copied),
        opened.c.id,
        *(case((in_app, value)) for value in (Outcome.IN_APP.value, now)),
        case(*unmailed, else_=""),
    ).join_from(wanted, opened, and_(recipient, opened.c.bundle == wanted.c.bundle))
    settled = ("outcome", "settled_at", "reason")
    names = ["kind", "created_at", "recipient_id", "address", *copied, "delivery_id", *settled]
    return insert(Notification).from_select(names, rows, include_defaults=False).on_conflict_do_nothing()
