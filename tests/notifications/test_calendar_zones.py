"""Zones as calendars read them, compared with the zones themselves by a reader that knows only the file."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from procurement.notifications.calendar_zones import vtimezone

OVERSEAS = ["Indian/Reunion", "America/Martinique", "America/Cayenne", "Indian/Mayotte", "Pacific/Noumea"]


def written(key: str, first=date(2026, 9, 1), last=date(2028, 1, 1)) -> str:
    return vtimezone(key, first, last).to_ical().decode()


@pytest.mark.parametrize(
    "key",
    [
        "Europe/Paris",
        "America/Miquelon",
        "Europe/Dublin",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        *OVERSEAS,
    ],
)
def test_each_hour_of_three_years_is_the_zone_s_own(key):  # N8, N9
    zone, read = ZoneInfo(key), tzical(StringIO(written(key))).get()
    hour, wrong = datetime(2026, 9, 1, tzinfo=UTC), []
    while hour.year < 2030:
        wall = hour.astimezone(zone).replace(tzinfo=None, fold=0)
        if wall.replace(tzinfo=read).utcoffset() != wall.replace(tzinfo=zone).utcoffset():
            wrong.append(wall)
        hour += timedelta(hours=1)
    assert wrong == []


def test_the_change_of_the_hour_is_a_rule_that_outlook_reads():
    lines = written("Europe/Paris").splitlines()
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in lines
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in lines
    assert not any(line.startswith("RDATE") for line in lines)


@pytest.mark.parametrize("key", OVERSEAS)
def test_a_zone_without_summer_time_has_one_offset(key):
    assert written(key).count("TZOFFSETTO") == 1
    assert "RRULE" not in written(key)


def test_a_zone_follows_its_last_date_however_far():
    text = written("Africa/Casablanca", date(2026, 1, 1), date(2045, 6, 1))
    zone, read = ZoneInfo("Africa/Casablanca"), tzical(StringIO(text)).get()
    for month in range(1, 13):
        noon = datetime(2045, month, 1, 12, tzinfo=zone)
        assert noon.replace(tzinfo=read).utcoffset() == noon.utcoffset()
