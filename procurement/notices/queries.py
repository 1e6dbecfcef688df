"""What pages read of sources: their runs, and the notices that couldn't be read. For the network's office."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import undefer

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor, delegate, delegate_or_admin, require
from procurement.notices.models import ImportRun, Notice, NoticeState, RunWay, Twin
from procurement.notices.sources import READERS
from procurement.tenders import policy
from procurement.tenders.models import Tender

SILENT = timedelta(hours=24)
"""After so long without a run that came to its end, a source is silent: somebody is told."""
SHOWN = 25
"""Rows of a list."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source: whether it is asked live, its last good run of any way, the live one under way, what waits."""

    name: str
    live: bool
    last_good: ImportRun | None
    under_way: ImportRun | None
    failed: ImportRun | None
    """The last live run, where it failed."""
    quarantined: int
    silent: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run and some of the notices that it brought: those that couldn't be read first."""

    run: ImportRun
    notices: Sequence[Notice]


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of a list, the newest first; `older` is the number to go on from, 0 for none."""

    rows: Sequence[Notice]
    older: int


def source_states(actor: Actor, live: Collection[str]) -> list[SourceState]:
    """How each source stands; `live`: those that are asked live here. Five statements. Raises Forbidden."""
    require(delegate_or_admin(actor))
    good = _latest(ImportRun.ended_at.is_not(None), ImportRun.error == "")
    last_live = _latest(ImportRun.way == RunWay.LIVE)
    waiting = dict(
        db.session.execute(
            select(Notice.source, func.count())
            .where(Notice.state == NoticeState.UNREADABLE)
            .group_by(Notice.source)
        ).all()
    )
    silent = dict(silent_sources(live))
    return [
        SourceState(
            name=name,
            live=name in live,
            last_good=good.get(name),
            under_way=last if last is not None and last.ended_at is None else None,
            failed=last if last is not None and last.ended_at is not None and last.error else None,
            quarantined=waiting.get(name, 0),
            silent=name in silent,
        )
        for name in READERS
        for last in [last_live.get(name)]
    ]


def silent_sources(live: Collection[str]) -> list[tuple[str, datetime | None]]:
    """The live sources of which no run has come to its end for a day, and when the last one did.

    Two statements; none where no source is live.
    """
    if not live:
        return []
    good = _latest(ImportRun.ended_at.is_not(None), ImportRun.error == "", ImportRun.way == RunWay.LIVE)
    first = dict(
        db.session.execute(
            select(ImportRun.source, func.min(ImportRun.began_at))
            .where(ImportRun.way == RunWay.LIVE)
            .group_by(ImportRun.source)
        ).all()
    )
    now = clock.now()
    return [
        (name, found.ended_at if (found := good.get(name)) else None)
        for name in live
        if _is_silent(good.get(name), first.get(name), now)
    ]


def _is_silent(good: ImportRun | None, first: datetime | None, now: datetime) -> bool:
    """Whether a live source has been so for a day; one that was never asked yet isn't."""
    since = good.ended_at if good is not None else first
    return since is not None and now - since > SILENT


def _latest(*conditions: object) -> Mapping[str, ImportRun]:
    """The newest run of each source under these conditions. One statement."""
    newest = (
        select(func.max(ImportRun.id)).where(*conditions).group_by(ImportRun.source)  # type: ignore[arg-type]
    )
    rows = db.session.scalars(
        select(ImportRun).where(ImportRun.id.in_(newest)).execution_options(populate_existing=True)
    )
    return {run.source: run for run in rows}


@dataclass(frozen=True, slots=True)
class TenderNotices:
    """The official notices of a tender, the first that came first; for the delegate, what waits for a decision."""

    notices: Sequence[Notice]
    to_look_at: Sequence[Notice]
    twins: Sequence[tuple[int, int, str]]
    """Pairs that wait: the pair's number, and the other tender's number and title."""


