"""Time zones as calendars read them: a VTIMEZONE whose changes are a yearly rule.

icalendar can write one with a list of instants (RDATE). Outlook leaves such lists aside and shows the whole summer
an hour off, which for a deadline is an hour too late. So the rule is read from the zone itself: "the last Sunday of
March at 02:00".
"""

import calendar
from dataclasses import dataclass
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

    A yearly rule for each change of the hour, one offset for a zone that has none. A zone whose changes follow no
    rule (Ramadan in Morocco) is written as a list of instants.
    """
    years = range(first.year, max(last.year + 1, first.year + YEARS))
    by_year = [_changes(key, year) for year in years]
    component = Timezone()
    component.add("tzid", key)
    if not any(by_year):
        component.add_component(_fixed(key, first))
        return component
    rules = _rules(by_year)
    if rules is None:
        return Timezone.from_tzid(key, first_date=date(first.year, 1, 1), last_date=date(last.year + 2, 1, 1))
    for change, place in rules:
        component.add_component(_yearly(change, place))
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
    observance = TimezoneDaylight() if change.summer else TimezoneStandard()
    weekday = change.wall.weekday()
    days = [
        day
        for day in calendar.Calendar().itermonthdates(EPOCH, change.wall.month)
        if day.month == change.wall.month and day.weekday() == weekday
    ]
    begins = days[place] if place < 0 else days[place - 1]
    observance.add("dtstart", datetime.combine(begins, change.wall.time()))
    observance.add("rrule", {"freq": "yearly", "bymonth": change.wall.month, "byday": f"{place}{_DAYS[weekday]}"})
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    return observance


def _fixed(key: str, day: date) -> TimezoneStandard:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(key))
    offset = noon.utcoffset() or timedelta()
    observance = TimezoneStandard()
    observance.add("dtstart", datetime(EPOCH, 1, 1))  # noqa: DTZ001 - a wall time, as the format has it
    observance.add("tzoffsetfrom", offset)
    observance.add("tzoffsetto", offset)
    observance.add("tzname", noon.tzname() or "")
    return observance
