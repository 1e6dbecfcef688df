"""Verbs on notices: take records of a source in, as draft tenders; read once more what couldn't be read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from sqlalchemy import func, select

from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import SYSTEM, Actor, delegate_or_admin, require
from procurement.notices.ahead import Came, read_ahead
from procurement.notices.boamp.reader import SOURCE as BOAMP
from procurement.notices.boamp.reader import read_record
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.notices.parsed import ParsedNotice
from procurement.notices.report import ImportReport
from procurement.notices.sources import READERS
from procurement.notices.taking import Taker
from procurement.tenders import policy

IMPORT_LOCK = 0x6E6F7469
"""Held by an import to its end, so that two of them don't write the same notice (any number, ours alone)."""
REPLAYED = 200
"""Notices that are read again at one press."""
_LOT = 250
_LOT_WEIGHT = 8_000_000
"""Characters of the records of a lot, two of which are held at once: notices that weigh much come one by one."""


def import_notices(
    actor: Actor,
    records: Iterable[object],
    *,
    source: str = BOAMP,
    read: Callable[[object], ParsedNotice] = read_record,
    run: ImportRun | None = None,
    beside: bool = False,
) -> ImportReport:
    """Take `records` of `source` in, as `read` understands them: each call for tenders becomes a draft, the others are kept aside.

    A record that can't be read is kept with its reason, and stops no other. One that is known exactly as it is
    changes nothing; one that the source has changed rewrites its draft, unless somebody has worked on it since.
    Records are taken one after the other and not held. `run`: what brings them, which counts them. `beside`: whether a
    second process may read them, for files of many. Raises Forbidden.
    """
    require(policy.write(actor))
    db.session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))
    taker = Taker(actor, source, read, run)
    lots = map(taker.unknown, _lots(taker.written(records)))
    with closing(read_ahead(lots, read, beside=beside)) as ahead:
        for some in ahead:
            taker.take(some)
    if run is not None:
        taker.report.count_on(run)
    return taker.report


def _lots(came: Iterable[Came]) -> Iterator[list[Came]]:
    """`came` in lots that aren't too many nor weigh too much."""
    lot: list[Came] = []
    weight = 0
    for one in came:
        lot.append(one)
        weight += len(one.raw)
        if len(lot) == _LOT or weight > _LOT_WEIGHT:
            yield lot
            lot, weight = [], 0
    if lot:
        yield lot


def replay_notice(actor: Actor, notice_id: int) -> Notice:
    """Read once more a notice that couldn't be read; what is understood now becomes what it should have been.

    Records `notice_replayed`. Raises Forbidden, NotFound for none that waits.
    """
    require(delegate_or_admin(actor))
    db.session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))
    notice = db.session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.UNREADABLE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if notice is None:
        raise NotFound
    return _replayed(actor, notice)


def replay_notices(actor: Actor) -> tuple[int, int]:
    """Read once more those that couldn't be read, the ones that weren't tried for longest first: `REPLAYED` at most.

    Returns how many were tried, and how many of them are understood now. Raises Forbidden.
    """
    require(delegate_or_admin(actor))
    db.session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))
    waiting = db.session.scalars(
        select(Notice)
        .where(Notice.state == NoticeState.UNREADABLE)
        .order_by(Notice.replayed_at.nulls_first(), Notice.id)
        .limit(REPLAYED)
        .with_for_update()
    ).all()
    found = [_replayed(actor, notice) for notice in waiting]
    return len(found), sum(notice.state is not NoticeState.UNREADABLE for notice in found)


def _replayed(actor: Actor, notice: Notice) -> Notice:
    """The product reads, whoever asked for it."""
    notice.replayed_at = clock.now()
    found = Taker(SYSTEM, notice.source, READERS[notice.source], None).replay(notice)
    events.record(actor, "notice_replayed", found, facts={"outcome": found.state.value})
    return found
