"""Ending what is over: each term of the register has its rule here, and the daily job applies them all.

A rule ends at most so many rows at a time, in its caller's transaction, and says how many; it is asked again until
there is none. What is over is over by the one clock.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from procurement.accounts.models import AddressChange, PasswordReset, SignIn, SignInLink, User
from procurement.bids.models import Bid
from procurement.certificates.models import Certificate
from procurement.core import clock, events
from procurement.core.db import Base, db
from procurement.core.events import Event, EventDetail
from procurement.core.forms_sent import FormReceipt
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.dossiers.models import MemberFile, Reference, Signatory
from procurement.files.models import File, FileVersion
from procurement.members.models import Invitation, Member
from procurement.notices.models import ForwardedMail, MailState, Notice
from procurement.notifications.categories import Category
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Absence, Bounce, Delivery, Notification
from procurement.privacy import operations, register, terms
from procurement.privacy.models import Erasure, RetentionRun
from procurement.privacy.terms import By, Term
from procurement.tenders.models import Tender

BATCH = 500
"""Rows ended in one transaction, at most."""
ACCOUNTS = 20
"""Accounts erased in one transaction, at most: each is many rows."""

Rule = Callable[[datetime, int], int]
"""Ends what began before an instant, so many rows at most; returns how many."""

_BLIND = {"synchronize_session": False}


def _delete(model: type[Base], where: ColumnElement[bool], limit: int) -> int:
    key = model.__table__.primary_key.columns[0]  # type: ignore[attr-defined]
    over = select(key).where(where).limit(limit)
    return _count(delete(model).where(key.in_(over)))


def _count(statement: Any) -> int:
    found: Any = db.session.execute(statement, execution_options=_BLIND)
    return int(found.rowcount)


def _closed_accounts(before: datetime, limit: int) -> int:
    """Accounts closed long enough ago are erased as on request."""
    closed = (
        select(func.max(Event.at))
        .where(
            Event.subject_type == User.__tablename__,
            Event.subject_id == User.id,
            Event.verb.in_(("account_closed", "account_lapsed")),
        )
        .scalar_subquery()
    )
    over = select(User.id).where(not_(User.active), User.erased_at.is_(None), closed < before)
    found = db.session.scalars(over.order_by(User.id).limit(min(limit, ACCOUNTS))).all()
    for user_id in found:
        operations.erase(SYSTEM, user_id)
    return len(found)


def _links(before: datetime, limit: int) -> int:
    tables = (SignInLink, PasswordReset, AddressChange)
    return sum(_delete(table, table.created_at < before, limit) for table in tables)


def _left_members(before: datetime, limit: int) -> int:
    """What is kept of persons in the files of structures that left; their years and their name stay."""
    left = select(Member.id).where(Member.left_at < before)
    kinds = (MemberFile, Signatory, Reference)
    return sum(_delete(kind, kind.member_id.in_(left), limit) for kind in kinds)


def _sign_ins(before: datetime, limit: int) -> int:
    return _delete(SignIn, SignIn.seen_at < before, limit)


def _account_values(before: datetime, limit: int) -> int:
    return _values(and_(Event.at < before, Event.subject_type == User.__tablename__), limit)


def _trail_values(before: datetime, limit: int) -> int:
    return _values(Event.at < before, limit)


def _values(which: ColumnElement[bool], limit: int) -> int:
    """The values beside these events; the events stay, and their chain."""
    over = (
        select(EventDetail.event_id).join(Event, Event.id == EventDetail.event_id).where(which).limit(limit)
    )
    return _count(delete(EventDetail).where(EventDetail.event_id.in_(over)))


def _security_mails(before: datetime, limit: int) -> int:
    """Mails that carry nothing but a link that opens a door."""
    kinds = [name for name, kind in KINDS.items() if kind.category is Category.SECURITY]
    theirs = Notification.delivery_id == Delivery.id
    only = and_(
        exists().where(theirs, Notification.kind.in_(kinds)),
        ~exists().where(theirs, Notification.kind.not_in(kinds)),
    )
    return _mails_that(and_(Delivery.created_at < before, only), limit)


def _mails(before: datetime, limit: int) -> int:
    return _mails_that(Delivery.created_at < before, limit)


def _mails_that(which: ColumnElement[bool], limit: int) -> int:
    """Mails whose end is known, with what they told and what came back of them."""
    over = select(Delivery.id).where(which, Delivery.wake_at.is_(None)).order_by(Delivery.id).limit(limit)
    numbers = db.session.scalars(over.with_for_update()).all()
    if not numbers:
        return 0
    for model in (Bounce, Notification):
        _count(delete(model).where(model.delivery_id.in_(numbers)))
    return _count(delete(Delivery).where(Delivery.id.in_(numbers)))


def _bounces(before: datetime, limit: int) -> int:
    """The row stays: it says that a mail came back. Whose address that was, and the server's words, go."""
    said = or_(Bounce.address != "", Bounce.said != "")
    over = select(Bounce.id).where(Bounce.at < before, said).limit(limit)
    return _count(update(Bounce).where(Bounce.id.in_(over)).values(address="", said=""))


