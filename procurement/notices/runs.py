"""Verbs on runs: have a source read, take its steps one by one, end. What is due stands in the rows.

A live run goes on by steps, each taken by whichever worker comes first: it claims the run, asks the source with no
transaction open, and brings what came back. The cursor is written with the records, so that a step that dies is taken
again from where the last one ended, and what it had stored already is known by its digest.
"""

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.core.policy import Actor, delegate_or_admin, require
from procurement.notices.models import ImportRun, Notice, NoticeState, RunWay
from procurement.notices.operations import import_notices
from procurement.notices.report import ImportReport
from procurement.notices.sources import READERS

LEASE = timedelta(minutes=4)
"""After so long a step is taken for dead: longer than any task may last."""
EVERY = timedelta(hours=4)
"""From the beginning of one run of a source to that of the next."""
AGAIN = timedelta(hours=1)
"""The same after one that failed."""
ATTEMPTS = 8
"""Steps that may fail one after the other before a run gives up."""
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 3600.0
"""Seconds of rest after a first failure, doubled at each further one; never more than this."""
GIVE_UP_PAUSE = 6 * 3600.0
"""A source that asks for more rest than so many seconds ends the run: the next one comes in time."""

NOT_LIVE = N_("This source isn't asked by itself on this installation: its notices come from files.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step brought: the records, and where the next one begins.

    `numbers`: notices that the source names without giving them; those that aren't known yet are put into the cursor
    as `left`. `pause`: seconds of rest that the source asks for before the next step.
    """

    records: Sequence[object]
    cursor: Mapping[str, Any]
    done: bool
    total: int | None = None
    numbers: Sequence[str] = ()
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A step that is ours until `until`."""

    run_id: int
    source: str
    cursor: Mapping[str, Any]
    until: datetime


Begin = Callable[[Mapping[str, Any], datetime | None], Mapping[str, Any]]
"""The first cursor of a run, from the last good run's cursor and the instant at which that one began."""


def want_run(actor: Actor, source: str, live: Mapping[str, Begin]) -> tuple[ImportRun, bool]:
    """Have `source` read now; returns the run, and whether it was begun by this: one that is under way goes on.

    `live`: how the sources that are asked live begin. Records `import_wanted`. Raises Forbidden, Invalid for a source
    that isn't live here.
    """
    require(delegate_or_admin(actor))
    if source not in live:
        raise Invalid(NOT_LIVE)
    under_way = db.session.scalar(
        select(ImportRun)
        .where(ImportRun.source == source, ImportRun.wake_at.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if under_way is not None:
        under_way.wake_at = clock.now() if under_way.attempts else under_way.wake_at
        db.session.flush()
        return under_way, False
    run = _begin(source, live[source], actor.user_id)
    events.record(actor, "import_wanted", run)
    return run, True


def begin_due(live: Mapping[str, Begin]) -> int:
    """Begin a run of each live source whose turn it is; returns how many."""
    begun = 0
    for source, begin in live.items():
        last = db.session.scalar(
            select(ImportRun)
            .where(ImportRun.source == source, ImportRun.way == RunWay.LIVE)
            .order_by(ImportRun.id.desc())
            .limit(1)
        )
        rest = AGAIN if last is not None and last.error else EVERY
        if last is None or (last.ended_at is not None and clock.now() - last.began_at >= rest):
            _begin(source, begin, None)
            begun += 1
    return begun


def _begin(source: str, begin: Begin, wanted_by: int | None) -> ImportRun:
    good = db.session.scalar(
        select(ImportRun)
        .where(
            ImportRun.source == source,
            ImportRun.way == RunWay.LIVE,
            ImportRun.ended_at.is_not(None),
            ImportRun.error == "",
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    now = clock.now()
    cursor = begin(good.cursor if good else {}, good.began_at if good else None)
    run: ImportRun = add(_row(source, RunWay.LIVE, wanted_by=wanted_by, wake_at=now, cursor=dict(cursor)))
    return run


def _row(source: str, way: RunWay, **values: Any) -> ImportRun:
    counts = dict.fromkeys(("new", "changed", "same", "skipped", "unreadable", "busy_ms", "attempts"), 0)
    given: dict[str, Any] = {"cursor": {}, "error": "", "error_params": {}, **counts, **values}
    return ImportRun(source=source, way=way, began_at=clock.now(), **given)


def import_files(actor: Actor, source: str, records: Iterable[object]) -> tuple[ImportRun, ImportReport]:
    """Take in the records of files of `source`, as one run. Raises Forbidden."""
    run: ImportRun = add(_row(source, RunWay.FILES))
    report = import_notices(actor, records, source=source, read=READERS[source], run=run, beside=True)
    run.total, run.ended_at = run.read, clock.now()
    db.session.flush()
    return run, report


def claim(sources: Collection[str]) -> Claim | None:
    """The run of these sources that has waited longest for its next step, ours for `LEASE`; None where none is due."""
    now = clock.now()
    run = db.session.scalar(
        select(ImportRun)
        .where(ImportRun.wake_at <= now, ImportRun.source.in_(sources))
        .order_by(ImportRun.wake_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if run is None:
        return None
    run.wake_at = now + LEASE
    db.session.flush()
    return Claim(run.id, run.source, run.cursor, run.wake_at)


def take_step(actor: Actor, mine: Claim, step: Step) -> bool:
    """Store what a step brought, and where the next begins.

    Nothing happens, and False is returned, where the run is no longer ours. Records `import_ended` with the last step.
    """
    run = _ours(mine)
    if run is None:
        return False
    import_notices(actor, step.records, source=run.source, read=READERS[run.source], run=run)
    now = clock.now()
    cursor = dict(step.cursor)
    if step.numbers:
        cursor["left"] = _unknown(run.source, step.numbers)
        run.same += len(step.numbers) - len(cursor["left"])
    run.cursor = cursor
    run.total = step.total if step.total is not None else run.total
    run.attempts, run.error, run.error_params = 0, "", {}
    if step.done and not cursor.get("left"):
        _end(actor, run)
    else:
        run.wake_at = now + timedelta(seconds=step.pause)
        db.session.flush()
    return True


def note_work(run_id: int, took_ms: int) -> None:
    """Add to a run the milliseconds that a step took, asking and storing."""
    run = db.session.get(ImportRun, run_id)
    if run is not None:
        run.busy_ms += took_ms
        db.session.flush()


def postpone(
    actor: Actor, mine: Claim, reason: str, params: Mapping[str, Any], asked: float | None = None
) -> None:
    """A step that failed in a way that may pass: it is tried again, later each time, never sooner than `asked` seconds.

    After `ATTEMPTS` of them, or where the source asks for hours of rest, the run ends with the reason.
    """
    run = _ours(mine)
    if run is None:
        return
    run.attempts += 1
    run.error, run.error_params = reason, {name: str(value) for name, value in params.items()}
    if run.attempts >= ATTEMPTS or (asked or 0) > GIVE_UP_PAUSE:
        _end(actor, run)
        return
    rest = min(FIRST_PAUSE * 2 ** (run.attempts - 1), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311
    run.wake_at = clock.now() + timedelta(seconds=max(rest, asked or 0))
    db.session.flush()


def give_up(actor: Actor, mine: Claim, reason: str, params: Mapping[str, Any]) -> None:
    """A step that failed for good: the run ends with the reason."""
    run = _ours(mine)
    if run is not None:
        run.error, run.error_params = reason, {name: str(value) for name, value in params.items()}
        _end(actor, run)


def _end(actor: Actor, run: ImportRun) -> None:
    run.ended_at, run.wake_at = clock.now(), None
    db.session.flush()
    counts = {name: getattr(run, name) for name in ("new", "changed", "unreadable")}
    events.record(actor, "import_failed" if run.error else "import_ended", run, facts=counts)


def _ours(mine: Claim) -> ImportRun | None:
    """The run, locked, as long as nobody else has taken its step."""
    run = db.session.scalar(
        select(ImportRun)
        .where(ImportRun.id == mine.run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return run if run is not None and run.wake_at == mine.until else None


def _unknown(source: str, numbers: Sequence[str]) -> list[str]:
    """Those of `numbers` that have no notice yet, or one that can't be read."""
    known = set(
        db.session.scalars(
            select(Notice.source_id).where(
                Notice.source == source,
                Notice.source_id.in_(numbers),
                Notice.state != NoticeState.UNREADABLE,
            )
        )
    )
    return [number for number in dict.fromkeys(numbers) if number not in known]
