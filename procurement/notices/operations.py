"""Verbs on notices: take records of a source in, as draft tenders."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import NotFound, Refusal
from procurement.core.i18n import N_
from procurement.core.policy import SYSTEM, Actor, delegate_or_admin, require
from procurement.notices.boamp.reader import SOURCE as BOAMP
from procurement.notices.boamp.reader import read_record
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.notices.parsed import ParsedNotice, Remark, UnreadableNotice
from procurement.notices.reading.files import DamagedRecord, NamedRecord
from procurement.notices.rules import draft_of, reason_left_out
from procurement.notices.sources import READERS
from procurement.tenders import policy
from procurement.tenders.facts import TenderFacts
from procurement.tenders.models import Tender
from procurement.tenders.operations import create_tender, edit_tender
from procurement.tenders.queries import whole_tender

IMPORT_LOCK = 0x6E6F7469
"""Held by an import to its end, so that two of them don't write the same notice (any number, ours alone)."""
REPLAYED = 200
"""Notices that are read again at one press."""
_CHUNK = 200
_CHUNK_WEIGHT = 8_000_000
"""Characters of records that are held at once: notices that weigh much are taken one by one."""

NOT_STORED = N_("The database refuses what this notice holds.")
TWICE = N_("This number came before in the same import with another content: the first one was kept.")
TENDER_KEPT = N_(
    "The notice changed at its source; its tender has been worked on, so it wasn't touched: compare them."
)
TENDER_TYPED = N_("A tender with this number was there already: it wasn't touched.")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one notice: its number, its title where it was read, why, and what to know about it."""

    source_id: str
    title: str = ""
    reason: Remark | None = None
    remarks: tuple[Remark, ...] = ()
    tender_id: int | None = None
    place: int | str | None = None
    """Place in the file, or the file's name, for a record too damaged to tell its number."""


@dataclass(slots=True)
class ImportReport:
    """What an import did. `same` counts the records that were known exactly as they are."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)
    unreadable: list[Line] = field(default_factory=list)
    same: int = 0

    @property
    def read(self) -> int:
        """How many records came in."""
        return self.same + sum(map(len, (self.new, self.changed, self.skipped, self.unreadable)))

    def count_on(self, run: ImportRun) -> None:
        """Add what was done to what `run` counts."""
        run.new += len(self.new)
        run.changed += len(self.changed)
        run.same += self.same
        run.skipped += len(self.skipped)
        run.unreadable += len(self.unreadable)

    def add(self, other: "ImportReport") -> None:
        """Take in what another import did."""
        for name in ("new", "changed", "skipped", "unreadable"):
            getattr(self, name).extend(getattr(other, name))
        self.same += other.same


@dataclass(frozen=True, slots=True)
class _Came:
    """A record with its exact text."""

    record: object
    raw: str
    digest: bytes
    place: int | str | None = None
    """Where it came from, for one that may not tell its number."""
    reason: str = ""
    """Why it can't be read, where that is known before it is looked at."""


def import_notices(
    actor: Actor,
    records: Iterable[object],
    *,
    source: str = BOAMP,
    read: Callable[[object], ParsedNotice] = read_record,
    run: ImportRun | None = None,
) -> ImportReport:
    """Take `records` of `source` in, as `read` understands them: each call for tenders becomes a draft, the others are kept aside.

    A record that can't be read is kept with its reason, and stops no other. One that is known exactly as it is
    changes nothing; one that the source has changed rewrites its draft, unless somebody has worked on it since.
    Records are taken one after the other and not held. `run`: what brings them, which counts them. Raises Forbidden.
    """
    require(policy.write(actor))
    db.session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))
    taker = _Taker(actor, source, read, run)
    chunk: list[_Came] = []
    for came in taker.written(records):
        chunk.append(came)
        if len(chunk) == _CHUNK or sum(len(one.raw) for one in chunk) > _CHUNK_WEIGHT:
            taker.take(chunk)
            chunk = []
    taker.take(chunk)
    if run is not None:
        taker.report.count_on(run)
    return taker.report


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
    found = _Taker(SYSTEM, notice.source, READERS[notice.source], None).replay(notice)
    events.record(actor, "notice_replayed", found, facts={"outcome": found.state.value})
    return found


