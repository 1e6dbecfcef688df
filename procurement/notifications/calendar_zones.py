"""Time zones as calendars read them: a VTIMEZONE whose changes are a yearly rule.

icalendar can write one with a list of instants (RDATE). Outlook leaves such lists aside and shows the whole summer
an hour off, which for a deadline is an hour too late. So the rule is read from the zone itself: "the last Sunday of
March at 02:00".
"""

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

YEARS = 12
"""Years over which a rule must hold: enough to tell the fourth Sunday of a month from the last."""
EPOCH = 1970
"""The year in which a rule is said to begin, as calendars everywhere do."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the hour: the wall time it happens at, by the clocks as they went before."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool

    @property
    def same(self) -> tuple[object, ...]:
        """What changes of one rule have in common, apart from the day."""
        return (self.wall.month, self.wall.weekday(), self.wall.time(), self.before, self.after, self.name)

    @property
    def places(self) -> frozenset[int]:
        """The places its weekday has in its month: counted from the beginning, and -1 if it is the last."""
        days = calendar.monthrange(self.wall.year, self.wall.month)[1]
        return frozenset({(self.wall.day - 1) // 7 + 1, *((-1,) if self.wall.day + 7 > days else ())})


def vtimezone(key: str, first: date, last: date) -> Timezone:
    """The VTIMEZONE of the zone `key` (IANA name), right for whatever happens between the days `first` and `last`.

    A yearly rule for each change of the hour; a zone whose changes follow no rule (Ramadan in Morocco) has each of
    them by its date.
    """
    years = range(first.year, max(last.year + 2, first.year + YEARS))
    by_year = [_changes(key, year) for year in years]
    component = Timezone()
    component.add("tzid", key)
    rules = _rules(by_year)
    if rules:
        observances = [_yearly(change, place) for change, place in rules]
    else:
        begins = datetime(first.year if any(by_year) else EPOCH, 1, 1, tzinfo=ZoneInfo(key))
        observances = [_first(begins), *(_once(change) for changes in by_year for change in changes)]
    for observance in observances:
        component.add_component(observance)
    return component


@lru_cache(maxsize=256)
def _changes(key: str, year: int) -> tuple[Change, ...]:
    """The changes of the hour in `year`, found by walking through its days."""
    zone = ZoneInfo(key)
    found = []
    instant, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while instant < end:
        following = instant + timedelta(days=1)
        if _offset(instant, zone) != _offset(following, zone):
            found.append(_change(instant, following, zone))
        instant = following
    return tuple(found)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> Change:
    """The change between two instants, to the minute."""
    stood = _offset(before, zone)
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        before, after = (middle, after) if _offset(middle, zone) == stood else (before, middle)
    local = after.astimezone(zone)
    return Change(
        wall=(after + stood).replace(tzinfo=None),
        before=stood,
        after=_offset(after, zone),
        name=local.tzname() or "",
        summer=bool(local.dst()),
    )


def _rules(by_year: list[tuple[Change, ...]]) -> list[tuple[Change, int]] | None:
    """A change and its place in the month for each rule that holds in all these years; None where one doesn't."""
    found = []
    if len({len(changes) for changes in by_year}) != 1:
        return None
    for alike in zip(*by_year, strict=True):
        places = reduce(frozenset.intersection, (change.places for change in alike))
        if len({change.same for change in alike}) != 1 or not places:
            return None
        found.append((alike[0], min(places)))
    return found


def _yearly(change: Change, place: int) -> TimezoneStandard | TimezoneDaylight:
    """The change each year on the same weekday of its month, told as if it had been so since 1970."""
    month, weekday = change.wall.month, change.wall.weekday()
    of_month = [day for day in calendar.Calendar().itermonthdates(EPOCH, month) if day.month == month]
    days = [day for day in of_month if day.weekday() == weekday]
    begins = days[place] if place < 0 else days[place - 1]
    observance = _once(replace(change, wall=datetime.combine(begins, change.wall.time())))
    observance.add("rrule", {"freq": "yearly", "bymonth": month, "byday": f"{place}{_DAYS[weekday]}"})
    return observance


def _once(change: Change) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if change.summer else TimezoneStandard()
    observance.add("dtstart", change.wall)
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    return observance


def _first(begins: datetime) -> TimezoneStandard | TimezoneDaylight:
    """How clocks stand from the instant `begins` on, in its zone."""
    offset = begins.utcoffset() or timedelta()
    wall = begins.replace(tzinfo=None)
    return _once(Change(wall, offset, offset, begins.tzname() or "", summer=bool(begins.dst())))
