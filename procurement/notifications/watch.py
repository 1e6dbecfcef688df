"""Whether all is well with what leaves: what is looked at, and from when on something is wrong. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

BEAT_SILENT = timedelta(minutes=1)
"""After so long without a tick, beat has stopped; it ticks every two seconds, and says so every five."""
JOB_SILENT = timedelta(minutes=3)
"""After so long a job that ticks has stopped, at least: one that speaks to a slow mail server takes a minute."""
OUTBOX_AGES = timedelta(minutes=10)
"""A mail that nobody took so long after its hour: something is wrong, whatever it is."""
OUTBOX_LATE = timedelta(minutes=2)
EVENTS_LATE = timedelta(minutes=5)
RECENT = timedelta(days=7)
"""Failures of the last days count; older ones are history."""
OUT_OF_REACH = "out_of_reach"
"""What the job that reads what comes back notes, beside its counts, where it can't."""
WORKER_ALIVE = timedelta(minutes=1)


class Fault(StrEnum):
    """What can be wrong. The first four are red: nobody is told anything any more; the others concern somebody."""

    BEAT = "beat"
    """Nobody gives the ticks."""
    JOBS = "jobs"
    """Ticks are given, and nobody acts on them."""
    OUTBOX = "outbox"
    """Mails stay long after their hour."""
    LATE = "late"
    """Mails are a little late."""
    EVENTS = "events"
    """Changes wait to be told."""
    SET_ASIDE = "set_aside"
    """Changes from which nothing could be drawn."""
    UNWRITTEN = "unwritten"
    """Mails that couldn't be written."""
    FAILED = "failed"
    """Mails that the server refused."""
    DOUBT = "doubt"
    """Mails of which nobody knows whether they arrived."""
    MAILBOX = "mailbox"
    """What comes back can't be read."""
    FORWARDS = "forwards"
    """What is forwarded to us can't be read."""


RED = frozenset({Fault.BEAT, Fault.JOBS, Fault.OUTBOX})


@dataclass(frozen=True, slots=True)
class Tick:
    """A job that is to tick: when it came to its end last, and how many seconds lie between two."""

    at: datetime
    every_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What is known at one moment."""

    beat_at: datetime | None = None
    jobs: Mapping[str, Tick] = field(default_factory=dict)
    oldest_due: datetime | None = None
    """Since when the mail that has waited longest beyond its hour has been due."""
    oldest_event: datetime | None = None
    """Since when the change that has waited longest to be told has waited, those set aside left out."""
    set_aside: int = 0
    unwritten: int = 0
    failed: int = 0
    """Of the last days, those that couldn't be written left out."""
    doubt: int = 0
    mailbox_lost: bool = False
    """Whether the mailbox of what comes back couldn't be read the last time."""
    forwards_lost: bool = False
    """Whether that of forwarded notices couldn't."""


def faults(vitals: Vitals, now: datetime) -> list[Fault]:
    """What is wrong at `now`, gravest first; what follows from another fault isn't told beside it."""
    found = []
    if vitals.beat_at is None or now - vitals.beat_at > BEAT_SILENT:
        found.append(Fault.BEAT)
    elif silent_jobs(vitals.jobs, now) or not any(tick.every_s for tick in vitals.jobs.values()):
        found.append(Fault.JOBS)
    if _longer(vitals.oldest_due, OUTBOX_AGES, now):
        found.append(Fault.OUTBOX)
    elif _longer(vitals.oldest_due, OUTBOX_LATE, now):
        found.append(Fault.LATE)
    if not found and _longer(vitals.oldest_event, EVENTS_LATE, now):
        found.append(Fault.EVENTS)
    counts = {
        Fault.SET_ASIDE: vitals.set_aside,
        Fault.UNWRITTEN: vitals.unwritten,
        Fault.FAILED: vitals.failed,
        Fault.DOUBT: vitals.doubt,
        Fault.MAILBOX: vitals.mailbox_lost,
        Fault.FORWARDS: vitals.forwards_lost,
    }
    return found + [fault for fault, count in counts.items() if count]


def silent_jobs(jobs: Mapping[str, Tick], now: datetime) -> Sequence[str]:
    """The names of the jobs that should have ticked since; those that tick seldom are given three of their turns."""
    return [
        name
        for name, tick in jobs.items()
        if tick.every_s and now - tick.at > max(JOB_SILENT, 3 * timedelta(seconds=tick.every_s))
    ]


def _longer(since: datetime | None, limit: timedelta, now: datetime) -> bool:
    return since is not None and now - since > limit
