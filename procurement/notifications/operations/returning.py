"""Mail that can't be delivered: counted against its address, which is suspended when it refuses too much (N30)."""

from hmac import compare_digest

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.policy import SYSTEM, Actor, delegate_or_admin, require
from procurement.notifications import returns
from procurement.notifications.models import Bounce, Delivery, DeliveryState
from procurement.notifications.returns import MEMORY, Report, Verdict

WEIGHT = {Verdict.HARD: 2, Verdict.SOFT: 1}
"""What each counts; the others nothing."""
LIMIT = 4
"""From so much on an address is suspended: two hard ones, or four soft."""
BATCH = 100


def take(content: bytes, box: str) -> Verdict:
    """Count a message that came back to `box`; reading it twice changes nothing. Returns what it is worth.

    A report under a wrong signature, or about a mail that doesn't exist, counts against nobody and is seen on the
    page of health. Records what `_weigh` does.
    """
    report = returns.read(content, box)
    delivery = _claimed(report)
    if report.delivery_id is not None and delivery is None:
        report = Report(Verdict.FORGED, None, "", "", "wrong signature", report.digest)
    user_id = delivery.recipient_id if delivery else None
    if _keep(report, delivery) and user_id is not None:
        _weigh(user_id, delivery)
    return report.verdict


def heed_refusals(limit: int = BATCH) -> int:
    """Count the mails that our own server refused for good, each once; returns how many. One statement when none is."""
    counted = exists().where(Bounce.delivery_id == Delivery.id)
    refused = db.session.scalars(
        select(Delivery)
        .where(
            Delivery.wake_at.is_(None),
            Delivery.state == DeliveryState.FAILED,
            Delivery.recipient_id.is_not(None),
            Delivery.error.regexp_match("^5[0-9][0-9]"),
            ~counted,
        )
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in refused:
        verdict, status = returns.of_reply(delivery.error)
        report = Report(
            verdict, delivery.id, "", status, delivery.error[: returns.SAID], f"refused:{delivery.id}"
        )
        if _keep(report, delivery):
            _weigh(delivery.recipient_id or 0, delivery)
    return len(refused)


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
    """The mail a report is about, if its signature says so."""
    if report.delivery_id is None:
        return None
    delivery = db.session.get(Delivery, report.delivery_id)
    if delivery is None or not compare_digest(returns.mark(delivery.id, delivery.created_at), report.mark):
        return None
    return delivery


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


def _weigh(user_id: int, delivery: Delivery | None) -> None:
    """Suspend the person's address if it has refused too much, and tell whoever must know.

    Records `address_suspended`; and at the first hard refusal of an address that was well, `mail_undeliverable`: the
    delegate hears at once of either, where the person has a part in a live answer. An address that has been changed
    since isn't to blame for the one before.
    """
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or delivery is None or delivery.sent_to != user.email:
        return
    last = db.session.scalars(_counted(user).order_by(Bounce.id.desc())).all()
    score = sum(WEIGHT.get(one.verdict, 0) for one in last)
    hard = sum(one.verdict is Verdict.HARD for one in last)
    if user.mail_suspended_at is None and score >= LIMIT:
        user.mail_suspended_at, user.mail_fault = clock.now(), last[0].said
        events.record(SYSTEM, "address_suspended", user, facts={"delivery_id": delivery.id})
    elif last and last[0].verdict is Verdict.HARD and hard == 1:
        events.record(SYSTEM, "mail_undeliverable", user, facts={"delivery_id": delivery.id})


def _counted(user: User) -> Select[Bounce]:
    since = clock.now() - MEMORY
    if user.mail_revived_at is not None:
        since = max(since, user.mail_revived_at)
    return select(Bounce).where(
        Bounce.user_id == user.id, Bounce.address == user.email, Bounce.at > since, Bounce.verdict.in_(WEIGHT)
    )