def _invitations(before: datetime, limit: int) -> int:
    ended = func.coalesce(Invitation.revoked_at, Invitation.expires_at)
    return _delete(Invitation, and_(Invitation.used_at.is_(None), ended < before), limit)


def _notices(before: datetime, limit: int) -> int:
    """The row stays, and the digest by which the same notice is known again."""
    over = select(Notice.id).where(Notice.changed_at < before, Notice.raw != "").limit(limit)
    return _count(update(Notice).where(Notice.id.in_(over)).values(raw=""))


def _forwarded_mails(before: datetime, limit: int) -> int:
    """The row stays, and the digest by which the same mail is known again; one that still waits is dropped."""
    over = select(ForwardedMail.id).where(ForwardedMail.came_at < before, _SAYS_SOMETHING).limit(limit)
    nothing = {"sender": "", "subject": "", "text": "", "attachments": [], "refusals": []}
    waited = ForwardedMail.state == MailState.ASIDE
    state = case((waited, MailState.DROPPED), else_=ForwardedMail.state)
    return _count(update(ForwardedMail).where(ForwardedMail.id.in_(over)).values(**nothing, state=state))


_SAYS_SOMETHING = or_(ForwardedMail.sender != "", ForwardedMail.state == MailState.ASIDE)


def _replaced_scans(before: datetime, limit: int) -> int:
    old = select(Certificate.id).where(Certificate.superseded_at < before)
    return _files(and_(File.subject_type == "certificate", File.subject_id.in_(old)), limit)


def _lost_files(before: datetime, limit: int) -> int:
    """Of tenders without a bid that won, once their last date is old enough, whichever that is."""
    last = func.greatest(
        func.max(Bid.lost_at),
        func.max(Bid.no_award_at),
        func.max(Bid.withdrawn_at),
        Tender.cancelled_at,
        Tender.due_at,
        Tender.created_at,
    )
    over = (
        select(Tender.id)
        .outerjoin(Bid, Bid.tender_id == Tender.id)
        .group_by(Tender.id)
        .having(func.count(Bid.awarded_at) == 0, last < before)
    )
    return _files(_of_tenders(over), limit)


def _won_files(before: datetime, limit: int) -> int:
    """Of tenders with a bid that won, once the end of its contract is known and old enough."""
    contract = and_(
        Deadline.subject_type == "bid",
        Deadline.subject_id == Bid.id,
        Deadline.kind == DeadlineKind.CONTRACT_END,
    )
    over = (
        select(Bid.tender_id)
        .join(Deadline, contract)
        .where(Bid.awarded_at.is_not(None))
        .group_by(Bid.tender_id)
        .having(func.max(Deadline.due_at) < before)
    )
    return _files(_of_tenders(over), limit)