def notices_of(actor: Actor, tender_id: int) -> TenderNotices:
    """The notices of a tender that `actor` may see already. One statement; two for the delegate."""
    rows = db.session.scalars(select(Notice).where(Notice.tender_id == tender_id).order_by(Notice.id)).all()
    if not policy.write(actor):
        return TenderNotices([row for row in rows if row.url], [], [])
    other = case((Twin.draft_id == tender_id, Twin.tender_id), else_=Twin.draft_id)
    pairs = db.session.execute(
        select(Twin.id, Tender.id, Tender.title)
        .join(Tender, Tender.id == other)
        .where(or_(Twin.draft_id == tender_id, Twin.tender_id == tender_id), Twin.settled_at.is_(None))
        .order_by(Twin.id)
    )
    return TenderNotices(
        rows, [row for row in rows if row.look], [(one, two, title) for one, two, title in pairs]
    )


def tenders_to_look_at(actor: Actor) -> Sequence[tuple[int, str]]:
    """Tenders of which an official notice waits to be looked at, the latest first: number and title.

    One statement. Raises Forbidden.
    """
    require(policy.write(actor))
    waiting = (
        select(Notice.tender_id, func.max(Notice.id).label("latest"))
        .where(Notice.look)
        .group_by(Notice.tender_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Tender.id, Tender.title)
        .join(waiting, waiting.c.tender_id == Tender.id)
        .where(Tender.cancelled_at.is_(None), Tender.published_at.is_not(None))
        .order_by(waiting.c.latest.desc())
        .limit(SHOWN)
    )
    return [(tender_id, title) for tender_id, title in rows]


def recent_runs(actor: Actor, before: int = 0) -> tuple[Sequence[ImportRun], int]:
    """The latest runs, those numbered below `before` where it is given, and the number to go on from (0 for none).

    One statement. Raises Forbidden.
    """
    require(delegate_or_admin(actor))
    query = select(ImportRun).order_by(ImportRun.id.desc()).limit(SHOWN + 1)
    if before:
        query = query.where(ImportRun.id < before)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else 0


def run_page(actor: Actor, run_id: int) -> RunPage:
    """A run with what it brought. Two statements. Raises Forbidden, NotFound."""
    run = run_of(actor, run_id)
    notices = db.session.scalars(
        select(Notice)
        .where(Notice.run_id == run_id)
        .order_by((Notice.state == NoticeState.UNREADABLE).desc(), Notice.id.desc())
        .limit(SHOWN)
    ).all()
    return RunPage(run, notices)


def run_of(actor: Actor, run_id: int) -> ImportRun:
    """A run as it stands now. One statement. Raises Forbidden, NotFound."""
    require(delegate_or_admin(actor))
    run = db.session.scalar(
        select(ImportRun).where(ImportRun.id == run_id).execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound
    return run


def quarantine(actor: Actor, before: int = 0) -> Slice:
    """Notices that couldn't be read, without what they hold. One statement. Raises Forbidden."""
    require(delegate_or_admin(actor))
    query = (
        select(Notice)
        .where(Notice.state == NoticeState.UNREADABLE)
        .order_by(Notice.id.desc())
        .limit(SHOWN + 1)
    )
    if before:
        query = query.where(Notice.id < before)
    rows = db.session.scalars(query).all()
    return Slice(rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else 0)


def quarantined(actor: Actor, notice_id: int) -> Notice:
    """One of them, with what it holds. One statement. Raises Forbidden, NotFound."""
    require(delegate_or_admin(actor))
    notice = db.session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.UNREADABLE)
        .options(undefer(Notice.raw))
    )
    if notice is None:
        raise NotFound
    return notice


def twins_of_drafts(actor: Actor, draft_ids: Collection[int]) -> Mapping[int, tuple[int, int, str]]:
    """By draft, the tender from elsewhere that it looks like, not settled yet: the pair, that tender and its title.

    For the delegate. One statement. Raises Forbidden.
    """
    require(delegate(actor))
    rows = db.session.execute(
        select(Twin.draft_id, Twin.id, Tender.id, Tender.title)
        .join(Tender, Tender.id == Twin.tender_id)
        .where(Twin.draft_id.in_(draft_ids), Twin.settled_at.is_(None))
        .order_by(Twin.id.desc())
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
