"""Jobs of the notices: sources are asked live, step by step, each with no transaction open while we speak to it."""

from collections.abc import Mapping
from time import monotonic

import structlog
from celery import shared_task

from config import Settings, settings
from procurement.core.db import transaction
from procurement.core.policy import SYSTEM
from procurement.notices import runs
from procurement.notices.live.sources import Live, agent, live_sources
from procurement.notices.live.web import Refused, TryLater, Web

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
