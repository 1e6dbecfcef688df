"""Verbs on dates that bind: set, move, settle a doubt, close. Each is an event of what the date belongs to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, select

from procurement.core import clock, events
from procurement.core.bulk import insert_rows, new_ids
from procurement.core.db import Base, add, db
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.rules import read_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDeadline:
    """A date of something new, as `set_deadline` takes it."""

    subject_type: str
    subject_id: int
    kind: DeadlineKind
    due_at: datetime
    zone: str = "Europe/Paris"
    source_text: str = ""
    doubtful: bool = False
    doubt: str = ""
    remind_at: datetime | None = None


def set_deadline(
    actor: Actor,
    subject: Base,
    kind: DeadlineKind,
    due_at: datetime,
    *,
    zone: str = "Europe/Paris",
    source_text: str = "",
    doubtful: bool = False,
    doubt: str = "",
    remind_at: datetime | None = None,
) -> Deadline:
    """Set the date of `kind` of `subject` (any row with an id), or move it to `due_at` (aware) if it had another.

    `remind_at` is what reminders count from: `due_at` unless an earlier one is given (sources that disagree, N10);
    `doubt` is an msgid. A move makes the version grow, so that reminders of the old date are known as old (N12);
    so does a doubt that is settled or raised, since reminders then count from elsewhere. Nothing happens where
    nothing differs. Records `deadline_set`, `deadline_moved` or `deadline_settled` on the subject, with the facts
    `deadline_id`, `kind`, `version`, `before`, `after` (ISO instants, UTC). Who may is the caller's question: a date
    belongs to something that has its own rights. Raises Invalid for a zone that doesn't exist, ValueError for an
    instant without zone.
    """
    if due_at.tzinfo is None or (remind_at is not None and remind_at.tzinfo is None):
        raise ValueError("a deadline needs an aware instant")
    read_zone(zone)
    table = cast("Table", subject.__table__)
    subject_id: int = subject.id  # type: ignore[attr-defined]
    # Parent before child: whoever sets dates of one subject waits here for whoever else does.
    db.session.execute(select(table.c.id).where(table.c.id == subject_id).with_for_update())
    reminded = min(remind_at or due_at, due_at)
    deadline = db.session.scalar(
        select(Deadline)
        .where(Deadline.subject_type == table.name, Deadline.subject_id == subject_id, Deadline.kind == kind)
        .execution_options(populate_existing=True)
    )
    if deadline is None:
        deadline = Deadline(
            subject_type=table.name, subject_id=subject_id, kind=kind, due_at=due_at, remind_at=reminded
        )
        verb, before = "deadline_set", None
    else:
        before = deadline.due_at
        verb = _what_happens(deadline, due_at, reminded)
        if verb:
            deadline.version += 1
        if verb in {"deadline_set", "deadline_moved"}:
            deadline.moved_at = clock.now()
        deadline.due_at, deadline.remind_at, deadline.closed_at = due_at, reminded, None
    deadline.zone, deadline.source_text = zone, source_text
    deadline.doubtful, deadline.doubt = doubtful, doubt
    add(deadline)
    if verb:
        events.record(actor, verb, subject, facts=_facts(vars(deadline), before))
    return deadline


def set_first_deadlines(
    wanted: Iterable[FirstDeadline],
) -> dict[tuple[int, DeadlineKind], Mapping[str, object]]:
    """Write dates of subjects that were written in this very transaction, all at once; nothing is locked or read.

    Returns, by subject and kind, the facts of the `deadline_set` that the caller records with the subject's first
    events. Raises as `set_deadline`.
    """
    rows = []
    for one in wanted:
        if one.due_at.tzinfo is None:
            raise ValueError("a deadline needs an aware instant")
        read_zone(one.zone)
        reminded = min(one.remind_at or one.due_at, one.due_at)
        rows.append({name: getattr(one, name) for name in FirstDeadline.__slots__} | {"remind_at": reminded})
    for row, number in zip(rows, new_ids(Deadline, len(rows)), strict=True):
        row["id"] = number
    insert_rows(Deadline, rows)
    return {(row["subject_id"], row["kind"]): _facts(row | {"version": 1}, None) for row in rows}


def _what_happens(deadline: Deadline, due_at: datetime, remind_at: datetime) -> str:
    """The verb for what these instants change; empty when nothing does."""
    if deadline.closed_at is not None:
        return "deadline_set"
    if deadline.due_at != due_at:
        return "deadline_moved"
    return "deadline_settled" if deadline.remind_at != remind_at else ""


def _facts(deadline: Mapping[str, Any], before: datetime | None) -> dict[str, object]:
    """What an event says of a date, from its columns by name, and the instant that stood before."""
    return {
        "deadline_id": deadline["id"],
        "kind": deadline["kind"].value,
        "version": deadline["version"],
        "before": before.astimezone(UTC).isoformat() if before else None,
        "after": deadline["due_at"].astimezone(UTC).isoformat(),
    }


def close_deadlines(
    actor: Actor, subject: Base, kinds: Collection[DeadlineKind] | None = None
) -> list[Deadline]:
    """End the dates of `subject` that still bind, or those of `kinds` only: they then never remind (N14).

    Records one `deadline_closed` with the facts `deadline_ids` and `kinds`, if there was anything to end. Returns
    what was ended.
    """
    table = cast("Table", subject.__table__)
    subject_id: int = subject.id  # type: ignore[attr-defined]
    db.session.execute(select(table.c.id).where(table.c.id == subject_id).with_for_update())
    query = select(Deadline).where(
        Deadline.subject_type == table.name,
        Deadline.subject_id == subject_id,
        Deadline.closed_at.is_(None),
    )
    if kinds is not None:
        query = query.where(Deadline.kind.in_(kinds))
    ended = list(
        db.session.scalars(query.order_by(Deadline.due_at).execution_options(populate_existing=True))
    )
    for deadline in ended:
        deadline.closed_at = clock.now()
    if ended:
        db.session.flush()
        facts = {"deadline_ids": [d.id for d in ended], "kinds": [d.kind.value for d in ended]}
        events.record(actor, "deadline_closed", subject, facts=facts)
    return ended
