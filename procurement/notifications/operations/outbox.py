"""The outbox as sweeps see it: what is due is claimed, composed, spoken of without a transaction, settled (N3 to N7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text, exists, func, literal, select, update
from sqlalchemy.types import TypeEngine

from procurement.core import clock, events, logs
from procurement.core.db import db
from procurement.core.errors import Conflict, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.notifications.journal import Marks
from procurement.notifications.letters import Letter
from procurement.notifications.models import IN_FLIGHT, Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.post import UNSPOKEN, Answer, Result
from procurement.notifications.recordset import recordset
from procurement.notifications.rules import DOUBT_RETRY, Reason, retry_after

BATCH = 100
"""Mails of one sweep's batch."""

LEASE = timedelta(minutes=10)
"""How long a claim holds if the machine that made it never comes back: far more than a batch takes."""

_DONE = {
    DeliveryState.SENT: Outcome.SENT,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.DOUBT: Outcome.DOUBT,
}

_REPLAYED = (DeliveryState.FAILED, DeliveryState.DOUBT)


def is_due() -> bool:
    """Whether a mail waits to leave now."""
    due = exists().where(Delivery.wake_at <= clock.now())
    return bool(db.session.scalar(select(due)))


def claim(sweep: str, limit: int = BATCH) -> list[int]:
    """Take what is due, urgent first, for the sweep of that name; returns the ids.

    Of two sweeps at the same instant each takes others (N3). What a sweep took and let its lease run out with is
    taken again, unless its text was committed: then it may have left, and `doubt_lost` has it.
    """
    now = clock.now()
    due = (
        select(Delivery.id)
        .where(Delivery.wake_at <= now, Delivery.state != DeliveryState.SENDING)
        .order_by(Delivery.priority, Delivery.wake_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        update(Delivery)
        .where(Delivery.id == due.c.id)
        .values(
            state=DeliveryState.CLAIMED,
            sweep=sweep,
            wake_at=now + LEASE,
            claimed_at=func.coalesce(Delivery.claimed_at, literal(now, DateTime(timezone=True))),
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return list(db.session.scalars(taken))


def settle(sweep: str, letters: Iterable[Letter], results: Mapping[int, Result]) -> None:
    """Write down what the server answered to each letter of the sweep. Two statements."""
    now = clock.now()
    _end(
        sweep,
        [
            _verdict(results[one.delivery_id], one.delivery_id, one.attempts, one.doubts, now)
            for one in letters
        ],
        now,
    )


def recover(marks: Marks) -> int:
    """Settle what a sweep that died left in flight, by what it noted; returns how many mails that were.

    Answers it had noted count. Of a message it was speaking of when it died nobody knows: a doubt (N4). It hadn't
    begun with the others: they are due again, now (N2).
    """
    now = clock.now()
    rows = db.session.execute(
        select(Delivery.id, Delivery.attempts, Delivery.doubts)
        .where(Delivery.sweep == marks.sweep, Delivery.state.in_(IN_FLIGHT))
        .with_for_update()
    ).all()
    results = {
        delivery_id: Result(Answer(answer), said) for delivery_id, (answer, said) in marks.answers.items()
    }
    results |= dict.fromkeys(marks.begun, Result(Answer.DOUBTFUL, "the worker died while it was speaking"))
    _end(
        marks.sweep,
        [_verdict(results.get(row.id, UNSPOKEN), row.id, row.attempts, row.doubts, now) for row in rows],
        now,
    )
    return len(rows)


def doubt_lost() -> int:
    """Put in doubt the mails whose sweep never came back, nor its machine; returns how many those were."""
    now = clock.now()
    rows = db.session.execute(
        select(Delivery.id, Delivery.sweep, Delivery.attempts, Delivery.doubts)
        .where(Delivery.wake_at <= now, Delivery.state == DeliveryState.SENDING)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    lost = Result(Answer.DOUBTFUL, "the machine that was sending it never came back")
    for row in rows:
        _end(row.sweep, [_verdict(lost, row.id, row.attempts, row.doubts, now)], now)
    return len(rows)


def replayable(delivery: Delivery) -> bool:
    """Whether a mail can be sent once more: it failed or is in doubt, and nothing will be tried by itself."""
    return delivery.state in _REPLAYED and delivery.wake_at is None


def replay(actor: Actor, delivery_id: int) -> Delivery:
    """Have a mail that failed, or is in doubt, sent once more, if it is still worth saying then (N5).

    It is written again by what holds then; its Message-ID is the same if its text is. For the network's office.
    Records `mail_replayed` on it. Raises NotFound, Forbidden, Conflict for any other mail.
    """
    require(actor.is_delegate or actor.is_admin)
    delivery = db.session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if delivery is None:
        raise NotFound
    if not replayable(delivery):
        raise Conflict(N_("Only an e-mail that failed, or is in doubt, can be sent again."))
    delivery.state, delivery.wake_at = DeliveryState.QUEUED, clock.now()
    # Where it may have been received already, it is tried once, and stays in doubt if that fails.
    delivery.attempts, delivery.doubts = 0, min(delivery.doubts, 1)
    carried = update(Notification).where(
        Notification.delivery_id == delivery_id, Notification.outcome.in_(_DONE[s] for s in _REPLAYED)
    )
    db.session.execute(carried.values(outcome=None, settled_at=None, reason=""))
    events.record(actor, "mail_replayed", delivery)
    return delivery


def spoil(sweep: str, delivery_id: int, error: Exception) -> None:
    """Have a mail of the sweep fail because what it should say can't even be read (N5). It can be replayed."""
    now = clock.now()
    failed = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.sweep == sweep, Delivery.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.FAILED, wake_at=None, error=logs.brief(error))
    )
    carried = update(Notification).where(
        Notification.delivery_id == delivery_id, Notification.outcome.is_(None)
    )
    db.session.execute(failed)
    db.session.execute(carried.values(outcome=Outcome.FAILED, reason=Reason.UNWRITTEN.value, settled_at=now))


def _verdict(result: Result, delivery_id: int, attempts: int, doubts: int, now: datetime) -> dict[str, Any]:
    """What an answer makes of a mail that had so many attempts and doubts."""
    waits = DeliveryState.DOUBT if doubts else DeliveryState.QUEUED
    gone = DeliveryState.DOUBT if doubts else DeliveryState.FAILED
    state: DeliveryState = waits
    wake_at: datetime | None = now
    if result.answer is not Answer.UNSPOKEN:
        attempts += 1
    if result.answer is Answer.ACCEPTED:
        state, wake_at = DeliveryState.SENT, None
    elif result.answer is Answer.REFUSED:
        state, wake_at = gone, None
    elif result.answer is Answer.DEFERRED:
        delay = retry_after(attempts)
        state, wake_at = (waits, now + delay) if delay else (gone, None)
    elif result.answer is Answer.DOUBTFUL:
        doubts += 1
        state, wake_at = DeliveryState.DOUBT, now + DOUBT_RETRY if doubts == 1 else None
    return {
        "id": delivery_id,
        "state": state.value,
        "wake_at": wake_at,
        "attempts": attempts,
        "doubts": doubts,
        "sent_at": now if state is DeliveryState.SENT else None,
        "error": "" if result.answer is Answer.ACCEPTED else result.said,
    }


_VERDICT: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "state": Text(),
    "wake_at": DateTime(timezone=True),
    "attempts": Integer(),
    "doubts": Integer(),
    "sent_at": DateTime(timezone=True),
    "error": Text(),
}


def _end(sweep: str | None, verdicts: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write verdicts on the mails that this sweep still has, and what became of what they carried."""
    if not verdicts:
        return
    verdict = recordset("verdict", _VERDICT, verdicts).c
    ended = (
        update(Delivery)
        .where(Delivery.id == verdict.id, Delivery.sweep == sweep, Delivery.state.in_(IN_FLIGHT))
        .values({name: verdict[name] for name in _VERDICT if name != "id"})
        .returning(Delivery.id, Delivery.state, Delivery.wake_at)
        .execution_options(synchronize_session=False)
    )
    done = {row.id: _DONE[row.state] for row in db.session.execute(ended) if row.wake_at is None}
    if not done:
        return
    columns: dict[str, TypeEngine[Any]] = {"id": BigInteger(), "outcome": Text(), "reason": Text()}
    rows = [
        {"id": key, "outcome": outcome.value, "reason": Reason.REFUSED if outcome is Outcome.FAILED else ""}
        for key, outcome in done.items()
    ]
    carried = recordset("carried", columns, rows).c
    db.session.execute(
        update(Notification)
        .where(Notification.delivery_id == carried.id, Notification.outcome.is_(None))
        .values(outcome=carried.outcome, reason=carried.reason, settled_at=now)
        .execution_options(synchronize_session=False)
    )
