"""Jobs of the notices: sources are asked live, step by step, each with no transaction open while we speak to it.

Mails that are forwarded to us are read and become drafts, one by one.
"""

import io
from collections.abc import Mapping
from time import monotonic
from typing import Any

import structlog
from celery import shared_task
from sqlalchemy.exc import InterfaceError, OperationalError

from config import Settings, settings
from procurement.core.db import transaction
from procurement.core.errors import Invalid
from procurement.core.policy import SYSTEM
from procurement.core.storage import Kept, take_in
from procurement.notices import runs
from procurement.notices.forwarded import taking
from procurement.notices.forwarded.message import LARGEST, Mail, read_mail
from procurement.notices.live.sources import Live, agent, live_sources
from procurement.notices.live.web import Refused, TryLater, Web
from procurement.notices.models import Aside
from procurement.notifications import mailbox
from procurement.notifications.watch import OUT_OF_REACH

log = structlog.get_logger(__name__)

TURN = 5.0
"""Seconds that a tick goes on while steps are due; then others get the worker, and the next tick goes on."""


@shared_task(name="notices.fetch")
def fetch() -> dict[str, int]:
    """Begin the runs whose turn it is, and take the steps that are due; returns how many of each."""
    return run_fetch(settings())


def run_fetch(given: Settings, turn: float = TURN) -> dict[str, int]:
    """As `fetch`, with these settings and for so many seconds."""
    live = live_sources(given)
    done = {"runs": 0, "steps": 0}
    if not live:
        return done
    with transaction():
        done["runs"] = runs.begin_due({name: one.begin for name, one in live.items()})
    end = monotonic() + turn
    with Web(agent(given)) as web:
        while monotonic() < end and _step(live, web):
            done["steps"] += 1
    return done


def _step(live: Mapping[str, Live], web: Web) -> bool:
    """Take the step that has been due longest; False where none is."""
    with transaction():
        mine = runs.claim(live)
    if mine is None:
        return False
    began = monotonic()
    try:
        step = live[mine.source].step(web, mine.cursor)
    except TryLater as fault:
        log.warning("a source asks for patience", source=mine.source, reason=fault.message, **fault.params)
        with transaction():
            runs.postpone(SYSTEM, mine, fault.message, fault.params, fault.seconds)
    except Refused as fault:
        log.warning("a source can't be read", source=mine.source, reason=fault.message, **fault.params)
        with transaction():
            runs.give_up(SYSTEM, mine, fault.message, fault.params)
    else:
        with transaction():
            runs.take_step(SYSTEM, mine, step)
        with transaction():
            runs.note_work(mine.run_id, round((monotonic() - began) * 1000))
    return True


@shared_task(name="notices.forwarded")
def read_forwarded() -> dict[str, int]:
    """Read the mails that were forwarded to us, where a mailbox is set; returns what became of how many.

    `out_of_reach`: 1 where the mailbox can't be read, for the page of health.
    """
    given = settings()
    done = {"drafts": 0, "aside": 0, "known": 0, OUT_OF_REACH: 0}
    try:
        for came in mailbox.forwarded(given, LARGEST):
            mail = read_mail(
                came.content,
                whole=came.whole,
                server=given.notices_auth_server,
                trusted=not given.notices_imap_url,
            )
            done[_take_forwarded(mail)] += 1
    except mailbox.OutOfReach as error:
        log.warning("mailbox of forwarded notices out of reach", error=str(error))
        done[OUT_OF_REACH] = 1
    return done


def _take_forwarded(mail: Mail) -> str:
    """Make what can be made of one mail; what breaks that leaves it aside, so that it holds up no other."""
    try:
        return _make(mail)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        log.exception("a forwarded mail can't be taken", kind=type(error).__name__)
        with transaction():
            taking.leave_aside(mail, Aside.UNREADABLE)
        return "aside"


def _make(mail: Mail) -> str:
    """A draft, or a mail left aside. Its files go into the store before the transaction that writes it begins."""
    with transaction():
        if taking.is_known(mail):
            return "known"
        found = taking.sort_out(mail)
        if found.actor is None:
            taking.leave_aside(mail, found.why or Aside.STRANGER)
            return "aside"
    kept: list[Kept] = []
    refused: list[tuple[str, str, dict[str, Any]]] = []
    for one in mail.attachments:
        try:
            kept.append(take_in(io.BytesIO(one.content), one.name))
        except Invalid as refusal:
            refused.append((one.name, refusal.message, dict(refusal.params)))
    with transaction():
        taken = taking.take_mail(found.actor, mail, kept, refused)
    return "known" if taken is None or taken.known else "drafts"
