"""What becomes of a mail that was forwarded: a draft for whoever may write tenders, else it waits for the delegate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from procurement.accounts.queries import find_by_email
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import Invalid, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import SYSTEM, Actor, require
from procurement.core.storage import Kept
from procurement.members.queries import actor_of
from procurement.notices.forwarded.message import Mail
from procurement.notices.models import Aside, ForwardedMail, MailState
from procurement.notices.pasted.taking import MAIL, Taken, take_text
from procurement.tenders import policy
from procurement.tenders.documents import add_documents
from procurement.tenders.models import Tender

log = structlog.get_logger(__name__)

MOST_WAITING = 500
"""Mails that wait for the delegate, at most: what strangers send beyond stays in the mailbox and isn't listed."""
_TOO_MANY = N_("One e-mail brings 20 documents at most.")
_NOT_ADDED = N_("The tender was here already: add it on its page if it is new.")


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is to be made of a mail: a draft in the name of `actor`, or none, for the reason `why`."""

    actor: Actor | None = None
    why: Aside | None = None


def is_known(mail: Mail) -> bool:
    """Whether this mail has come before. One statement."""
    return db.session.scalar(select(ForwardedMail.id).where(ForwardedMail.key == mail.key)) is not None


def sort_out(mail: Mail) -> Sorted:
    """Who forwarded it, if that person may write tenders and the mail is proven to be theirs; else why not."""
    try:
        user = find_by_email(mail.sender) if mail.sender else None
    except Invalid:
        user = None
    if user is None or not user.active:
        return Sorted(why=Aside.STRANGER)
    actor = actor_of(user)
    if not policy.write(actor):
        return Sorted(why=Aside.NOT_ALLOWED)
    if not mail.proven:
        return Sorted(why=Aside.UNPROVEN)
    if mail.fault is not None:
        return Sorted(why=mail.fault)
    return Sorted(actor) if any(map(str.isalnum, mail.text)) else Sorted(why=Aside.EMPTY)


def take_mail(
    actor: Actor, mail: Mail, kept: Sequence[Kept], refused: Sequence[tuple[str, str, dict[str, Any]]]
) -> Taken | None:
    """Make a draft of a mail that `actor` forwarded, with the files the store has `kept`.

    `refused`: the others, each with its msgid and parameters. A text that is here already leads to its tender, which is
    left as it is. Records `notice_forwarded` on the tender: the person is answered. Returns None for a mail that has
    come before. Raises Forbidden, Invalid where there is nothing to read.
    """
    require(policy.write(actor))
    row = _new(mail)
    if row is None:
        return None
    taken = take_text(actor, mail.text, source=MAIL)
    left = [*refused, *((name, _TOO_MANY, {}) for name in mail.too_many)]
    if taken.known:
        left = [*((one.name, _NOT_ADDED, {}) for one in kept), *left]
    else:
        add_documents(actor, taken.tender.id, kept)
    row.state, row.forwarded_by, row.tender_id = MailState.TAKEN, actor.user_id, taken.tender.id
    row.attachments = [name for name, _, _ in left]
    row.refusals = [[message, params] for _, message, params in left]
    db.session.flush()
    events.record(actor, "notice_forwarded", taken.tender, facts={"mail_id": row.id, "known": taken.known})
    return taken


def leave_aside(mail: Mail, why: Aside) -> bool:
    """Keep a mail for the delegate to look at; whoever sent it hears nothing. Returns whether it was new, and kept.

    Records `mail_left_aside` on it.
    """
    waiting = select(func.count()).select_from(ForwardedMail).where(ForwardedMail.state == MailState.ASIDE)
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        log.warning("too many mails wait for the delegate: one more isn't listed")
        return False
    row = _new(mail, why)
    if row is None:
        return False
    row.text = mail.text
    row.attachments = [*(one.name for one in mail.attachments), *mail.too_many]
    db.session.flush()
    events.record(SYSTEM, "mail_left_aside", row)
    return True


def take_up(actor: Actor, mail_id: int) -> Taken:
    """Make a draft of a mail that was left aside, without its files. Records `mail_taken_up` on it.

    Raises NotFound, Forbidden, TooLate for one that is settled or has no text.
    """
    row = _waiting(actor, mail_id)
    try:
        taken = take_text(actor, row.text, source=MAIL)
    except Invalid as refusal:
        raise TooLate(N_("There is no text to read in this e-mail: open it in its mailbox.")) from refusal
    _settle(actor, row, MailState.TAKEN, taken.tender)
    events.record(actor, "mail_taken_up", row, facts={"tender_id": taken.tender.id})
    return taken


def drop(actor: Actor, mail_id: int) -> ForwardedMail:
    """Want nothing of a mail that was left aside. Records `mail_dropped` on it. Raises NotFound, Forbidden, TooLate."""
    row = _waiting(actor, mail_id)
    _settle(actor, row, MailState.DROPPED, None)
    events.record(actor, "mail_dropped", row)
    return row


def _new(mail: Mail, why: Aside | None = None) -> ForwardedMail | None:
    """Its row, unless it has come before; two that read the same mailbox at once wait for each other here."""
    made = db.session.scalar(
        insert(ForwardedMail)
        .values(
            key=mail.key,
            came_at=clock.now(),
            state=MailState.ASIDE,
            why=why,
            sender=mail.sender,
            subject=mail.subject,
            text="",
            attachments=[],
            refusals=[],
        )
        .on_conflict_do_nothing(index_elements=[ForwardedMail.key])
        .returning(ForwardedMail.id)
    )
    return None if made is None else db.session.get_one(ForwardedMail, made)


def _waiting(actor: Actor, mail_id: int) -> ForwardedMail:
    require(policy.write(actor))
    row = db.session.scalar(
        select(ForwardedMail)
        .where(ForwardedMail.id == mail_id)
        .options(undefer(ForwardedMail.text))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    if row.state is not MailState.ASIDE:
        raise TooLate(N_("This e-mail has been dealt with meanwhile."))
    return row


def _settle(actor: Actor, row: ForwardedMail, state: MailState, tender: Tender | None) -> None:
    row.state, row.settled_by, row.text = state, actor.user_id, ""
    row.tender_id = tender.id if tender else None
    db.session.flush()
