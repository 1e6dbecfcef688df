"""What is looked at to know whether all is well: the outbox by state, the oldest due, ticks, faults."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, and_, case, cast, exists, func, null, select, union_all

from procurement.accounts.models import User
from procurement.core import clock, heartbeats
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.heartbeats import BEAT, JOB, WORKER, Heartbeat
from procurement.core.policy import Actor, require
from procurement.core.policy import delegate_or_admin as office
from procurement.notifications.models import (
    IN_FLIGHT,
    Bounce,
    Delivery,
    DeliveryState,
    EventFault,
    Notification,
)
from procurement.notifications.queries.told import MessageState
from procurement.notifications.returns import FINAL, MEMORY, Verdict
from procurement.notifications.rules import Reason
from procurement.notifications.watch import OUT_OF_REACH, OUTBOX_AGES, RECENT, WORKER_ALIVE, Tick, Vitals

SHOWN = 50
"""Mails that didn't arrive, and changes set aside, shown at most."""
TROUBLED = (DeliveryState.FAILED, DeliveryState.DOUBT)


def pulse() -> Vitals:
    """What a watchman asks every few seconds: ticks, and whether the outbox ages. Two statements, none of them long.

    `oldest_due` is only told beyond `OUTBOX_AGES`. Raises SQLAlchemyError when there is no database.
    """
    signs = heartbeats.read()
    limit = clock.now() - OUTBOX_AGES
    aged = db.session.scalar(select(Delivery.wake_at).where(Delivery.wake_at < limit).limit(1))
    return Vitals(beat_at=signs[BEAT].at if BEAT in signs else None, jobs=_jobs(signs), oldest_due=aged)


def _jobs(signs: Mapping[str, Heartbeat]) -> dict[str, Tick]:
    return {
        name.removeprefix(JOB): Tick(sign.at, sign.every_s)
        for name, sign in signs.items()
        if name.startswith(JOB)
    }


class Standing(StrEnum):
    """Where a mail stands, as whoever watches wants to know it."""

    WAITING = "waiting"
    """For its hour."""
    AGAIN = "again"
    """For another attempt."""
    DUE = "due"
    """Its hour has come, and nobody has taken it yet."""
    LEAVING = "leaving"
    SENT = "sent"
    DOUBT = "doubt"
    FAILED = "failed"
    EXPIRED = "expired"
    VOID = "void"
    IN_APP = "in_app"
    """No mail was wanted: it stands in the application."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many mails stand where, all there are; and since when the one that has waited longest has been due."""

    count: Mapping[Standing, int]
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A mail that didn't arrive, or perhaps didn't."""

    delivery_id: int
    state: MessageState
    unwritten: bool
    """Whether it couldn't even be written."""
    name: str
    address: str
    created_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A change from which nothing could be drawn, for now."""

    event_id: int
    at: datetime
    verb: str
    attempts: int
    retry_at: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All that the page of health shows."""

    vitals: Vitals
    outbox: Outbox
    jobs: Sequence[Heartbeat]
    beat: Heartbeat | None
    workers: Sequence[Heartbeat]
    """Those of the last day, those alive first."""
    alive: int
    """How many of them ticked within the last minute."""
    waiting_events: int
    troubles: Sequence[Trouble]
    aside: Sequence[Aside]
    suspended: Sequence[User]
    """Whose addresses refused too many mails, the latest first."""
    bounces: Mapping[Verdict, int]
    """What came back within the last thirty days, by what it is worth."""
    returned: Sequence[Trouble]
    """The latest mails that left within those days and came back: each is lost."""
    last_sent_at: datetime | None


def health(actor: Actor) -> Health:
    """How things stand, for the network's office. Raises Forbidden for anybody else. Ten statements."""
    require(office(actor))
    now = clock.now()
    signs = heartbeats.read()
    outbox = read_outbox()
    events = read_events()
    troubles = _troubles()
    recent = _recent(now - RECENT)
    aside = _aside() if events.set_aside else []
    workers = sorted(
        (sign for name, sign in signs.items() if name.startswith(WORKER)),
        key=lambda sign: sign.at,
        reverse=True,
    )
    return Health(
        vitals=Vitals(
            beat_at=signs[BEAT].at if BEAT in signs else None,
            jobs=_jobs(signs),
            oldest_due=outbox.oldest_due,
            oldest_event=events.oldest,
            set_aside=events.set_aside,
            mailbox_lost=_is_lost(signs, "notifications.returns"),
            forwards_lost=_is_lost(signs, "notices.forwarded"),
            **recent,
        ),
        outbox=outbox,
        jobs=[sign for name, sign in signs.items() if name.startswith(JOB)],
        beat=signs.get(BEAT),
        workers=workers,
        alive=sum(now - sign.at <= WORKER_ALIVE for sign in workers),
        waiting_events=events.waiting,
        troubles=troubles,
        aside=aside,
        suspended=suspended_people(),
        bounces=bounces_since(now - MEMORY),
        returned=_returned(now - MEMORY),
        last_sent_at=_last_sent(),
    )


def _is_lost(signs: Mapping[str, Heartbeat], job: str) -> bool:
    """Whether a job that reads a mailbox said, at its last turn, that it can't."""
    sign = signs.get(f"{JOB}{job}")
    counts = json.loads(sign.what) if sign is not None and sign.what else {}
    return bool(counts.get(OUT_OF_REACH))


def suspended_people() -> Sequence[User]:
    """The people whose address is suspended, the latest first. One statement."""
    return db.session.scalars(
        select(User)
        .where(User.active, User.mail_suspended_at.is_not(None))
        .order_by(User.mail_suspended_at.desc())
        .limit(SHOWN)
    ).all()


