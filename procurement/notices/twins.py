"""One tender from two sources: the same procedure is one tender; what only looks alike is proposed, never merged unasked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from procurement.core import clock, events
from procurement.core.db import db, one_of
from procurement.core.errors import Conflict, NotFound
from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.core.policy import Actor, require
from procurement.core.text import folded
from procurement.notices.models import Notice, NoticeState, Twin
from procurement.tenders import policy
from procurement.tenders.models import Tender
from procurement.tenders.operations import cancel_tender

NEAR = timedelta(days=1)
"""Two deadlines so near may be one: sources read hours differently."""
_ALIKE = 0.8
_HEAD = 25
"""Letters that a shorter title shares with the head of a longer one."""

BOTH_PUBLISHED = N_(
    "Both tenders are published: cancel the one that is too much, so that whoever answers it is told."
)
MERGED = N_("The same as “%(title)s”: put together with it.")


def by_folder(folders: Iterable[str]) -> Mapping[str, Tender]:
    """The tenders of these procedures (BT-04) that aren't given up, by procedure. One statement."""
    wanted = {folder for folder in folders if folder}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Notice.folder_id, Tender)
        .join(Tender, Tender.id == Notice.tender_id)
        .where(
            one_of(Notice.folder_id, wanted),
            Notice.state == NoticeState.IMPORTED,
            Tender.cancelled_at.is_(None),
        )
        .order_by(Notice.id.desc())
    )
    return {folder: tender for folder, tender in rows}  # noqa: C416 - a result isn't a sequence of pairs


def look_for(notices: Sequence[Notice]) -> None:
    """Propose to the delegate the tenders that the new drafts of `notices` look like: same buyer, title and date."""
    ids = [notice.tender_id for notice in notices if notice.tender_id is not None]
    if not ids:
        return
    # The drafts first, whatever the database expects: it doesn't know yet how many have just come.
    drafts = (
        select(Tender.id, Tender.title, Tender.buyer_id, Tender.source, Tender.due_at)
        .where(one_of(Tender.id, ids))
        .cte("drafts")
        .prefix_with("MATERIALIZED")
    )
    draft = drafts.c
    near = db.session.execute(
        select(draft.id, draft.title, Tender.id, Tender.title)
        .join(Tender, (Tender.buyer_id == draft.buyer_id) & (Tender.id != draft.id))
        .where(
            Tender.source != draft.source,
            Tender.cancelled_at.is_(None),
            Tender.due_at.between(draft.due_at - NEAR, draft.due_at + NEAR),
        )
    )
    rows = [
        {"draft_id": draft_id, "tender_id": other_id, "noticed_at": clock.now()}
        for draft_id, title, other_id, other_title in near
        if _alike(title, other_title)
    ]
    if rows:
        db.session.execute(insert(Twin).values(rows).on_conflict_do_nothing())


def _alike(one: str, other: str) -> bool:
    """Whether two titles may be one, however each source spells and cuts it."""
    left, right = sorted((folded(one), folded(other)), key=len)
    if left == right or (len(left) >= _HEAD and right.startswith(left)):
        return True
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def settle_twin(actor: Actor, twin_id: int, *, same: bool) -> Tender:
    """Say whether two tenders are one. If so the draft goes, and its notices stand with the other; returns that other.

    Records `twins_merged` or `twins_parted` on it. Raises Forbidden, NotFound for a pair that is settled, Conflict
    where both are published.
    """
    require(policy.write(actor))
    twin = db.session.scalar(
        select(Twin).where(Twin.id == twin_id, Twin.settled_at.is_(None)).with_for_update()
    )
    if twin is None:
        raise NotFound
    pair = {
        tender.id: tender
        for tender in db.session.scalars(
            select(Tender)
            .where(Tender.id.in_([twin.draft_id, twin.tender_id]))
            .order_by(Tender.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    gone, kept = pair[twin.draft_id], pair[twin.tender_id]
    if same and gone.published_at is not None:
        gone, kept = kept, gone
        if gone.published_at is not None:
            raise Conflict(BOTH_PUBLISHED)
    twin.settled_at, twin.same = clock.now(), same
    db.session.flush()
    if not same:
        events.record(actor, "twins_parted", kept, facts={"tender_id": gone.id})
        return kept
    for notice in db.session.scalars(select(Notice).where(Notice.tender_id == gone.id)):
        notice.tender_id, notice.tender_version = kept.id, None
    if gone.cancelled_at is None:
        cancel_tender(actor, gone.id, translate(MERGED, DEFAULT_LOCALE, title=kept.title))
    events.record(actor, "twins_merged", kept, facts={"tender_id": gone.id})
    return kept
