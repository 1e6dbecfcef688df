"""From a claimed mail to a letter: checked against the present state, written in the person's language, kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import BigInteger, DateTime, Integer, Text, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import contains_eager
from sqlalchemy.types import TypeEngine

from procurement.accounts.models import User
from procurement.core import clock, logs
from procurement.core.db import db
from procurement.core.i18n import DEFAULT_LOCALE
from procurement.deadlines.models import Deadline
from procurement.notifications import letters, rendering
from procurement.notifications.dossier import Matter, gather
from procurement.notifications.invitations import Invitation, invitations
from procurement.notifications.kinds import KINDS
from procurement.notifications.letters import Letter, Office
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.operations.outbox import LEASE
from procurement.notifications.queries.lead_times import Chosen, chosen_of
from procurement.notifications.recordset import recordset
from procurement.notifications.rules import LOCK_RETRY, Reason
from procurement.notifications.whom import UNMAILED, people

log = structlog.get_logger(__name__)

Concerned = dict[tuple[str, int, int | None, str | None], str]
"""Whom each source of a kind still concerns (kind, source, person or address), and how often they want to hear."""


_OUTCOMES = {
    Reason.PASSED: Outcome.EXPIRED,
    Reason.UNWRITTEN: Outcome.FAILED,
    Reason.IN_APP: Outcome.IN_APP,
    Reason.SUSPENDED: Outcome.IN_APP,
}


@dataclass
class _Batch:
    """What is decided of a batch, to be stored together."""

    now: datetime
    texts: list[dict[str, Any]] = field(default_factory=list)
    """Mails that are to leave, with what they say."""
    ends: list[dict[str, Any]] = field(default_factory=list)
    """Mails that are not."""
    drops: list[dict[str, Any]] = field(default_factory=list)
    """Notifications that are not."""
    letters: dict[int, Letter] = field(default_factory=dict)


def compose(sweep: str, delivery_ids: Sequence[int], office: Office) -> list[Letter]:
    """Write the mails that a sweep has claimed; what they say and to whom is decided here, by what holds now.

    A notification whose deadline has moved or passed, whose lead time is no longer chosen, or whose recipient has
    nothing left to do with it, is dropped with its reason; a mail without any left is void or expired. A deadline that
    somebody is moving at this moment is waited for (N12): the mail stays due. One mail that can't be written fails
    alone (N5). The text is stored in this transaction, before anybody speaks to the server (N4, N31). Returns the
    letters to hand over.
    """
    found = _read(sweep, delivery_ids)
    deadlines = _deadlines(found)
    concerned = _concerned(found)
    chosen = chosen_of(n.tender_id for one in found for n in one.notifications if n.lead)
    batch = _Batch(clock.now())
    kept: dict[Delivery, list[Notification]] = {}
    for delivery in found:
        if any(n.deadline_id is not None and n.deadline_id not in deadlines for n in delivery.notifications):
            batch.ends.append(_end(delivery, _waiting(delivery), batch.now + LOCK_RETRY))
        else:
            kept[delivery] = _sift(batch, delivery, deadlines, concerned, chosen)
    told = [n for some in kept.values() for n in some]
    matters = gather(told, deadlines)
    invited = invitations(told, matters)
    for delivery, some in kept.items():
        if some:
            dated = next((invited[n.id] for n in some if n.id in invited), None)
            _write(batch, delivery, found[delivery], [(n, matters[n.id]) for n in some], office, dated)
    return _store(sweep, batch)


def _read(sweep: str, delivery_ids: Sequence[int]) -> dict[Delivery, User | None]:
    """The mails of the sweep with what they carry and is still to be told, and who gets them. One statement."""
    query = (
        select(Delivery, User)
        .outerjoin(Notification, (Notification.delivery_id == Delivery.id) & Notification.outcome.is_(None))
        .outerjoin(User, User.id == Delivery.recipient_id)
        .where(
            Delivery.id == any_(literal(list(delivery_ids), ARRAY(BigInteger))),
            Delivery.sweep == sweep,
            Delivery.state == DeliveryState.CLAIMED,
        )
        .options(contains_eager(Delivery.notifications))
        .order_by(Delivery.priority, Delivery.due_at, Delivery.id, Notification.id)
        .execution_options(populate_existing=True)
    )
    return {row.Delivery: row.User for row in db.session.execute(query).unique()}


def _deadlines(found: Iterable[Delivery]) -> dict[int, Deadline]:
    """The deadlines spoken of, held as they are until the text is stored; one being moved is left out (N12)."""
    ids = sorted({n.deadline_id for one in found for n in one.notifications if n.deadline_id is not None})
    if not ids:
        return {}
    query = (
        select(Deadline)
        .where(Deadline.id == any_(literal(ids, ARRAY(BigInteger))))
        .with_for_update(read=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return {deadline.id: deadline for deadline in db.session.scalars(query)}


def _concerned(found: Iterable[Delivery]) -> Concerned:
    """Whom each kind's sources concern now (N14, N15, N19). One statement a kind."""
    by_kind: dict[str, list[Notification]] = defaultdict(list)
    for delivery in found:
        for n in delivery.notifications:
            if n.kind in KINDS:
                by_kind[n.kind].append(n)
    concerned: Concerned = {}
    for name, notifications in by_kind.items():
        person = people(
            KINDS[name],
            sorted({_source(n) for n in notifications}),
            among=sorted({n.recipient_id for n in notifications if n.recipient_id is not None}),
        ).subquery()
        rows = db.session.execute(
            select(person.c.source_id, person.c.user_id, person.c.address, person.c.rhythm)
        )
        concerned |= {(name, row.source_id, row.user_id, row.address): row.rhythm for row in rows}
    return concerned


