"""When a reminder leaves, how long it is of use, when a mail is tried again. Pure: no database, the clock is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from procurement.core.clock import PARIS
from procurement.deadlines.rules import holidays

HORIZON = timedelta(minutes=15)
"""How long before it is due a reminder is written down."""

DAY = timedelta(hours=12)
"""How long a person's day lasts from its first hour: 08:00 to 20:00."""

EVERY_DAY = 0b1111111

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long after each refusal "for now" a mail is tried again; after the last it has failed (N5)."""

DOUBT_RETRY = timedelta(minutes=1)
"""How long after a first doubt a mail is sent again, under the same Message-ID; there is no third time (N4)."""

LOCK_RETRY = timedelta(seconds=2)
"""How long a mail waits for a deadline that somebody is moving at that moment."""

FAULT_RETRIES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long an event that raised waits; the last one for ever: it stays visible until somebody repairs it."""


_UNITS = {"J": "days", "H": "hours", "M": "months"}
"""What a lead time is counted in, by the letter of its code."""


class Reason(StrEnum):
    """Why a notification didn't leave."""

    MOVED = "moved"
    """Its deadline has moved since: what it would say is no longer true (N12)."""
    PASSED = "passed"
    """Its deadline has passed, or the next reminder says it better (N7, N13)."""
    NOT_CONCERNED = "not_concerned"
    """The person has nothing left to do, left, or may not see it any more (N14, N15, N19)."""
    UNCHOSEN = "unchosen"
    """The delegate has chosen since that reminders of these dates leave at other times."""
    REFUSED = "refused"
    """The server refused the mail, for good or too often."""
    UNWRITTEN = "unwritten"
    """The mail couldn't be written."""
    IN_APP = "in_app"
    """The person wants it in the application only."""
    SUSPENDED = "suspended"
    """The person's address refused too many mails: it stands in the application."""
    RESTORED = "restored"
    """The installation was restored from a backup made before its hour: it may have left."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When what is not urgent may reach a person."""

    zone: ZoneInfo = PARIS
    first: time = time(8)
    """Local hour at which their day begins."""
    working_days: int = 0b0011111
    """One bit a weekday, Monday lowest; none means all."""


USUAL = Hours()
"""The hours of whoever hasn't said anything else."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a deadline one is reminded: whole months or days, at the person's hour, or hours, to the minute.

    Neither: that very day.
    """

    days: int = 0
    hours: int = 0
    months: int = 0

    @property
    def code(self) -> str:
        """How it is written down, whatever the language: "J-7", "H-4", "M-12"."""
        if self.hours:
            return f"H-{self.hours}"
        return f"M-{self.months}" if self.months else f"J-{self.days}"

    @property
    def at_most(self) -> timedelta:
        """How long it is at most."""
        return timedelta(days=self.days + 31 * self.months, hours=self.hours)

    @property
    def passes(self) -> bool:
        """Whether it goes through nights and days off once it is late (N11)."""
        return not self.months and self.days <= 1

    @property
    def urgent(self) -> bool:
        """Whether it leaves at its very hour, whatever the day."""
        return self.hours > 0


def read_lead(code: str) -> Lead:
    """The lead time that is written down as `code`. Raises ValueError for anything else."""
    unit, _, number = code.partition("-")
    if unit not in _UNITS or not (number.isascii() and number.isdigit()):
        raise ValueError(f"{code} is no lead time")
    return Lead(**{_UNITS[unit]: int(number)})


@dataclass(frozen=True, slots=True)
class Departure:
    """One reminder to write down now."""

    lead: Lead
    planned_at: datetime
    """When it should leave."""
    due_at: datetime
    """When it leaves: later than planned if we learn too late that it must."""
    useful_until: datetime


def works_on(day: date, hours: Hours) -> bool:
    """Whether the person reads mail on that day: one of their working days, and no public holiday."""
    days = hours.working_days or EVERY_DAY
    return bool(days >> day.weekday() & 1) and day not in holidays(day.year)


def opening(day: date, hours: Hours) -> datetime:
    """When the person's day begins (UTC). An hour that summer time skips is the one clocks show instead."""
    return datetime.combine(day, hours.first, tzinfo=hours.zone).astimezone(UTC)


def next_opening(after: datetime, hours: Hours) -> datetime:
    """The beginning of the person's next day of work later than `after`."""
    day = after.astimezone(hours.zone).date() - timedelta(days=1)
    while not (works_on(day, hours) and opening(day, hours) > after):
        day += timedelta(days=1)
    return opening(day, hours)


