"""From deadlines to reminders: what falls due within the next minutes is written down, just before it does."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, select, update
from sqlalchemy.types import TypeEngine

from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import Deadline
from procurement.notifications.audiences.pieces import TENDER_OF_DEADLINE
from procurement.notifications.kinds import BY_DEADLINE, KINDS, Kind
from procurement.notifications.operations.writing import UNMAILED, Slot, write_down
from procurement.notifications.queries.lead_times import Chosen, chosen_of
from procurement.notifications.recordset import recordset
from procurement.notifications.rules import (
    HORIZON,
    USUAL,
    Departure,
    Hours,
    departures,
    next_look,
    opening,
    works_on,
)
from procurement.notifications.whom import Profile, hours_of, hours_of_people

BATCH = 1000
"""Deadlines planned in one transaction."""


def plan(limit: int = BATCH) -> int:
    """Write down the reminders of the deadlines whose turn it is, and when to look at each again.

    A deadline's turn comes when a reminder of it falls due within `HORIZON`, and at once when it is new, has moved,
    or may concern somebody else. Those that somebody is changing at this moment wait for the next time. Returns how
    many were looked at.
    """
    now = clock.now()
    rows = db.session.execute(
        select(
            Deadline.id,
            Deadline.kind,
            Deadline.subject_type,
            Deadline.subject_id,
            Deadline.remind_at,
            Deadline.zone,
            Deadline.version,
            TENDER_OF_DEADLINE.label("tender_id"),
        )
        .where(Deadline.closed_at.is_(None), Deadline.plan_at <= now + HORIZON)
        .order_by(Deadline.plan_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    looks: dict[int, datetime | None] = {row.id: None for row in rows}
    chosen = chosen_of(row.tender_id for row in rows)
    reminding: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.remind_at > now:
            for kind in BY_DEADLINE[row.kind]:
                reminding[kind.name].append(row)
    for name, deadlines in reminding.items():
        for deadline_id, at in _plan_kind(KINDS[name], deadlines, chosen, now).items():
            looks[deadline_id] = min(filter(None, (looks[deadline_id], at)), default=None)
    _look_again(looks)
    return len(rows)


def _plan_kind(
    kind: Kind, deadlines: Sequence[Any], chosen: Chosen, now: datetime
) -> dict[int, datetime | None]:
    """Write down what is due of deadlines of one kind; returns when to look at each again."""
    people = hours_of_people(kind, [row.id for row in deadlines])
    slots, looks = [], {}
    for row in deadlines:
        leads = chosen.get((row.tender_id, kind.name), kind.leads)
        zone = hours_of(row.zone, USUAL.first, USUAL.working_days).zone
        profiles = {profile: profile.hours for profile in people.get(row.id, {})}
        for profile, hours in profiles.items():
            slots += [
                _slot(row, departure, profile, hours, people[row.id][profile])
                for departure in departures(row.remind_at, zone, leads, hours, now)
            ]
        looks[row.id] = next_look(row.remind_at, zone, leads, {USUAL, *profiles.values()}, now)
    write_down(kind, slots)
    return looks


def _slot(row: Any, departure: Departure, profile: Profile, hours: Hours, people: int) -> Slot:
    return Slot(
        source_id=row.id,
        profile=profile,
        people=people,
        bundle=_bundle(row, departure, profile, hours),
        priority=0 if departure.lead.passes else 1,
        due_at=departure.due_at,
        useful_until=departure.useful_until,
        planned_at=departure.planned_at,
        passes=departure.lead.passes,
        deadline_id=row.id,
        deadline_version=row.version,
        lead=departure.lead.code,
        tender_id=row.tender_id,
    )


def _bundle(row: Any, departure: Departure, profile: Profile, hours: Hours) -> str:
    """The mail a reminder travels in: the person's one of that day (N20); H-4 its own, unless they leave together."""
    if profile.unmailed:
        return f"{UNMAILED[profile.unmailed]}{row.id}:{row.version}:{departure.lead.code}"
    day = departure.due_at.astimezone(hours.zone).date()
    together = works_on(day, hours) and departure.due_at == opening(day, hours)
    if departure.lead.urgent and not together:
        return f"reminder:{row.id}:{row.version}:{departure.lead.code}"
    return f"reminders:{day.isoformat()}"


def _look_again(looks: dict[int, datetime | None]) -> None:
    columns: dict[str, TypeEngine[Any]] = {"id": BigInteger(), "plan_at": DateTime(timezone=True)}
    look = recordset("look", columns, [{"id": key, "plan_at": at} for key, at in looks.items()]).c
    db.session.execute(
        update(Deadline)
        .where(Deadline.id == look.id)
        .values(plan_at=look.plan_at)
        .execution_options(synchronize_session=False)
    )
