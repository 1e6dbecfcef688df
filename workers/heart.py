"""Signs of life of beat and of the workers, written where those who watch look: in the database. Needs the application's context."""

import json
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from procurement.core import clock, heartbeats
from procurement.core.db import transaction
from procurement.core.heartbeats import BEAT, JOB, WORKER, Sign
from workers.schedule import BEAT as RUNG

log = structlog.get_logger(__name__)

REST = 5
"""Seconds between two signs of beat, which rings more often."""
GONE = timedelta(days=1)
"""After so long a worker that ticks no more is forgotten: it has another name now, or none."""

_EVERY = {entry["task"]: round(entry["schedule"]) for entry in RUNG.values()}


def job_done(task: str, worker: str, seconds: float, counts: object = None) -> None:
    """Note that a job came to its end on this worker, after so long; `counts`: what it did, as numbers by name.

    In a transaction of its own, after the job's. A database that doesn't answer is no reason to have the job fail.
    """
    took, every = round(seconds * 1000), _EVERY.get(task)
    what = json.dumps(counts) if isinstance(counts, Mapping) else ""
    _note([Sign(JOB + task, took, every, what), Sign(WORKER + worker, took, every, task)])


def rang() -> None:
    """Note that beat gave a tick, and that the broker took it."""
    _note([Sign(BEAT, every_s=REST)])


def forget_gone() -> None:
    """Drop the workers that haven't ticked for a day."""
    try:
        with transaction():
            heartbeats.forget(WORKER, clock.now() - GONE)
    except SQLAlchemyError as error:
        log.warning("old signs of life stay", kind=type(error).__name__)


def _note(signs: list[Sign]) -> None:
    try:
        with transaction():
            heartbeats.note(signs)
    except SQLAlchemyError as error:
        log.warning("no sign of life written", kind=type(error).__name__)