def _of_tenders(tenders: Select[int]) -> ColumnElement[bool]:
    bids = select(Bid.id).where(Bid.tender_id.in_(tenders))
    return or_(
        and_(File.subject_type == "tender", File.subject_id.in_(tenders)),
        and_(File.subject_type == "bid", File.subject_id.in_(bids)),
    )


def _files(which: ColumnElement[bool], limit: int) -> int:
    """Files with their versions; the bytes go with the spare files, once nothing names them any more."""
    numbers = db.session.scalars(select(File.id).where(which).limit(limit)).all()
    if not numbers:
        return 0
    _count(delete(FileVersion).where(FileVersion.file_id.in_(numbers)))
    return _count(delete(File).where(File.id.in_(numbers)))


RULES: Mapping[Term, Rule] = {
    terms.CLOSED_ACCOUNT: _closed_accounts,
    terms.LINKS: _links,
    terms.SIGN_INS: _sign_ins,
    terms.RECEIPTS: lambda before, limit: _delete(FormReceipt, FormReceipt.taken_at < before, limit),
    terms.ACCOUNT_VALUES: _account_values,
    terms.INVITATIONS: _invitations,
    terms.SECURITY_MAIL: _security_mails,
    terms.MAIL: _mails,
    terms.BOUNCES: _bounces,
    terms.ABSENCES: lambda before, limit: _delete(
        Absence, Absence.last_day < before.astimezone(clock.PARIS).date(), limit
    ),
    terms.LOST_FILES: _lost_files,
    terms.WON_FILES: _won_files,
    terms.NOTICES: _notices,
    terms.FORWARDED: _forwarded_mails,
    terms.REPLACED_SCANS: _replaced_scans,
    terms.LEFT_MEMBERS: _left_members,
    terms.TRAIL_VALUES: _trail_values,
    terms.REQUESTS: lambda before, limit: _delete(
        Erasure, func.coalesce(Erasure.done_at, Erasure.withdrawn_at) < before, limit
    ),
}
"""What the daily job does for each term in the database; the store's own is `terms.SPARE_FILES`."""


def is_over_for_today() -> bool:
    """Whether today's run has come to its end. One statement."""
    ended = select(RetentionRun.ended_at).where(RetentionRun.day == clock.today())
    return db.session.scalar(ended) is not None


def step(limit: int = BATCH) -> int:
    """End some of what is over, of the first term that has any, and count it; 0 when nothing is left.

    Two at once wait for each other; one that dies on the way is taken up where it was.
    """
    run, now = _run(), clock.now()
    if run.ended_at is not None:
        return 0
    for term in register.ALL_TERMS:
        if term.by is By.JOB and term in RULES:
            ended = RULES[term](term.ended(now), limit)
            if ended:
                _add(run, term, ended)
                return ended
    return 0


def finish(spare_files: int) -> None:
    """Close today's run, with how many files the store was rid of, and write its counts in the trail."""
    run = _run()
    if run.ended_at is not None:
        return
    if spare_files:
        _add(run, terms.SPARE_FILES, spare_files)
    run.ended_at = clock.now()
    events.record(SYSTEM, "retention_done", run, facts={"counts": dict(run.counts)})


def unnamed(digests: list[str]) -> list[str]:
    """Of these digests (64 hexadecimal figures), those that no version of a file names. One statement."""
    wanted = {bytes.fromhex(digest): digest for digest in digests}
    named = set(
        db.session.scalars(select(FileVersion.digest).where(FileVersion.digest.in_(list(wanted)))).all()
    )
    return [digest for raw, digest in wanted.items() if raw not in named]


def _run() -> RetentionRun:
    today = clock.today()
    db.session.execute(
        insert(RetentionRun)
        .values(day=today, began_at=clock.now(), counts={})
        .on_conflict_do_nothing(index_elements=[RetentionRun.day])
    )
    return db.session.scalars(
        select(RetentionRun)
        .where(RetentionRun.day == today)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _add(run: RetentionRun, term: Term, count: int) -> None:
    run.counts[term.name] = run.counts.get(term.name, 0) + count
    db.session.flush()