class _Taker:
    """One import under way."""

    def __init__(
        self, actor: Actor, source: str, read: Callable[[object], ParsedNotice], run: ImportRun | None
    ) -> None:
        self.report = ImportReport()
        self._run_id = run.id if run is not None else None
        self._actor = actor
        self._source = source
        self._read = read
        self._seen: dict[str, bytes] = {}

    def written(self, records: Iterable[object]) -> Iterator[_Came]:
        """Those of `records` that can be written down, as they are read; the others are reported."""
        yield from (found for found in map(self._written, records) if found)

    def take(self, came: Sequence[_Came]) -> None:
        """Take some records in, those that are known already by one statement."""
        known = {
            notice.digest: notice
            for notice in db.session.scalars(
                select(Notice).where(
                    Notice.source == self._source, Notice.digest.in_([one.digest for one in came])
                )
            )
        }
        for one in came:
            notice = known.get(one.digest)
            if notice is not None and notice.digest == one.digest:
                self._seen.setdefault(notice.source_id, one.digest)
                self._same(notice, one.place)
            else:
                self._take(one)

    def _written(self, came: object) -> _Came | None:
        record, place, reason = came, None, ""
        if isinstance(came, DamagedRecord):
            record, place, reason = came.raw, came.place, came.reason
        elif isinstance(came, NamedRecord):
            record, place = came.record, came.name
        try:
            raw = json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)
        except (ValueError, TypeError, RecursionError):
            self.report.unreadable.append(Line("", reason=Remark(NOT_STORED), place=place))
            return None
        return _Came(record, raw, hashlib.sha256(raw.encode()).digest(), place, reason)

    def _same(self, notice: Notice, place: int | str | None) -> None:
        """Known as it is; what can't be read is told each time, since somebody has to look at it."""
        if notice.state is NoticeState.UNREADABLE:
            self.report.unreadable.append(_unreadable(notice, place))
        else:
            self.report.same += 1

    def replay(self, notice: Notice) -> Notice:
        """Read again what `notice` holds; returns the row that stands for it now, which has its number."""
        record = json.loads(notice.raw)
        came = _Came(record, notice.raw, notice.digest)
        try:
            parsed = self._read(record)
        except UnreadableNotice as unreadable:
            self._leave_out(notice, NoticeState.UNREADABLE, Remark(unreadable.message, unreadable.params))
            return notice
        if not notice.source_id:
            known = self._known(parsed.source_id)
            if known is not None:
                db.session.delete(notice)
                db.session.flush()
                self._settle(self._row(parsed.source_id, came), parsed)
                return known
            notice.source_id = parsed.source_id
        self._settle(notice, parsed)
        return notice

    def _take(self, came: _Came) -> None:
        if came.reason:
            self._quarantine(came, "", Remark(came.reason))
            return
        try:
            parsed = self._read(came.record)
        except UnreadableNotice as unreadable:
            self._quarantine(came, unreadable.source_id, Remark(unreadable.message, unreadable.params))
            return
        if self._first_of_its_number(parsed.source_id, came):
            self._settle(self._row(parsed.source_id, came), parsed)

    def _quarantine(self, came: _Came, source_id: str, reason: Remark) -> None:
        if self._first_of_its_number(source_id, came):
            notice = self._row(source_id, came)
            self._leave_out(notice, NoticeState.UNREADABLE, reason)
            self.report.unreadable.append(_unreadable(notice, came.place))

    def _settle(self, notice: Notice, parsed: ParsedNotice) -> None:
        """Have what `parsed` says become a draft, change one, or be left out."""
        reason = reason_left_out(parsed)
        if notice.tender_id is not None:
            self._rewrite(notice, parsed, reason)
        elif reason:
            self._leave_out(notice, NoticeState.SKIPPED, reason, parsed.remarks)
            self.report.skipped.append(Line(parsed.source_id, parsed.title, reason, parsed.remarks))
        else:
            self._draft(notice, parsed)

    def _first_of_its_number(self, source_id: str, came: _Came) -> bool:
        """Whether no other record of this import has the same number: of two that differ, the first is kept."""
        before = self._seen.setdefault(source_id, came.digest) if source_id else came.digest
        if before != came.digest:
            self.report.skipped.append(Line(source_id, reason=Remark(TWICE)))
        return before == came.digest

    def _row(self, source_id: str, came: _Came) -> Notice:
        """The row of that number, with what came now; not yet said what became of it."""
        now = clock.now()
        notice = self._known(source_id) if source_id else self._nameless(came.digest)
        if notice is None:
            notice = Notice(source=self._source, source_id=source_id, first_seen_at=now)
        notice.raw, notice.digest, notice.changed_at = came.raw, came.digest, now
        notice.run_id = self._run_id
        return notice

    def _nameless(self, digest: bytes) -> Notice | None:
        return db.session.scalar(
            select(Notice).where(
                Notice.source == self._source, Notice.source_id == "", Notice.digest == digest
            )
        )

    def _known(self, source_id: str) -> Notice | None:
        return db.session.scalar(
            select(Notice).where(Notice.source == self._source, Notice.source_id == source_id)
        )

    def _leave_out(
        self, notice: Notice, state: NoticeState, reason: Remark, remarks: Sequence[Remark] = ()
    ) -> None:
        notice.state, notice.remarks = state, _plain(remarks)
        _say(notice, reason)
        add(notice)

    def _draft(self, notice: Notice, parsed: ParsedNotice) -> None:
        """Write the draft; one that tenders' own rules or the database refuse is kept as unreadable."""
        facts, remarks = draft_of(parsed)
        there = db.session.scalar(
            select(Tender).where(Tender.source == self._source, Tender.source_id == parsed.source_id)
        )
        try:
            with db.session.begin_nested():
                tender = there or create_tender(self._actor, facts)
        except Refusal as refusal:
            reason = Remark(refusal.message, refusal.params)
        except (DataError, IntegrityError):
            reason = Remark(NOT_STORED)
        else:
            self._imported(notice, tender, remarks, Remark(TENDER_TYPED) if there else None)
            self.report.new.append(
                Line(parsed.source_id, tender.title, _reason_of(notice), remarks, tender.id)
            )
            return
        self._leave_out(notice, NoticeState.UNREADABLE, reason, remarks)
        self.report.unreadable.append(Line(parsed.source_id, parsed.title, reason, remarks))

    def _rewrite(self, notice: Notice, parsed: ParsedNotice, reason: Remark | None) -> None:
        """A notice that its source has changed: its draft follows as long as nobody has worked on it."""
        tender = whole_tender(notice.tender_id or 0)
        facts, remarks = draft_of(parsed)
        if reason is None:
            untouched = tender.published_at is None and tender.cancelled_at is None
            if untouched and tender.version == notice.tender_version:
                try:
                    with db.session.begin_nested():
                        tender = edit_tender(self._actor, tender.id, _in_place(facts, tender), tender.version)
                except Refusal as refusal:
                    reason = Remark(refusal.message, refusal.params)
            else:
                reason = Remark(TENDER_KEPT)
        if reason is None:
            self._imported(notice, tender, remarks, None)
        else:
            notice.state, notice.remarks = NoticeState.IMPORTED, _plain(remarks)
            _say(notice, reason)
            db.session.flush()
        self.report.changed.append(Line(parsed.source_id, parsed.title, reason, remarks, tender.id))

    def _imported(
        self, notice: Notice, tender: Tender, remarks: Sequence[Remark], reason: Remark | None
    ) -> None:
        notice.state, notice.remarks = NoticeState.IMPORTED, _plain(remarks)
        notice.tender_id, notice.tender_version = tender.id, tender.version
        _say(notice, reason)
        add(notice)


def _in_place(facts: TenderFacts, tender: Tender) -> TenderFacts:
    """`facts` on the lots and clauses that `tender` has, so that those that stay keep their rows."""
    lots = {lot.number: lot.id for lot in tender.lots}
    clauses = {(clause.kind, clause.text): clause.id for clause in tender.clauses}
    return replace(
        facts,
        lots=tuple(replace(lot, id=lots.get(lot.number)) for lot in facts.lots),
        clauses=tuple(
            replace(clause, id=clauses.get((clause.kind, clause.text))) for clause in facts.clauses
        ),
    )


def _say(notice: Notice, reason: Remark | None) -> None:
    notice.reason = reason.message if reason else ""
    notice.reason_params = {name: str(value) for name, value in reason.params.items()} if reason else {}


def _reason_of(notice: Notice) -> Remark | None:
    return Remark(notice.reason, notice.reason_params) if notice.reason else None


def _unreadable(notice: Notice, place: int | str | None) -> Line:
    return Line(notice.source_id, reason=_reason_of(notice), place=place)


def _plain(remarks: Sequence[Remark]) -> list[list[Any]]:
    return [[remark.message, dict(remark.params)] for remark in remarks]