def is_open(now: datetime, hours: Hours) -> bool:
    """Whether `now` falls within the person's day, on one on which they work."""
    today = now.astimezone(hours.zone).date()
    return any(
        works_on(day, hours) and opening(day, hours) <= now < opening(day, hours) + DAY
        for day in (today - timedelta(days=1), today)
    )


def news_leaves_at(now: datetime, hours: Hours, *, urgent: bool) -> datetime:
    """When news reaches a person: at once by day or when urgent, else at the beginning of their next day (N11)."""
    return now if urgent or is_open(now, hours) else next_opening(now, hours)


def digest_leaves_at(now: datetime, hours: Hours, *, weekly: bool) -> datetime:
    """When the digest that news of `now` goes into leaves (UTC): always later than `now`.

    Daily, at the beginning of the person's next day of work; weekly, at that of their first day of work of a week.
    So what happens from one digest on, until the next, is in the next and in no other (N25).
    """
    if not weekly:
        return next_opening(now, hours)
    day = now.astimezone(hours.zone).date()
    monday = day - timedelta(days=day.weekday())
    while True:
        week = (monday + timedelta(days=offset) for offset in range(7))
        first = next((day for day in week if works_on(day, hours)), None)
        if first is not None and opening(first, hours) > now:
            return opening(first, hours)
        monday += timedelta(days=7)


def planned_at(remind_at: datetime, zone: ZoneInfo, lead: Lead, hours: Hours) -> datetime:
    """When the reminder of `lead` leaves (UTC) for a deadline at `remind_at`, said in `zone`.

    J-n counts calendar days where the deadline is said and leaves at the person's hour, on the working day before
    when that is a day off (J-1 of a Monday noon leaves on Friday). M-n counts calendar months: the same day of the
    month, or its last. H-n is exact.
    """
    if lead.urgent:
        return remind_at - timedelta(hours=lead.hours)
    day = remind_at.astimezone(zone).date() - relativedelta(months=lead.months, days=lead.days)  # type: ignore[no-untyped-call]
    while not works_on(day, hours):
        day -= timedelta(days=1)
    return opening(day, hours)


def _schedule(
    remind_at: datetime, zone: ZoneInfo, leads: Iterable[Lead], hours: Hours
) -> list[tuple[Lead, datetime, datetime]]:
    """Each lead with when it leaves and until when it is of use: the next one's hour, at last the deadline."""
    planned = sorted(
        ((planned_at(remind_at, zone, lead, hours), -lead.at_most, lead) for lead in leads),
        key=lambda entry: entry[:2],
    )
    ends = [*(entry[0] for entry in planned[1:]), remind_at][: len(planned)]
    return [(lead, at, min(end, remind_at)) for (at, _, lead), end in zip(planned, ends, strict=True)]


def departures(
    remind_at: datetime, zone: ZoneInfo, leads: Iterable[Lead], hours: Hours, now: datetime
) -> list[Departure]:
    """The reminders of one deadline to write down at `now` for a person with these hours: due within `HORIZON`.

    Each is of use until the next one's hour, so that what is late comes down to one (N7, N17). A late one leaves at
    once within the person's day, or if it passes through; else when their next day begins, unless the next reminder
    does by then.
    """
    found = []
    for lead, at, useful_until in _schedule(remind_at, zone, leads, hours):
        if useful_until <= max(at, now) or at > now + HORIZON:
            continue
        due_at = at if at >= now else news_leaves_at(now, hours, urgent=lead.passes)
        if due_at < useful_until and due_at <= now + HORIZON:
            found.append(Departure(lead, at, due_at, useful_until))
    return found


def next_look(
    remind_at: datetime, zone: ZoneInfo, leads: Sequence[Lead], profiles: Iterable[Hours], now: datetime
) -> datetime | None:
    """When the plan must look at a deadline again; None when nothing more can leave.

    The next hour at which a reminder leaves for somebody of `profiles`; and once the first has, each morning: who
    joined without our hearing of it is then found.
    """
    after = now + HORIZON
    moments = []
    for hours in profiles:
        planned = [planned_at(remind_at, zone, lead, hours) for lead in leads]
        moments += [at for at in planned if at > after]
        if planned and min(planned) <= after:
            moments.append(next_opening(after, hours))
    coming = min(moments, default=None)
    return coming if coming is not None and coming < remind_at else None


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after the `attempts`-th refusal for now; None: it has failed."""
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


def fault_retry_after(attempts: int) -> timedelta:
    """How long an event waits after its `attempts`-th fault."""
    return FAULT_RETRIES[min(attempts, len(FAULT_RETRIES)) - 1]
