"""Corrections and cancellations: they find the tender of the notice that they correct, and move what moved.

A date moves by the same way as by the delegate's hand, so that whoever it binds is told. What stands only in words,
contradicts what a person typed, or concerns a part, is left as it is and shown to the delegate.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import or_, select, tuple_

from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import NotFound, Refusal
from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.core.policy import Actor, require
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import passed
from procurement.notices.models import Notice, NoticeState
from procurement.notices.parsed import NoticeKind, ParsedNotice, Remark, UnreadableNotice
from procurement.notices.reading.text import cut
from procurement.notices.rules import draft_of
from procurement.notices.sources import READERS
from procurement.notices.twins import by_folder
from procurement.tenders import policy
from procurement.tenders.facts import DeadlineFacts, TenderFacts
from procurement.tenders.models import Tender
from procurement.tenders.operations import cancel_tender, edit_tender
from procurement.tenders.queries import facts_of, whole_tender

MOVED = N_("It corrects the notice: the dates that it moves were moved here too.")
IN_WORDS = N_("It corrects the notice in words: nothing was moved here. Read it, and move what it moves.")
NO_DATE = N_("It corrects the notice and moves no date. Read what it changes.")
OTHER_THAN_TYPED = N_("It corrects the notice, with another date than the one typed in here: compare them.")
NOT_TAKEN = N_("It corrects the notice, and its dates don’t fit with the others here: compare them.")
CANCELLED = N_("The buyer cancels the procedure: the tender was cancelled here too.")
MAY_CANCEL = N_(
    "The buyer cancels all of the procedure or a part: read it, and cancel the tender if nothing is left."
)
OTHER_DATES = N_("It is the same procedure, with other dates than those here: compare them.")
MAY_HAVE_MOVED = N_("A correction was published that may have moved this date: read it.")
WHY_CANCELLED = N_("Cancelled by the buyer (official notice %(number)s).")

_OF_DATES = re.compile(r"(?i)date|d[ée]lai|remise|r[ée]ception|report|prolong|heure|deadline")
_OF_LOTS = re.compile(r"(?i)\blots?\b")


def apply_all(actor: Actor, said: Sequence[tuple[Notice, ParsedNotice]]) -> None:
    """Have corrections and cancellations change the tenders that they concern, as far as these are known.

    Records `correction_came` on each tender, beside what the change itself records. Two statements find them.
    """
    if not said:
        return
    numbers = {(notice.source, number) for notice, _ in said for number in notice.corrects}
    named = {
        (source, number): tender
        for source, number, tender in db.session.execute(
            select(Notice.source, Notice.source_id, Tender)
            .join(Tender, Tender.id == Notice.tender_id)
            .where(tuple_(Notice.source, Notice.source_id).in_(numbers))
            .order_by(Notice.id)
        )
    }
    folders = by_folder([notice.folder_id for notice, _ in said])
    for notice, parsed in said:
        by_number = next(
            (named[notice.source, one] for one in notice.corrects if (notice.source, one) in named), None
        )
        tender = by_number or folders.get(notice.folder_id)
        if tender is not None:
            _apply(actor, notice, parsed, tender, certain=by_number is not None)


def _apply(actor: Actor, notice: Notice, parsed: ParsedNotice, tender: Tender, *, certain: bool) -> None:
    notice.tender_id = tender.id
    facts = {"source": notice.source, "source_id": notice.source_id}
    events.record(actor, "correction_came", tender, facts=facts)
    if tender.cancelled_at is not None:
        reason, look = NO_DATE, False
    elif parsed.kind is NoticeKind.CANCELLATION:
        reason, look = _cancel(actor, tender, parsed, certain=certain)
    else:
        reason, look = _move(actor, tender.id, parsed)
    notice.look = look
    notice.say(Remark(reason))
    db.session.flush()


def apply_earlier(actor: Actor, notices: Sequence[Notice]) -> None:
    """Apply the corrections that came before the notices that they correct, the oldest first."""
    if not notices:
        return
    folders = {notice.folder_id for notice in notices if notice.folder_id}
    numbers = [notice.source_id for notice in notices]
    waiting = db.session.scalars(
        select(Notice)
        .where(
            Notice.source == notices[0].source,
            Notice.state == NoticeState.SKIPPED,
            Notice.tender_id.is_(None),
            or_(
                Notice.corrects.overlap(numbers),
                (Notice.folder_id.in_(folders)) & (Notice.corrects != []),
            ),
        )
        .order_by(Notice.published_on, Notice.id)
    ).all()
    read = []
    for notice in waiting:
        try:
            read.append((notice, READERS[notice.source](json.loads(notice.raw))))
        except UnreadableNotice:
            continue
    apply_all(actor, read)


def compare(notice: Notice, tender: Tender, facts: TenderFacts) -> None:
    """Have the delegate look at a second notice of `tender` where it gives another date for the answer."""
    said = facts.deadlines.get(DeadlineKind.SUBMISSION)
    if said is not None and tender.due_at is not None and said.due_at != tender.due_at:
        notice.look = True
        notice.say(Remark(OTHER_DATES))


def heed(actor: Actor, notice_id: int) -> Notice:
    """Say that the delegate has looked at what a notice says of its tender. Records `notice_heeded` on the tender.

    Raises Forbidden, NotFound for none that waits.
    """
    require(policy.write(actor))
    notice = db.session.scalar(select(Notice).where(Notice.id == notice_id, Notice.look).with_for_update())
    if notice is None or notice.tender_id is None:
        raise NotFound
    notice.look = False
    tender = db.session.get_one(Tender, notice.tender_id)
    facts = {"source": notice.source, "source_id": notice.source_id}
    events.record(actor, "notice_heeded", tender, facts=facts)
    return notice


def _cancel(actor: Actor, tender: Tender, parsed: ParsedNotice, *, certain: bool) -> tuple[str, bool]:
    """Cancel the tender where the whole procedure is cancelled, beyond doubt and in time; else have somebody look."""
    late = tender.due_at is not None and passed(tender.due_at, clock.now())
    if not certain or late or parsed.partial or _OF_LOTS.search(parsed.correction):
        return MAY_CANCEL, True
    why = translate(WHY_CANCELLED, DEFAULT_LOCALE, number=parsed.source_id)
    cancel_tender(actor, tender.id, "\n".join(filter(None, [why, cut(parsed.correction, 1000)])))
    return CANCELLED, False


def _move(actor: Actor, tender_id: int, parsed: ParsedNotice) -> tuple[str, bool]:
    """Move the dates that the correction gives anew; what became of it, and whether somebody must look."""
    tender = whole_tender(tender_id, fresh=True)
    stands = facts_of(tender)
    said = {
        kind: one
        for kind, one in draft_of(parsed)[0].deadlines.items()
        if kind not in stands.deadlines or stands.deadlines[kind].due_at != one.due_at
    }
    # What a person typed or settled holds until a person says otherwise.
    typed = {kind for kind in said if kind in stands.deadlines and not stands.deadlines[kind].source_text}
    moved = {kind: one for kind, one in said.items() if kind not in typed}
    if moved:
        try:
            with db.session.begin_nested():
                edit_tender(
                    actor,
                    tender_id,
                    replace(stands, deadlines={**stands.deadlines, **moved}),
                    tender.version,
                )
        except Refusal:
            return NOT_TAKEN, True
    if typed:
        return OTHER_THAN_TYPED, True
    if moved:
        return MOVED, False
    if _OF_DATES.search(parsed.correction) and not draft_of(parsed)[0].deadlines:
        _doubt(actor, tender, stands)
        return IN_WORDS, True
    return NO_DATE, True


def _doubt(actor: Actor, tender: Tender, stands: TenderFacts) -> None:
    """Show the dates of the answer as doubtful, with the official link, until the delegate has settled them."""
    doubtful: dict[DeadlineKind, DeadlineFacts] = {
        kind: replace(one, doubtful=True, doubt=one.doubt or MAY_HAVE_MOVED)
        for kind, one in stands.deadlines.items()
        if kind in {DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}
    }
    if doubtful:
        facts = replace(stands, deadlines={**stands.deadlines, **doubtful})
        edit_tender(actor, tender.id, facts, tender.version)
