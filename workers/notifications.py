"""Jobs of the notifications: events and deadlines are written down as mails to come; what is due leaves."""

from collections.abc import Sequence
from time import monotonic

import structlog
from celery import shared_task
from sqlalchemy.exc import InterfaceError, OperationalError

from config import Settings, settings
from procurement.core.db import transaction
from procurement.notifications import mailbox
from procurement.notifications.journal import Journal, Spool
from procurement.notifications.letters import Letter, Office
from procurement.notifications.operations import composing, events, outbox, planning, returning
from procurement.notifications.post import Post, Unreachable, hand_over
from procurement.notifications.watch import OUT_OF_REACH

log = structlog.get_logger(__name__)

TURN = 5.0
"""Seconds that a tick goes on while there is more to do; then others get the worker, and the next tick goes on."""


@shared_task(name="notifications.prepare")
def prepare() -> dict[str, int]:
    """Count refusals, handle the events that came, then plan the deadlines whose turn it is; returns how many of each."""
    end = monotonic() + TURN
    done = {"refusals": 0, "silences": 0, "events": 0, "deadlines": 0}
    for name, step, full in (
        ("refusals", returning.heed_refusals, returning.BATCH),
        ("silences", returning.heed_silences, returning.BATCH),
        ("events", events.handle_events, events.BATCH),
        ("deadlines", planning.plan, planning.BATCH),
    ):
        taken = full
        while taken >= full and monotonic() < end:
            with transaction():
                taken = step()
            done[name] += taken
    return done


@shared_task(name="notifications.returns")
def read_returns() -> dict[str, int]:
    """Read what came back to the mailbox of returns, where one is set; returns how many messages that were.

    `out_of_reach`: 1 where the mailbox can't be read, for the page of health.
    """
    given = settings()
    box = Office(given.public_url, given.mail_from, given.bounce_address).box
    done = {"returns": 0, OUT_OF_REACH: 0}
    try:
        for content in mailbox.unread(given):
            _take(content, box)
            done["returns"] += 1
    except mailbox.OutOfReach as error:
        log.warning("mailbox of returns out of reach", error=str(error))
        done[OUT_OF_REACH] = 1
    return done


def _take(content: bytes, box: str) -> None:
    """Count what came back; what breaks that is set aside, so that it holds up no other."""
    try:
        with transaction():
            returning.take(content, box)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        log.exception("what came back can't be counted", kind=type(error).__name__)
        with transaction():
            returning.set_aside(content)


@shared_task(name="notifications.sweep")
def sweep() -> dict[str, int]:
    """Send what is due, if no other process of this machine is at it; returns how many mails were handed over."""
    return {"mails": run_sweep(settings())}


def run_sweep(given: Settings) -> int:
    """Settle what a sweep that died left, then send what is due for `TURN` seconds; returns how many mails were handed over."""
    spool = Spool(given.spool_dir, given.database_url)
    handed = 0
    with spool.turn() as ours:
        if not ours:
            return 0
        _repair(spool)
        end = monotonic() + TURN
        with Post(given.smtp_url) as post:
            while monotonic() < end and _is_due():
                try:
                    post.open()
                except Unreachable as error:
                    log.warning("mail server out of reach", error=str(error))
                    break
                handed += _send_batch(
                    spool, post, Office(given.public_url, given.mail_from, given.bounce_address), end
                )
    return handed


def _repair(spool: Spool) -> None:
    """Settle what dead sweeps of this machine left in flight, and what lost machines did."""
    for marks in spool.left():
        with transaction():
            found = outbox.recover(marks)
        spool.forget(marks.sweep)
        if found:
            log.warning("a sweep had died", sweep=marks.sweep, mails=found, in_doubt=len(marks.begun))
    with transaction():
        outbox.doubt_lost()


def _is_due() -> bool:
    with transaction():
        return outbox.is_due()


def _send_batch(spool: Spool, post: Post, office: Office, end: float) -> int:
    """Claim, write, hand over, settle: each its own transaction, and none while we speak to the server (N4)."""
    with spool.journal() as journal:
        with transaction():
            claimed = outbox.claim(journal.sweep, outbox.BATCH if journal.kept else 1)
        letters = _compose(journal, claimed, office)
        results = hand_over(post, letters, journal, max(end - monotonic(), 1.0))
        with transaction():
            outbox.settle(journal.sweep, letters, results)
        journal.settled()
    return len(results)


def _compose(journal: Journal, delivery_ids: Sequence[int], office: Office) -> list[Letter]:
    """The letters of these mails; where one of them breaks the whole, each by itself, and that one fails (N5)."""
    try:
        with transaction():
            return composing.compose(journal.sweep, delivery_ids, office)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        if len(delivery_ids) == 1:
            log.exception("mail not written", delivery_id=delivery_ids[0])
            with transaction():
                outbox.spoil(journal.sweep, delivery_ids[0], error)
            return []
    return [letter for one in delivery_ids for letter in _compose(journal, [one], office)]