def bounces_since(since: datetime) -> Mapping[Verdict, int]:
    """How many messages came back since then, by what they are worth. One statement."""
    counted = (
        select(Bounce.verdict, func.count().label("number"))
        .where(Bounce.at >= since)
        .group_by(Bounce.verdict)
    )
    return {**dict.fromkeys(Verdict, 0), **{row.verdict: row.number for row in db.session.execute(counted)}}


def read_outbox() -> Outbox:
    """The outbox by state. One statement, which reads indexes."""
    now = clock.now()
    standing = case(
        (Delivery.state.in_(IN_FLIGHT), Standing.LEAVING.value),
        (Delivery.state == DeliveryState.DOUBT, Standing.DOUBT.value),
        (Delivery.wake_at <= now, Standing.DUE.value),
        (Delivery.attempts > 0, Standing.AGAIN.value),
        else_=Standing.WAITING.value,
    ).label("standing")
    oldest = func.min(Delivery.wake_at).filter(Delivery.wake_at <= now).label("oldest")
    waits = select(standing, func.count().label("number"), oldest).where(Delivery.wake_at.is_not(None))
    settled = select(cast(Delivery.state, Text), func.count(), cast(null(), Delivery.wake_at.type)).where(
        Delivery.wake_at.is_(None)
    )
    count = dict.fromkeys(Standing, 0)
    due: list[datetime] = []
    for row in db.session.execute(union_all(waits.group_by(standing), settled.group_by(Delivery.state))):
        count[Standing(row.standing)] += row.number
        if row.oldest is not None:
            due.append(row.oldest)
    return Outbox(count, min(due, default=None))


@dataclass(frozen=True, slots=True)
class Events:
    """Changes that haven't been told yet: how many, how many of them set aside, since when the oldest other waits."""

    waiting: int
    set_aside: int
    oldest: datetime | None


def read_events() -> Events:
    """The changes that wait to be told. One statement."""
    aside = EventFault.event_id.is_not(None)
    query = (
        select(
            func.count().label("waiting"),
            func.count().filter(aside).label("set_aside"),
            func.min(Event.at).filter(~aside).label("oldest"),
        )
        .select_from(Event)
        .outerjoin(EventFault, EventFault.event_id == Event.id)
        .where(Event.handled_at.is_(None))
    )
    row = db.session.execute(query).one()
    return Events(row.waiting, row.set_aside, row.oldest)


_TROUBLED = and_(Delivery.wake_at.is_(None), Delivery.state.in_(TROUBLED))
_UNWRITTEN = exists().where(
    Notification.delivery_id == Delivery.id, Notification.reason == Reason.UNWRITTEN.value
)


def _recent(since: datetime) -> dict[str, int]:
    """How many mails written down since then didn't arrive, or perhaps didn't, and how many couldn't be written."""
    query = (
        select(Delivery.state, _UNWRITTEN.label("unwritten"), func.count())
        .where(_TROUBLED, Delivery.created_at >= since)
        .group_by(Delivery.state, "unwritten")
    )
    counts = {"unwritten": 0, "failed": 0, "doubt": 0}
    for state, unwritten, number in db.session.execute(query):
        counts["unwritten" if unwritten else state.value] += number
    return counts


def _returned(since: datetime) -> list[Trouble]:
    query = (
        select(
            Delivery.id.label("delivery_id"),
            func.coalesce(User.name, "").label("name"),
            Bounce.address,
            Delivery.created_at,
            Delivery.attempts,
            Bounce.said.label("error"),
        )
        .select_from(Bounce)
        .join(Delivery, and_(Delivery.id == Bounce.delivery_id, Delivery.state == DeliveryState.SENT))
        .outerjoin(User, User.id == Delivery.recipient_id)
        .where(Bounce.at >= since, Bounce.verdict.in_(FINAL))
        .order_by(Bounce.at.desc(), Bounce.id.desc())
        .limit(SHOWN)
    )
    return [
        Trouble(**row._mapping, state=MessageState.RETURNED, unwritten=False)  # noqa: SLF001 - a row's names
        for row in db.session.execute(query)
    ]


def _troubles() -> list[Trouble]:
    went = func.nullif(Delivery.sent_to, "")
    query = (
        select(
            Delivery.id.label("delivery_id"),
            Delivery.state,
            _UNWRITTEN.label("unwritten"),
            func.coalesce(User.name, "").label("name"),
            func.coalesce(went, Delivery.address, User.email, "").label("address"),
            Delivery.created_at,
            Delivery.attempts,
            Delivery.error,
        )
        .outerjoin(User, User.id == Delivery.recipient_id)
        .where(_TROUBLED)
        .order_by(Delivery.id.desc())
        .limit(SHOWN)
    )
    return [
        Trouble(**{**row._mapping, "state": MessageState(row.state.value)})  # noqa: SLF001 - a row's names
        for row in db.session.execute(query)
    ]


def _aside() -> list[Aside]:
    query = (
        select(
            EventFault.event_id,
            Event.at,
            Event.verb,
            EventFault.attempts,
            EventFault.retry_at,
            EventFault.error,
        )
        .join(Event, Event.id == EventFault.event_id)
        .where(Event.handled_at.is_(None))
        .order_by(EventFault.event_id.desc())
        .limit(SHOWN)
    )
    return [Aside(**row._mapping) for row in db.session.execute(query)]  # noqa: SLF001 - a row's names


def _last_sent() -> datetime | None:
    """When a mail left last, among the latest written down."""
    latest = (
        select(Delivery.sent_at)
        .where(Delivery.wake_at.is_(None), Delivery.state == DeliveryState.SENT)
        .order_by(Delivery.id.desc())
        .limit(200)
        .subquery()
    )
    last: datetime | None = db.session.scalar(select(func.max(latest.c.sent_at)))
    return last
