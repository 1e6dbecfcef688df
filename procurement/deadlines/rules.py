"""Rules on dates: wall time and instants, J-n, days off, the order of a tender's dates. Pure: no database."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from procurement.core.clock import PARIS
from procurement.core.errors import Invalid
from procurement.core.i18n import N_

REGISTRATION_LEAD = 21
"""Days between registrations' close and the buyer's deadline (domain 4, milestone 4)."""
SHORT_REGISTRATION_LEAD = 15
"""The same where time is short."""
LEAST_TO_REGISTER = 7
"""Days that members need at least to make up their minds, unless there aren't that many left."""

SUNDAY = N_("That day is a Sunday.")
SATURDAY = N_("That day is a Saturday.")
HOLIDAY = N_("That day is a public holiday.")


def read_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises Invalid where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(N_("There is no time zone of the name %(zone)s."), zone=name) from error


def local_instant(day: date, hour: time, zone: ZoneInfo = PARIS) -> datetime:
    """The instant (UTC) at which clocks in `zone` show `day` and `hour`.

    An hour that comes twice (last Sunday of October) is the first of the two: for a deadline the earlier is the safe
    one. Raises Invalid for an hour that doesn't exist (last Sunday of March).
    """
    wall = datetime.combine(day, hour.replace(fold=0))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        raise Invalid(N_("That hour doesn't exist on that day: clocks go forward. Choose an hour later."))
    return instant


def days_before(due_at: datetime, days: int, zone: ZoneInfo = PARIS) -> datetime:
    """J-`days`: the instant (UTC) with the same local hour as `due_at`, `days` calendar days earlier in `zone`.

    Where that hour doesn't exist, the one that clocks show instead (an hour later); where it comes twice, the first.
    """
    wall = due_at.astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(days=days)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def passed(due_at: datetime, now: datetime) -> bool:
    """Whether it is too late: one is still on time at the very instant."""
    return due_at < now


@lru_cache(maxsize=32)
def holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of `year` in mainland France (L3133-1 C.trav.)."""
    sunday: date = easter(year)  # type: ignore[no-untyped-call]
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
    return frozenset(
        [*(date(year, month, day) for month, day in fixed), *(sunday + timedelta(days=n) for n in moving)]
    )


def is_working_day(day: date) -> bool:
    """Whether offices work on that day in mainland France."""
    return day.weekday() < 5 and day not in holidays(day.year)


def day_off(due_at: datetime, zone: ZoneInfo = PARIS) -> str:
    """Why the day of a deadline is one on which nobody answers (an msgid); empty for a working day.

    To warn, never to shift: the buyer's date binds on a Sunday too.
    """
    day = due_at.astimezone(zone).date()
    if day in holidays(day.year):
        return HOLIDAY
    return {5: SATURDAY, 6: SUNDAY}.get(day.weekday(), "")


def propose_registration_close(due_at: datetime, now: datetime, zone: ZoneInfo = PARIS) -> datetime | None:
    """When registrations should close for answers due at `due_at`: J-21, J-15 when time is short (domain 4).

    Where even J-15 leaves members less than a week, half of the days that remain. Always at the local hour of the
    buyer's deadline, on a working day (the one before, where one is left), and in the future; None when fewer than two
    days are left.
    """
    remaining = (due_at - now).days
    if remaining < 2:
        return None
    for lead in (REGISTRATION_LEAD, SHORT_REGISTRATION_LEAD, remaining // 2):
        proposed = days_before(due_at, lead, zone)
        while not is_working_day(proposed.astimezone(zone).date()):
            proposed = days_before(proposed, 1, zone)
        if proposed - now >= timedelta(days=LEAST_TO_REGISTER):
            return proposed
    halfway = working = days_before(due_at, max(remaining // 2, 1), zone)
    while not is_working_day(working.astimezone(zone).date()):
        working = days_before(working, 1, zone)
    return next((one for one in (working, halfway) if one > now), None)