def _source(notification: Notification) -> int:
    return notification.event_id or notification.deadline_id or 0


def _sift(
    batch: _Batch,
    delivery: Delivery,
    deadlines: Mapping[int, Deadline],
    concerned: Concerned,
    chosen: Chosen,
) -> list[Notification]:
    """What is still to be told of what a mail carries; the rest is dropped, and the mail with it if nothing is."""
    reasons = {n: _reason(n, deadlines, concerned, chosen, batch.now) for n in delivery.notifications}
    for n, reason in reasons.items():
        if reason:
            batch.drops.append(_drop(delivery, n, reason, batch.now))
    if all(reasons.values()):
        why = set(reasons.values())
        state = DeliveryState.VOID
        if why == {Reason.PASSED}:
            state = DeliveryState.EXPIRED
        elif why and why <= {Reason.IN_APP, Reason.SUSPENDED}:
            state = DeliveryState.IN_APP
        batch.ends.append(_end(delivery, DeliveryState.DOUBT if delivery.doubts else state))
    return [n for n, reason in reasons.items() if not reason]


def _reason(
    n: Notification, deadlines: Mapping[int, Deadline], concerned: Concerned, chosen: Chosen, now: datetime
) -> Reason | None:
    """Why a notification isn't to be told any more; None: it is."""
    deadline = deadlines.get(n.deadline_id or 0)
    if deadline is not None and deadline.version != n.deadline_version:
        return Reason.MOVED
    if n.useful_until <= now or (deadline is not None and deadline.due_at <= now):
        return Reason.PASSED
    rhythm = concerned.get((n.kind, _source(n), n.recipient_id, n.address))
    if rhythm is None:
        return Reason.NOT_CONCERNED
    leads = chosen.get((n.tender_id, n.kind), KINDS[n.kind].leads)
    if n.lead and n.lead not in {lead.code for lead in leads}:
        return Reason.UNCHOSEN
    return UNMAILED.get(rhythm)


