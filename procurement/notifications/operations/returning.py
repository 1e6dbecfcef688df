"""Mail that can't be delivered: counted against its address, which is suspended when it refuses too much (N30)."""

from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, Actor, delegate_or_admin, require
from procurement.notifications import returns
from procurement.notifications.audiences.returns import has_part
from procurement.notifications.models import Bounce, Delivery, DeliveryState, Notification
from procurement.notifications.returns import FINAL, MEMORY, Report, Verdict
from procurement.notifications.rules import Reason

WEIGHT = {Verdict.HARD: 2, Verdict.SOFT: 1}
"""What each counts; the others nothing."""
LIMIT = 4
"""From so much on an address is suspended: two hard ones, or four soft."""
BATCH = 100
QUIET = timedelta(days=1)
"""The delegate isn't called twice within so long about one person, save when the address is suspended."""
CALLS = ("mail_undeliverable", "address_suspended")
"""Verbs that tell the delegate whom to call, where that person has a part in a live answer."""


def take(content: bytes, box: str) -> Verdict:
    """Count a message that came back to `box`; reading it twice changes nothing. Returns what it is worth.

    A report under a wrong signature, or about a mail that doesn't exist, counts against nobody and is seen on the
    page of health. Records what `_weigh` does.
    """
    report = returns.read(content, box)
    delivery = _claimed(report)
    if report.delivery_id is not None and delivery is None:
        report = Report(Verdict.FORGED, None, "", "", "wrong signature", report.digest)
    if _keep(report, delivery) and delivery is not None:
        _weigh(delivery, report.verdict)
    return report.verdict


def set_aside(content: bytes) -> None:
    """Count a message that can't even be counted as not understood, so that it is read no more."""
    digest = sha256(content).hexdigest()
    _keep(Report(Verdict.UNREAD, None, "", "", "a fault while counting it", digest), None)


def heed_refusals(limit: int = BATCH) -> int:
    """Count the mails that our own server didn't take, for good or too often, each once; returns how many.

    One statement when there is none.
    """
    counted = exists().where(Bounce.delivery_id == Delivery.id, Bounce.verdict.in_(FINAL))
    refused = exists().where(Notification.delivery_id == Delivery.id, Notification.reason == Reason.REFUSED)
    lost = db.session.scalars(
        select(Delivery)
        .where(
            Delivery.wake_at.is_(None),
            Delivery.state == DeliveryState.FAILED,
            Delivery.recipient_id.is_not(None),
            refused,
            ~counted,
        )
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in lost:
        verdict, status = returns.of_reply(delivery.error)
        report = Report(
            verdict, delivery.id, "", status, delivery.error[: returns.SAID], f"refused:{delivery.id}"
        )
        if _keep(report, delivery):
            _weigh(delivery, verdict)
    return len(lost)


def heed_silences(limit: int = BATCH) -> int:
    """Have the delegate call those whose address is suspended, once more is kept from them about an answer of theirs.

    An address may have been suspended long before its owner's structure took part in anything. Returns how many
    people those are; records `mail_undeliverable`. One statement when there is none.
    """
    called = _called(User.id)
    kept_from_them = exists().where(
        Notification.recipient_id == User.id,
        Notification.reason == Reason.SUSPENDED,
        Notification.settled_at > func.coalesce(called, User.mail_suspended_at),
        has_part(User.id, Notification.tender_id),
    )
    since = clock.now() - QUIET
    silent = db.session.scalars(
        select(User)
        .where(User.active, User.mail_suspended_at.is_not(None), func.coalesce(called, since) <= since)
        .where(kept_from_them)
        .order_by(User.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for user in silent:
        events.record(SYSTEM, "mail_undeliverable", user)
    return len(silent)


def revive(actor: Actor, user: User) -> User:
    """Try an address again: what it refused so far is forgotten. For the person, or the network's office.

    Records `address_revived` if it was suspended. Raises Forbidden.
    """
    require(actor.user_id == user.id or delegate_or_admin(actor))
    db.session.refresh(user, with_for_update=True)
    if user.mail_suspended_at is not None:
        user.mail_suspended_at, user.mail_fault, user.mail_revived_at = None, "", clock.now()
        events.record(actor, "address_revived", user)
    return user


def _claimed(report: Report) -> Delivery | None:
    """The mail a report is about, if its signature says so: of that very mail, to that very address."""
    if report.delivery_id is None:
        return None
    delivery = db.session.get(Delivery, report.delivery_id)
    if delivery is None:
        return None
    signed = returns.mark(delivery.id, delivery.created_at, delivery.sent_to)
    return delivery if compare_digest(signed, report.mark) else None


def _keep(report: Report, delivery: Delivery | None) -> bool:
    """Write a report down; whether it is new."""
    statement = (
        insert(Bounce)
        .values(
            at=clock.now(),
            verdict=report.verdict,
            delivery_id=delivery.id if delivery else None,
            user_id=delivery.recipient_id if delivery else None,
            address=delivery.sent_to if delivery else "",
            status=report.status,
            said=report.said,
            digest=report.digest,
        )
        .on_conflict_do_nothing()
        .returning(Bounce.id)
    )
    return db.session.scalar(statement) is not None


def _weigh(delivery: Delivery, verdict: Verdict) -> None:
    """Suspend the address of the person whose mail is lost if it has refused too much, and tell whoever must know.

    Records `address_suspended`; else `mail_undeliverable` at the first hard refusal of an address that was well, and
    for each mail about an answer that the person has a part in, once a day at most: the delegate hears of either at
    once. An address that has been changed since isn't to blame for the one before.
    """
    if verdict not in FINAL:
        return
    user = db.session.get(User, delivery.recipient_id, with_for_update=True, populate_existing=True)
    if user is None or delivery.sent_to != user.email or user.mail_suspended_at is not None:
        return
    last = db.session.scalars(_counted(user).order_by(Bounce.id.desc())).all()
    facts = {"delivery_id": delivery.id}
    if sum(WEIGHT[one.verdict] for one in last) >= LIMIT:
        user.mail_suspended_at, user.mail_fault = clock.now(), last[0].said
        events.record(SYSTEM, "address_suspended", user, facts=facts)
        return
    first = verdict is Verdict.HARD and sum(one.verdict is Verdict.HARD for one in last) == 1
    if (first or _is_about_their_answer(delivery)) and not _called_lately(user):
        events.record(SYSTEM, "mail_undeliverable", user, facts=facts)


def _counted(user: User) -> Select[Bounce]:
    since = clock.now() - MEMORY
    if user.mail_revived_at is not None:
        since = max(since, user.mail_revived_at)
    return select(Bounce).where(
        Bounce.user_id == user.id, Bounce.address == user.email, Bounce.at > since, Bounce.verdict.in_(WEIGHT)
    )


def _is_about_their_answer(delivery: Delivery) -> bool:
    told = exists().where(
        Notification.delivery_id == delivery.id, has_part(delivery.recipient_id, Notification.tender_id)
    )
    return bool(db.session.scalar(select(told)))


def _called(user_id: Any) -> ScalarSelect[datetime]:
    """When the delegate was last to be told that this person can't be reached."""
    return (
        select(func.max(Event.at))
        .where(Event.subject_type == User.__tablename__, Event.subject_id == user_id, Event.verb.in_(CALLS))
        .scalar_subquery()
    )


def _called_lately(user: User) -> bool:
    last = db.session.scalar(select(_called(user.id)))
    return last is not None and last > clock.now() - QUIET
