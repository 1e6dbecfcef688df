"""An import under way: what came is known, read, written down, and becomes drafts, many at once."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import DataError, IntegrityError

from procurement.core import clock, events
from procurement.core.bulk import insert_new
from procurement.core.db import db, one_of
from procurement.core.errors import Refusal
from procurement.core.i18n import N_
from procurement.core.policy import Actor
from procurement.notices import correcting, twins
from procurement.notices.ahead import Came, Understood, understood
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.notices.parsed import NoticeKind, ParsedNotice, Remark, UnreadableNotice
from procurement.notices.reading.files import DamagedRecord, NamedRecord
from procurement.notices.report import ImportReport, Line
from procurement.notices.rules import draft_of, reason_left_out
from procurement.notices.sources import Read
from procurement.tenders.bulk import Written, create_tenders
from procurement.tenders.facts import TenderFacts
from procurement.tenders.models import Tender
from procurement.tenders.operations import edit_tender
from procurement.tenders.queries import whole_tender

NOT_STORED = N_("The database refuses what this notice holds.")
TWICE = N_("This number came before in the same import with another content: the first one was kept.")
TENDER_KEPT = N_(
    "The notice changed at its source; its tender has been worked on, so it wasn't touched: compare them."
)
TENDER_TYPED = N_("A tender with this number was there already: it wasn't touched.")
SAME_PROCEDURE = N_("The same procedure was known from another notice: it is one tender, with both.")


@dataclass(slots=True, eq=False)
class _Draft:
    """A call for tenders on its way to a draft."""

    came: Came
    notice: Notice
    parsed: ParsedNotice
    facts: TenderFacts
    remarks: tuple[Remark, ...]


class Taker:
    """One import under way. What it did stands in `report`."""

    def __init__(self, actor: Actor, source: str, read: Read, run: ImportRun | None) -> None:
        self.report = ImportReport()
        self._run_id = run.id if run is not None else None
        self._actor = actor
        self._source = source
        self._read = read
        self._seen: dict[str, bytes] = {}
        self._corrections: list[tuple[Notice, ParsedNotice]] = []
        self._new: list[Notice] = []

    def written(self, records: Iterable[object]) -> Iterator[Came]:
        """Those of `records` that can be written down, as they are read; the others are reported."""
        yield from (found for found in map(self._written, records) if found)

    def _written(self, came: object) -> Came | None:
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
        return Came(record, raw, hashlib.sha256(raw.encode()).digest(), place, reason)

    def unknown(self, came: Sequence[Came]) -> list[Came]:
        """Those of `came` that aren't known as they are; one statement tells. The others are reported."""
        same = self._rows(Notice.digest, {one.digest for one in came})
        fresh = []
        for one in came:
            notice = same.get(one.digest)
            if notice is None:
                fresh.append(one)
            else:
                self._seen.setdefault(notice.source_id, one.digest)
                self._same(notice, one.place)
        return fresh

    def take(self, read: Sequence[tuple[Came, Understood]]) -> None:
        """Take some records in, with what each says; one statement tells which are known by their number."""
        known = self._rows(Notice.source_id, {found.source_id for _, found in read if found.source_id})
        drafts: list[_Draft] = []
        for one, found in read:
            if found.source_id and not self._first_of_its_number(found.source_id, one):
                continue
            if not found.source_id and (twice := self._nameless(one.digest)):
                self._same(twice, one.place)
                continue
            notice = known.get(found.source_id) or Notice(
                source=self._source, source_id=found.source_id, first_seen_at=clock.now()
            )
            if isinstance(found, ParsedNotice):
                self._settle(one, notice, found, drafts)
            else:
                self._write(notice, one)
                self._leave_out(notice, NoticeState.UNREADABLE, Remark(found.message, found.params))
                self.report.unreadable.append(_unreadable(notice, one.place))
        self._finish(drafts)

    def replay(self, notice: Notice) -> Notice:
        """Read again what `notice` holds; returns the row that stands for it now, which has its number."""
        came = Came(json.loads(notice.raw), notice.raw, notice.digest)
        found = understood(came, self._read)
        if not isinstance(found, ParsedNotice):
            self._leave_out(notice, NoticeState.UNREADABLE, Remark(found.message, found.params))
            return notice
        known = self._rows(Notice.source_id, {found.source_id}).get(found.source_id)
        if not notice.source_id and known is not None:
            db.session.delete(notice)
            notice = known
        notice.source_id = found.source_id
        drafts: list[_Draft] = []
        self._settle(came, notice, found, drafts)
        self._finish(drafts)
        return notice

    def _rows(self, column: Any, wanted: set[Any]) -> dict[Any, Notice]:
        """The notices of this source of which `column` is one of these."""
        if not wanted:
            return {}
        rows = db.session.scalars(select(Notice).where(Notice.source == self._source, one_of(column, wanted)))
        return {getattr(row, column.key): row for row in rows}

    def _nameless(self, digest: bytes) -> Notice | None:
        """One without a number that came just now, exactly the same."""
        for notice in self._new:
            if not notice.source_id and notice.digest == digest:
                return notice
        return db.session.scalar(
            select(Notice).where(
                Notice.source == self._source, Notice.source_id == "", Notice.digest == digest
            )
        )

    def _same(self, notice: Notice, place: int | str | None) -> None:
        """Known as it is; what can't be read is told each time, since somebody has to look at it."""
        if notice.state is NoticeState.UNREADABLE:
            self.report.unreadable.append(_unreadable(notice, place))
        else:
            self.report.same += 1

    def _first_of_its_number(self, source_id: str, came: Came) -> bool:
        """Whether no other record of this import has the same number: of two that differ, the first is kept."""
        before = self._seen.get(source_id)
        if before is None:
            self._seen[source_id] = came.digest
        elif before == came.digest:
            self.report.same += 1
        else:
            self.report.skipped.append(Line(source_id, reason=Remark(TWICE)))
        return before is None

    def _settle(self, came: Came, notice: Notice, parsed: ParsedNotice, drafts: list[_Draft]) -> None:
        """Have what `parsed` says change a tender, be left out, or wait among `drafts`."""
        reason = reason_left_out(parsed)
        if notice.state is NoticeState.IMPORTED and notice.tender_id is not None:
            if self._says_the_same(notice, parsed):
                self._write(notice, came)
                self.report.same += 1
            else:
                self._write(notice, came, parsed)
                self._rewrite(notice, parsed, reason)
            return
        self._write(notice, came, parsed)
        if reason is None:
            drafts.append(_Draft(came, notice, parsed, *draft_of(parsed)))
            return
        self._leave_out(notice, NoticeState.SKIPPED, reason, parsed.remarks)
        if parsed.kind in {NoticeKind.CORRECTION, NoticeKind.CANCELLATION}:
            self._corrections.append((notice, parsed))
        else:
            self.report.skipped.append(_left_out(notice, parsed))

    def _says_the_same(self, notice: Notice, parsed: ParsedNotice) -> bool:
        """Whether nothing that we read of it has changed, whatever else has in the record."""
        try:
            return self._read(json.loads(notice.raw)) == parsed
        except UnreadableNotice:
            return False

    def _write(self, notice: Notice, came: Came, parsed: ParsedNotice | None = None) -> None:
        """Put what came now on the row; not yet said what becomes of it."""
        notice.raw, notice.digest, notice.changed_at = came.raw, came.digest, clock.now()
        notice.run_id = self._run_id or notice.run_id
        if parsed is not None:
            notice.folder_id, notice.url, notice.published_on = (
                parsed.folder_id,
                parsed.notice_url,
                parsed.published_on,
            )
            notice.corrects, notice.correction = list(parsed.corrects), parsed.correction

    def _leave_out(
        self, notice: Notice, state: NoticeState, reason: Remark, remarks: Sequence[Remark] = ()
    ) -> None:
        notice.state, notice.remarks = state, _plain(remarks)
        notice.say(reason)
        self._keep(notice)

    def _keep(self, notice: Notice) -> None:
        """Have a notice that is new written with the next ones."""
        if inspect(notice).transient and notice not in self._new:
            self._new.append(notice)

    def _flush(self) -> None:
        """Write what is new, and what has changed."""
        new, self._new = self._new, []
        insert_new(new)
        db.session.flush()

    def _finish(self, drafts: Sequence[_Draft]) -> None:
        """Write the drafts, then apply what corrects them or others."""
        self._draft_all(drafts)
        said, self._corrections = self._corrections, []
        self._flush()
        correcting.apply_all(self._actor, said)
        self.report.skipped += [_left_out(notice, parsed) for notice, parsed in said]
        db.session.flush()

    def _draft_all(self, drafts: Sequence[_Draft]) -> None:
        """Write the drafts: first one of each procedure, then those that find its tender."""
        firsts = {one.parsed.folder_id: one for one in reversed(drafts) if one.parsed.folder_id}
        others = [one for one in drafts if firsts.get(one.parsed.folder_id, one) is not one]
        for some in ([one for one in drafts if one not in others] if others else drafts, others):
            if some:
                self._flush()
                self._draft_some(some)

    def _draft_some(self, drafts: Sequence[_Draft]) -> None:
        """Write these at once; where the database refuses one of them, one by one."""
        fresh = self._joined(drafts)
        made: Sequence[Written | Refusal]
        try:
            with db.session.begin_nested():
                made = create_tenders(self._actor, [one.facts for one in fresh])
        except (DataError, IntegrityError):
            made = [self._made_alone(one) for one in fresh]
        for one, tender in zip(fresh, made, strict=True):
            if isinstance(tender, Written):
                self._imported(one.notice, tender, one.remarks, None)
                self.report.new.append(Line(one.parsed.source_id, tender.title, None, one.remarks, tender.id))
            else:
                reason = Remark(tender.message, tender.params)
                self._leave_out(one.notice, NoticeState.UNREADABLE, reason, one.remarks)
                self.report.unreadable.append(
                    Line(one.parsed.source_id, one.parsed.title, reason, one.remarks)
                )
        self._flush()
        imported = [one.notice for one in fresh if one.notice.tender_id is not None]
        twins.look_for(imported)
        correcting.apply_earlier(self._actor, imported)

    def _made_alone(self, draft: _Draft) -> Written | Refusal:
        try:
            with db.session.begin_nested():
                return create_tenders(self._actor, [draft.facts])[0]
        except (DataError, IntegrityError):
            return Refusal(NOT_STORED)

    def _joined(self, drafts: Sequence[_Draft]) -> list[_Draft]:
        """Those of `drafts` that are new; the others are of a tender that is known, by its number or its procedure."""
        numbers = [one.parsed.source_id for one in drafts]
        typed = {
            tender.source_id: tender
            for tender in db.session.scalars(
                select(Tender).where(Tender.source == self._source, one_of(Tender.source_id, numbers))
            )
        }
        same = twins.by_folder([one.parsed.folder_id for one in drafts])
        fresh = []
        for one in drafts:
            there = typed.get(one.parsed.source_id)
            tender = there or same.get(one.parsed.folder_id)
            if tender is None:
                fresh.append(one)
                continue
            reason = Remark(TENDER_TYPED if there is not None else SAME_PROCEDURE)
            self._imported(one.notice, tender, one.remarks, reason)
            if there is None:
                one.notice.tender_version = None
                correcting.compare(one.notice, tender, one.facts)
                facts = {"source": self._source, "source_id": one.parsed.source_id}
                events.record(self._actor, "source_added", tender, facts=facts)
            self.report.new.append(
                Line(one.parsed.source_id, tender.title, _reason_of(one.notice), one.remarks, tender.id)
            )
        return fresh

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
            notice.state, notice.remarks, notice.look = NoticeState.IMPORTED, _plain(remarks), True
            notice.say(reason)
            db.session.flush()
        self.report.changed.append(Line(parsed.source_id, parsed.title, reason, remarks, tender.id))

    def _imported(
        self, notice: Notice, tender: Tender | Written, remarks: Sequence[Remark], reason: Remark | None
    ) -> None:
        notice.state, notice.remarks = NoticeState.IMPORTED, _plain(remarks)
        notice.tender_id, notice.tender_version, notice.look = tender.id, tender.version, False
        notice.say(reason)
        self._keep(notice)


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


def _reason_of(notice: Notice) -> Remark | None:
    return Remark(notice.reason, notice.reason_params) if notice.reason else None


def _left_out(notice: Notice, parsed: ParsedNotice) -> Line:
    return Line(parsed.source_id, parsed.title, _reason_of(notice), parsed.remarks, notice.tender_id)


def _unreadable(notice: Notice, place: int | str | None) -> Line:
    return Line(notice.source_id, reason=_reason_of(notice), place=place)


def _plain(remarks: Sequence[Remark]) -> list[list[Any]]:
    return [[remark.message, dict(remark.params)] for remark in remarks]