def _write(
    batch: _Batch,
    delivery: Delivery,
    user: User | None,
    told: Sequence[tuple[Notification, Matter]],
    office: Office,
    dated: Invitation | None,
) -> None:
    """Write one mail in its reader's language; what goes wrong fails that mail alone (N5)."""
    try:
        locale = user.locale if user else told[0][1].locale or DEFAULT_LOCALE
        reader = rendering.Reader(user.id, user.created_at) if user else None
        items = [rendering.Item(KINDS[n.kind], matter) for n, matter in told]
        written = rendering.write(items, locale, office, reader)
        edition = _edition(delivery, written)
        tenders = {matter.tender.id: matter.tender.created_at for _, matter in told if matter.tender}
        letter = letters.build(
            office,
            delivery=delivery,
            to=user.email if user else delivery.address or "",
            name=user.name if user else "",
            now=batch.now,
            subject=written.subject,
            text=written.text,
            html=written.html,
            tenders=list(tenders.items()),
            edition=edition,
            leave=written.leave,
            enclosure=dated.enclosure(user, office, batch.now) if dated and user else None,
        )
    except Exception as error:
        log.exception("mail not written", delivery_id=delivery.id)
        batch.ends.append(_end(delivery, DeliveryState.FAILED, error=logs.brief(error)))
        batch.drops += [_drop(delivery, n, Reason.UNWRITTEN, batch.now) for n, _ in told]
        return
    batch.letters[delivery.id] = letter
    batch.texts.append(
        {
            "id": delivery.id,
            "wake_at": batch.now + LEASE,
            "sent_to": letter.recipient,
            "locale": locale,
            "subject": written.subject,
            "text": written.kept,
            "edition": edition,
        }
    )


def _edition(delivery: Delivery, written: rendering.Written) -> int:
    """Which edition of a mail this is: a new one if it was asked for again and says something else than before.

    A mail that is tried again by itself stays what it was, whatever it says (N4).
    """
    asked_for = bool(delivery.text) and not delivery.attempts
    changed = (delivery.subject, delivery.text) != (written.subject, written.kept)
    return delivery.edition + (asked_for and changed)


def _waiting(delivery: Delivery) -> DeliveryState:
    return DeliveryState.DOUBT if delivery.doubts else DeliveryState.QUEUED


def _end(
    delivery: Delivery, state: DeliveryState, wake_at: datetime | None = None, error: str | None = None
) -> dict[str, Any]:
    said = delivery.error if error is None else error
    return {"id": delivery.id, "state": state.value, "wake_at": wake_at, "error": said}


def _drop(delivery: Delivery, n: Notification, reason: Reason, now: datetime) -> dict[str, Any]:
    outcome = _OUTCOMES.get(reason, Outcome.VOID)
    if delivery.doubts:
        outcome = Outcome.DOUBT
    return {"id": n.id, "outcome": outcome.value, "reason": reason.value, "settled_at": now}


_TEXTS: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "wake_at": DateTime(timezone=True),
    "sent_to": Text(),
    "locale": Text(),
    "subject": Text(),
    "text": Text(),
    "edition": Integer(),
}
_ENDS: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "state": Text(),
    "wake_at": DateTime(timezone=True),
    "error": Text(),
}
_DROPS: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "outcome": Text(),
    "reason": Text(),
    "settled_at": DateTime(timezone=True),
}


def _store(sweep: str, batch: _Batch) -> list[Letter]:
    """Store a batch's decisions; returns its letters, save for mails that another sweep has taken from us."""
    ours: set[int] = set()
    if batch.texts:
        written = recordset("written", _TEXTS, batch.texts).c
        ours = set(
            db.session.scalars(
                update(Delivery)
                .where(
                    Delivery.id == written.id,
                    Delivery.sweep == sweep,
                    Delivery.state == DeliveryState.CLAIMED,
                )
                .values(
                    state=DeliveryState.SENDING, **{name: written[name] for name in _TEXTS if name != "id"}
                )
                .returning(Delivery.id)
                .execution_options(synchronize_session=False)
            )
        )
    for table, columns, rows in ((Delivery, _ENDS, batch.ends), (Notification, _DROPS, batch.drops)):
        if rows:
            row = recordset("decided", columns, rows).c
            values = {name: row[name] for name in columns if name != "id"}
            statement = update(table).where(table.id == row.id).values(values)
            db.session.execute(statement.execution_options(synchronize_session=False))
    return [letter for key, letter in batch.letters.items() if key in ours]
