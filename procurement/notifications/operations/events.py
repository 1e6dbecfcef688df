"""From events to notifications: each event is read once, whenever it was committed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import BigInteger, and_, any_, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from procurement.core import clock, logs
from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import Deadline
from procurement.notifications.categories import Rhythm
from procurement.notifications.kinds import BY_VERB, LONGEST_LEAD, Kind
from procurement.notifications.models import EventFault
from procurement.notifications.operations.writing import UNMAILED, Slot, write_down
from procurement.notifications.rules import digest_leaves_at, fault_retry_after, news_leaves_at
from procurement.notifications.whom import Profile, hours_of_people

log = structlog.get_logger(__name__)

BATCH = 200
"""Events read in one transaction."""

A_DAY = timedelta(days=1)
"""At least so long news is kept after the hour at which it was to leave, however long that hour was in coming."""

WIDENING = frozenset(
    {
        "membership_started",
        "role_granted",
        "account_reopened",
        "account_edited",
        "member_edited",
        "absence_set",
    }
)
"""Events after which somebody may be concerned by dates that are already planned: all are looked at again."""


def handle_events(limit: int = BATCH) -> int:
    """Draw from the oldest events not yet handled what they give to tell, and have their deadlines planned again.

    An event from which nothing can be drawn is set aside for a while and holds up no other. Events that another
    transaction is handling are left to it. Returns how many were taken up.
    """
    now = clock.now()
    events = db.session.scalars(
        select(Event)
        .outerjoin(EventFault, EventFault.event_id == Event.id)
        .where(Event.handled_at.is_(None), or_(EventFault.event_id.is_(None), EventFault.retry_at <= now))
        .order_by(Event.id)
        .limit(limit)
        .with_for_update(of=Event, skip_locked=True)
    ).all()
    if not events:
        return 0
    by_kind: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.verb in BY_VERB:
            by_kind[event.verb].append(event)
    faulty: set[int] = set()
    for verb, group in by_kind.items():
        for kind in BY_VERB[verb]:
            faulty |= _raise_all(kind, group, now)
    handled = [event for event in events if event.id not in faulty]
    _plan_again(handled, now)
    db.session.execute(
        update(Event)
        .where(Event.id == any_(_ids(event.id for event in handled)))
        .values(handled_at=now)
        .execution_options(synchronize_session=False)
    )
    _say(handled)
    return len(events)


def _say(handled: Iterable[Event]) -> None:
    """Log which requests' events have been handled: from a page to what it set going, by one id."""
    by_request: dict[str, list[Event]] = defaultdict(list)
    for event in handled:
        if event.request_id:
            by_request[event.request_id].append(event)
    for request_id, done in by_request.items():
        verbs = sorted({event.verb for event in done})
        log.info("events handled", request_id=request_id, events=[event.id for event in done], verbs=verbs)


def _ids(values: Iterable[int]) -> Any:
    return literal(list(values), ARRAY(BigInteger))


def _raise_all(kind: Kind, events: Sequence[Event], now: datetime) -> set[int]:
    """Write down what `events` give to tell; returns the ids of those that raised, set aside."""
    try:
        with db.session.begin_nested():
            _raise(kind, events, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must hold up no other event
        if len(events) == 1:
            _set_aside(events[0], error, now)
            return {events[0].id}
    else:
        return set()
    return {faulty for event in events for faulty in _raise_all(kind, [event], now)}


def _raise(kind: Kind, events: Sequence[Event], now: datetime) -> None:
    telling = {event.id: event for event in events if now < useful_until(kind, event) and _tells(kind, event)}
    if telling:
        concerned = hours_of_people(kind, list(telling))
        write_down(
            kind,
            [
                _slot(kind, telling[source_id], profile, people, now)
                for source_id, profiles in concerned.items()
                for profile, people in profiles.items()
            ],
        )


def _tells(kind: Kind, event: Event) -> bool:
    """A date set for the first time is no news; one that replaces another is."""
    return not kind.of_deadline or event.facts["version"] > 1


def useful_until(kind: Kind, event: Event) -> datetime:
    """Until when an event is worth telling; the new date of a deadline, until it has passed (N13)."""
    if kind.of_deadline:
        return datetime.fromisoformat(event.facts["after"])
    return event.at + kind.useful_for


def tender_of(event: Event) -> int | None:
    """The tender an event is about."""
    tender_id = event.subject_id if event.subject_type == "tender" else event.facts.get("tender_id")
    return int(tender_id) if tender_id is not None else None


def _slot(kind: Kind, event: Event, profile: Profile, people: int, now: datetime) -> Slot:
    tender_id = tender_of(event)
    about = f"tender:{tender_id}" if tender_id is not None else f"event:{event.id}"
    due_at, bundle = _departure(kind, profile, now, about)
    until = useful_until(kind, event)
    return Slot(
        source_id=event.id,
        profile=profile,
        people=people,
        bundle=bundle,
        priority=0 if kind.urgent else 1,
        due_at=due_at,
        useful_until=until if kind.of_deadline else max(until, due_at + A_DAY),
        planned_at=event.at,
        passes=True,
        event_id=event.id,
        deadline_id=event.facts["deadline_id"] if kind.of_deadline else None,
        deadline_version=event.facts["version"] if kind.of_deadline else None,
        tender_id=tender_id,
    )


def _departure(kind: Kind, profile: Profile, now: datetime, about: str) -> tuple[datetime, str]:
    """When news leaves and with what: at once, all of one kind about one thing together; or the person's digest."""
    if profile.unmailed:
        return now, f"{UNMAILED[profile.unmailed]}{kind.name}:{about}"
    if kind.urgent or profile.rhythm == Rhythm.AT_ONCE:
        return news_leaves_at(now, profile.hours, urgent=kind.urgent), f"{kind.name}:{about}"
    due_at = digest_leaves_at(now, profile.hours, weekly=profile.rhythm == Rhythm.WEEKLY)
    return due_at, f"digest:{due_at.astimezone(profile.hours.zone).date().isoformat()}"


def _set_aside(event: Event, error: Exception, now: datetime) -> None:
    """Let an event wait, longer each time, with what went wrong."""
    fault = db.session.get(EventFault, event.id)
    attempts = fault.attempts + 1 if fault else 1
    retry_at = now + fault_retry_after(attempts)
    log.error(
        "event set aside",
        event_id=event.id,
        verb=event.verb,
        attempts=attempts,
        request_id=event.request_id,
        exc_info=error,
    )
    values = {"attempts": attempts, "retry_at": retry_at, "error": logs.brief(error)}
    db.session.execute(
        insert(EventFault)
        .values(event_id=event.id, **values)
        .on_conflict_do_update(index_elements=["event_id"], set_=values)
    )


def _plan_again(events: Sequence[Event], now: datetime) -> None:
    """Have the plan look at once at the deadlines that these events may change something for."""
    again = (
        update(Deadline)
        .where(Deadline.closed_at.is_(None), Deadline.remind_at > now)
        .values(plan_at=now)
        .execution_options(synchronize_session=False)
    )
    tenders = {tender_id for event in events if (tender_id := tender_of(event)) is not None}
    if tenders:
        db.session.execute(
            again.where(Deadline.subject_type == "tender", Deadline.subject_id == any_(_ids(tenders)))
        )
    if any(event.verb in WIDENING for event in events):
        reach = (
            and_(Deadline.kind == kind, Deadline.remind_at < now + 2 * lead)
            for kind, lead in LONGEST_LEAD.items()
        )
        db.session.execute(again.where(or_(*reach)))
