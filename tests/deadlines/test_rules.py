"""Wall time, J-n, days off, and when registrations should close."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.core.errors import Invalid
from procurement.deadlines.rules import (
    HOLIDAY,
    SATURDAY,
    SUNDAY,
    day_off,
    days_before,
    holidays,
    is_working_day,
    local_instant,
    passed,
    propose_registration_close,
    read_zone,
)
from tests.factories import paris

REUNION = ZoneInfo("Indian/Reunion")


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (date(2026, 11, 27), time(12), datetime(2026, 11, 27, 11, tzinfo=UTC)),
        (date(2027, 7, 1), time(12), datetime(2027, 7, 1, 10, tzinfo=UTC)),
        (date(2027, 3, 28), time(3), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        # The hour that comes twice is the earlier of the two.
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(2, 30, fold=1), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(3), datetime(2027, 10, 31, 2, tzinfo=UTC)),
    ],
)
def test_wall_time_in_paris(day, hour, utc):
    assert local_instant(day, hour) == utc


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_the_hour_that_march_skips_is_refused(minute):
    with pytest.raises(Invalid):
        local_instant(date(2027, 3, 28), time(2, minute))


def test_another_zone():
    assert local_instant(date(2027, 7, 1), time(12), REUNION) == datetime(2027, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Lutece", "", "../etc/passwd", "Europe"])
def test_a_zone_that_is_none(name):
    with pytest.raises(Invalid):
        read_zone(name)


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    st.integers(0, 400),
)
def test_days_before_keeps_the_local_hour(due_at, days):
    zone = ZoneInfo("Europe/Paris")
    earlier = days_before(due_at, days).astimezone(zone)
    due = due_at.astimezone(zone)
    assert due.date() - earlier.date() == timedelta(days=days)
    gap = abs((earlier.hour * 60 + earlier.minute) - (due.hour * 60 + due.minute))
    # Only in the hour that March skips do clocks show another one.
    assert gap == 0 or (gap == 60 and earlier.month == 3)


def test_days_before_across_both_changes():
    assert days_before(paris(2027, 4, 1), 7) == paris(2027, 3, 25)
    assert days_before(paris(2027, 11, 2), 7) == paris(2027, 10, 26)
    assert days_before(paris(2027, 4, 4, 2, 30), 7) == paris(2027, 3, 28, 3, 30)


def test_on_time_at_the_very_instant():
    due = paris(2026, 11, 27)
    assert not passed(due, due)
    assert passed(due, due + timedelta(microseconds=1))


# As published by the State for 2026 and 2027 (jours fériés, métropole).
PUBLISHED = {
    2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    2027: "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_public_holidays(year):
    assert holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()}


@pytest.mark.parametrize(
    ("due_at", "why"),
    [
        (paris(2026, 11, 27), ""),
        (paris(2026, 11, 28), SATURDAY),
        (paris(2026, 11, 29), SUNDAY),
        (paris(2026, 12, 25), HOLIDAY),
        # Still Sunday in Paris, Monday in UTC+4.
        (datetime(2026, 11, 29, 22, 30, tzinfo=UTC), SUNDAY),
    ],
)
def test_days_off_are_told(due_at, why):
    assert day_off(due_at) == why


def test_a_day_off_is_that_of_the_zone_it_was_said_in():
    assert day_off(datetime(2026, 11, 29, 22, 30, tzinfo=UTC), REUNION) == ""


NOW = paris(2026, 11, 2, 9)


@pytest.mark.parametrize(
    ("due_at", "proposed"),
    [
        (paris(2027, 1, 15, 16), paris(2026, 12, 24, 16)),  # J-21 is Christmas: the working day before
        (paris(2026, 12, 4), paris(2026, 11, 13)),  # J-21
        (paris(2026, 11, 27), paris(2026, 11, 12)),  # J-21 is too near: J-15
        (paris(2026, 11, 20), paris(2026, 11, 10)),  # J-15 too: half of the days, on a working day
        (paris(2026, 11, 11), paris(2026, 11, 6)),  # half of the days is a Saturday
        (paris(2026, 11, 6), paris(2026, 11, 4)),
        (paris(2026, 11, 3, 18), None),
        (paris(2026, 10, 1), None),
    ],
)
def test_when_registrations_should_close(due_at, proposed):
    # domain 4: J-21, J-15 when time is short, the order kept in proportion below that.
    assert propose_registration_close(due_at, NOW) == proposed


@given(st.integers(0, 200_000))
def test_what_is_proposed_lies_between_now_and_the_deadline(minutes):
    due_at = NOW + timedelta(minutes=minutes)
    proposed = propose_registration_close(due_at, NOW)
    assert proposed is None or NOW < proposed < due_at
    if proposed and proposed - NOW >= timedelta(days=7):
        assert is_working_day(proposed.astimezone(ZoneInfo("Europe/Paris")).date())
