"""The demo's calendar, on any day of any year."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.core.clock import PARIS
from procurement.deadlines.rules import is_working_day
from procurement.demo.days import Days

INSTANTS = st.integers(0, 12 * 366 * 1440).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def wall(instant):
    local = instant.astimezone(PARIS)
    return local.hour, local.minute


@given(INSTANTS, st.integers(1, 80))
def test_the_past_is_on_working_days_and_in_order(now, days):
    calendar = Days(now)
    instant = calendar.ago(days, 9, 30)
    assert instant < now
    assert wall(instant) == (9, 30)
    assert is_working_day(instant.astimezone(PARIS).date())
    assert calendar.ago(days + 1, 23, 59) < instant


@given(INSTANTS)
def test_tomorrow_at_noon_is_tomorrow_at_noon(now):
    due = Days(now).tomorrow(12)
    assert wall(due) == (12, 0)
    assert due.astimezone(PARIS).date() - now.astimezone(PARIS).date() == timedelta(days=1)
    assert timedelta(hours=11) < due - now <= timedelta(hours=37)


@given(INSTANTS, st.sampled_from([7, 18, 30, 45]), st.sampled_from([12, 17]))
def test_what_is_to_come_falls_on_a_working_day_nearby(now, days, hour):
    due = Days(now).within(days, hour)
    assert wall(due) == (hour, 0)
    assert is_working_day(due.astimezone(PARIS).date())
    assert abs((due.astimezone(PARIS).date() - now.astimezone(PARIS).date()).days - days) <= 4
    assert due > now


def test_nothing_of_the_past_is_done_in_the_future():
    calendar = Days(datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(ValueError, match="past"), calendar.at(calendar.tomorrow(12)):
        pass
