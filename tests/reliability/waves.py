"""Waves of reminders that all fall due at one hour, blows dealt while they leave, and the count of what came."""

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select

from procurement.core.db import db
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Received
from procurement.notifications.models import IN_FLIGHT, Delivery, Notification
from tests.factories import make_manager, make_member, make_tender
from tests.live import until
from tests.reliability.installation import Installation

CLOSE = DeadlineKind.REGISTRATION_CLOSE


@dataclass(frozen=True)
class Wave:
    """A tender whose registrations close at `close`, and those to be reminded of it once, a week before."""

    tender_id: int
    close: datetime
    people: tuple[str, ...]
    """Addresses."""
    members: tuple[int, ...]
    """The structures they manage."""

    @property
    def due_at(self) -> datetime:
        """Eight in the morning in Paris (in winter seven UTC), a week before the close, with ten minutes to spare."""
        return self.close.replace(hour=7, minute=10) - timedelta(days=7)


@dataclass(frozen=True)
class Tally:
    """What came, compared with what had to."""

    reminders: int = 0
    lost: int = 0
    wrong: int = 0
    """To somebody who had nothing to receive."""
    late: int = 0
    """After the deadline."""
    twice: int = 0
    """Beyond one a person, under the same Message-ID."""
    other_ids: int = 0
    """Beyond one a person, under another Message-ID: these are two mails, never to be seen."""

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def wave(installation: Installation, count: int, *, members: int = 1, close: datetime | None = None) -> Wave:
    """A tender published two days before the clock, and `count` managers of `members` structures that could answer.

    Without `close`: noon in Paris on a Wednesday that no test has seen. The clock is then on the Monday nine days
    before it, and nothing is due yet.
    """
    close = close or installation.a_monday() + timedelta(days=9, hours=11)
    installation.move_clock(close - timedelta(days=9))
    with installation.writing():
        made = [make_member() for _ in range(members)]
        part = f"{made[0].id:x}"  # of the country, in which no other test has structures
        for member in made:
            member.territory = [part]
        people = tuple(
            make_manager(made[n % members], email=f"p{part}-{n}@example.org").email for n in range(count)
        )
        return Wave(_tender(close, part), close, people, tuple(member.id for member in made))


def another(installation: Installation, first: Wave) -> Wave:
    """Another tender for the people of an earlier wave, weeks later."""
    close = installation.a_monday() + timedelta(days=9, hours=11)
    installation.move_clock(close - timedelta(days=9))
    with installation.writing():
        return replace(first, tender_id=_tender(close, f"{first.members[0]:x}"), close=close)


def _tender(close: datetime, part: str) -> int:
    return make_tender(deadlines={CLOSE: close}, departments=[part]).id


def send(installation: Installation, due: Wave, *, wait_for: int = 1) -> None:
    """Move the clock to the hour of a wave, and wait until so many messages have come."""
    installation.move_clock(due.due_at)
    if wait_for:
        until(lambda: len(installation.smtp.messages) >= wait_for, 60)


def finish(installation: Installation, due: Wave) -> Tally:
    """Let all leave that waits (retries and doubts too: their delays pass at once) and count what came of the wave."""
    installation.wait(lambda: _planned(due.tender_id) >= len(due.people))
    for minutes in (20, 40, 60):
        installation.move_clock(due.due_at + timedelta(minutes=minutes))
        installation.wait(lambda minutes=minutes: not _going(due.due_at + timedelta(minutes=minutes)), 120)
    installation.wait(settled)
    return tally(due, installation.smtp.messages)


def _planned(tender_id: int) -> int:
    """How many notifications about a tender are written down."""
    return db.session.scalar(select(func.count()).where(Notification.tender_id == tender_id)) or 0


def _going(now: datetime) -> bool:
    """Whether a mail is on its way, or waits whose hour has come."""
    going = Delivery.state.in_(IN_FLIGHT) | (Delivery.wake_at <= now)
    return db.session.scalars(select(Delivery.id).where(going).limit(1)).first() is not None


def settled() -> bool:
    """Whether no mail waits any more."""
    waiting = select(Delivery.id).where(Delivery.wake_at.is_not(None))
    return db.session.scalars(waiting.limit(1)).first() is None


def sent_at(mail: Received) -> datetime:
    """When the product wrote a message, by its own clock."""
    return parsedate_to_datetime(str(mail.message["Date"]))


def tally(due: Wave, messages: Sequence[Received]) -> Tally:
    """Count the messages of a wave: each of its people had to receive one, nobody else any."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    late = 0
    for mail in messages:
        late += sent_at(mail) >= due.close
        for person in mail.recipients:
            names[person][str(mail.message["Message-ID"])] += 1
    ours = {person: seen for person, seen in names.items() if person in set(due.people)}
    return Tally(
        reminders=len(due.people),
        lost=len(due.people) - len(ours),
        wrong=sum(seen.total() for person, seen in names.items() if person not in ours),
        late=late,
        twice=sum(seen.total() - len(seen) for seen in ours.values()),
        other_ids=sum(len(seen) - 1 for seen in ours.values()),
    )


def slow_down(_address: str) -> bool:
    """A fault of the SMTP server that takes a moment over each recipient, so that a blow falls in the middle; fails nobody."""
    threading.Event().wait(0.02)
    return False


def strike(
    installation: Installation, total: int, blows: int, blow: Callable[[], None], *, seed: int
) -> None:
    """Deal so many blows while `total` messages leave, at random moments among them; the seed tells which."""
    for mark in sorted(random.Random(seed).sample(range(total // 10, total * 9 // 10), blows)):
        until(lambda mark=mark: len(installation.smtp.messages) >= mark, 90)
        blow()
