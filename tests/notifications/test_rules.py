"""When reminders leave: pure rules, one clock, no database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.core.clock import PARIS
from procurement.notifications.kinds.deadlines import REGISTRATION_LEADS, SUBMISSION_LEADS
from procurement.notifications.rules import (
    HORIZON,
    Hours,
    Lead,
    departures,
    is_open,
    news_leaves_at,
    next_look,
    next_opening,
    planned_at,
    retry_after,
    works_on,
)
from tests.factories import paris

J1, J3, J7, H4 = Lead(days=1), Lead(days=3), Lead(days=7), Lead(hours=4)
USUAL = Hours()


def codes(*args: object) -> list[str]:
    return [departure.lead.code for departure in departures(*args)]


def test_days_before_leave_at_the_persons_hour():
    due = paris(2026, 12, 9, 12)
    assert planned_at(due, PARIS, J7, USUAL) == paris(2026, 12, 2, 8)
    assert planned_at(due, PARIS, J1, Hours(first=time(17, 30))) == paris(2026, 12, 8, 17, 30)


def test_hours_before_are_exact():
    assert planned_at(paris(2026, 12, 7, 9, 30), PARIS, H4, USUAL) == paris(2026, 12, 7, 5, 30)


@pytest.mark.parametrize(
    ("due", "lead", "leaves"),
    [
        (paris(2026, 12, 7), J1, paris(2026, 12, 4, 8)),  # of a Monday noon: Friday
        (paris(2026, 11, 12), J1, paris(2026, 11, 10, 8)),  # the 11th of November is a public holiday
        (paris(2027, 5, 18), J1, paris(2027, 5, 14, 8)),  # Whit Monday, then the weekend
        (paris(2026, 12, 26), J1, paris(2026, 12, 24, 8)),  # Christmas
    ],
)
def test_on_a_day_off_it_leaves_on_the_working_day_before(due, lead, leaves):  # N11
    assert planned_at(due, PARIS, lead, USUAL) == leaves


@pytest.mark.parametrize(
    ("months", "leaves"),
    [
        (12, paris(2026, 8, 31, 8)),
        (9, paris(2026, 11, 30, 8)),
        (6, paris(2027, 2, 26, 8)),
        (3, paris(2027, 5, 31, 8)),
    ],
)
def test_months_before_are_calendar_months_to_the_last_of_a_shorter_one(months, leaves):
    assert planned_at(paris(2027, 8, 31), PARIS, Lead(months=months), USUAL) == leaves


def test_that_very_day_is_the_persons_hour_of_it_or_the_working_day_before():
    assert planned_at(paris(2026, 12, 9, 23, 59), PARIS, Lead(), USUAL) == paris(2026, 12, 9, 8)
    assert planned_at(paris(2026, 12, 6, 23, 59), PARIS, Lead(), USUAL) == paris(2026, 12, 4, 8)


def test_each_lead_is_written_down_and_passes_by_what_it_is():  # N11
    leads = {Lead(months=12): False, J3: False, J1: True, Lead(): True, H4: True}
    assert [lead.code for lead in leads] == ["M-12", "J-3", "J-1", "J-0", "H-4"]
    assert {lead: lead.passes for lead in leads} == leads
    assert [lead.code for lead in leads if lead.urgent] == ["H-4"]


def test_working_days_are_the_persons_own():  # N11
    wednesdays_off = Hours(working_days=0b0111011)
    assert planned_at(paris(2026, 12, 10), PARIS, J1, wednesdays_off) == paris(2026, 12, 8, 8)
    assert planned_at(paris(2026, 12, 7), PARIS, J1, wednesdays_off) == paris(2026, 12, 5, 8)
    assert works_on(paris(2026, 12, 9).date(), Hours(working_days=0))


def test_days_count_where_the_deadline_was_said_and_hours_where_the_person_is():
    island = ZoneInfo("Indian/Reunion")
    just_after_midnight = datetime(2026, 12, 10, 0, 30, tzinfo=island)
    assert just_after_midnight.astimezone(PARIS).day == 9
    assert planned_at(just_after_midnight, island, J1, USUAL) == paris(2026, 12, 9, 8)
    there = Hours(zone=island)
    assert planned_at(paris(2026, 12, 9), PARIS, J1, there) == datetime(2026, 12, 8, 8, tzinfo=island)


@pytest.mark.parametrize("sunday", [date(2027, 3, 28), date(2027, 10, 31)])
def test_over_the_change_of_hour_it_leaves_at_eight_oclock(sunday):  # N8
    everyday = Hours(working_days=0b1111111)
    days = [sunday + timedelta(days=n) for n in range(-3, 4)]
    for day in days:
        if works_on(day, everyday):
            due = datetime.combine(day + timedelta(days=7), time(12), tzinfo=PARIS)
            leaves = planned_at(due, PARIS, J7, everyday).astimezone(PARIS)
            assert leaves.replace(tzinfo=None) == datetime.combine(day, time(8))


def test_one_day_has_one_beginning_even_if_its_hour_comes_twice_or_never():  # N8
    at_night = Hours(first=time(2, 30), working_days=0b1111111)
    skipped, doubled = paris(2027, 3, 28, 0), paris(2027, 10, 31, 0)
    assert next_opening(skipped, at_night) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    first = next_opening(doubled, at_night)
    assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert next_opening(first, at_night) == datetime(2027, 11, 2, 1, 30, tzinfo=UTC)


def test_what_falls_due_within_the_horizon_is_written_down():
    due, leaves = paris(2026, 12, 9), paris(2026, 12, 2, 8)
    before = leaves - HORIZON - timedelta(seconds=1)
    assert codes(due, PARIS, REGISTRATION_LEADS, USUAL, before) == []
    [found] = departures(due, PARIS, REGISTRATION_LEADS, USUAL, leaves - HORIZON)
    assert (found.lead, found.due_at, found.useful_until) == (J7, leaves, paris(2026, 12, 4, 8))


def test_late_it_comes_down_to_one():  # N7, N17
    due = paris(2026, 12, 30)
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, paris(2026, 12, 29, 10)) == ["J-1"]
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, paris(2026, 12, 28, 10)) == ["J-3"]
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, paris(2026, 12, 16, 10)) == ["J-15"]
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, paris(2026, 12, 1, 10)) == []


def test_two_that_would_leave_together_are_one():  # N11, N20
    monday = paris(2026, 12, 7)
    assert planned_at(monday, PARIS, J3, USUAL) == planned_at(monday, PARIS, J1, USUAL)
    assert codes(monday, PARIS, REGISTRATION_LEADS, USUAL, paris(2026, 12, 4, 8)) == ["J-1"]


def test_a_deadline_that_has_passed_never_reminds():  # N13
    due = paris(2026, 12, 9)
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, due) == []
    assert codes(due, PARIS, SUBMISSION_LEADS, USUAL, due + timedelta(hours=1)) == []
    assert next_look(due, PARIS, SUBMISSION_LEADS, [USUAL], due) is None


def test_late_and_not_urgent_it_waits_for_the_persons_day():  # N11
    due = paris(2026, 12, 16)  # a Wednesday: J-7 is the Wednesday before
    sunday, monday = paris(2026, 12, 13, 3), paris(2026, 12, 14, 8)
    assert codes(due, PARIS, [J7], USUAL, sunday) == []
    assert next_look(due, PARIS, [J7], [USUAL], sunday) == monday
    [found] = departures(due, PARIS, [J7], USUAL, monday - timedelta(minutes=5))
    assert found.due_at == monday
    [found] = departures(due, PARIS, [J7], USUAL, paris(2026, 12, 14, 15))
    assert found.due_at == paris(2026, 12, 14, 15)


def test_the_last_day_and_the_last_hours_pass_through():  # N11
    monday = paris(2026, 12, 7)
    saturday_night = paris(2026, 12, 5, 23)
    [late] = departures(monday, PARIS, REGISTRATION_LEADS, USUAL, saturday_night)
    assert (late.lead, late.due_at) == (J1, saturday_night)
    [last] = departures(monday, PARIS, SUBMISSION_LEADS, USUAL, paris(2026, 12, 7, 9))
    assert (last.lead, last.due_at, last.useful_until) == (H4, paris(2026, 12, 7, 9), monday)


def test_news_waits_for_the_next_day_of_work_unless_urgent():  # N11
    friday_night = paris(2026, 12, 4, 22)
    assert news_leaves_at(friday_night, USUAL, urgent=False) == paris(2026, 12, 7, 8)
    assert news_leaves_at(friday_night, USUAL, urgent=True) == friday_night
    assert news_leaves_at(paris(2026, 12, 4, 15), USUAL, urgent=False) == paris(2026, 12, 4, 15)


def test_a_day_that_begins_in_the_evening_goes_on_after_midnight():
    night = Hours(first=time(22))
    assert is_open(paris(2026, 12, 9, 3), night)
    assert not is_open(paris(2026, 12, 9, 12), night)
    assert not is_open(paris(2026, 12, 6, 23), night)


def test_the_plan_looks_again_at_the_next_hour_of_somebody():
    due, now = paris(2026, 12, 9), paris(2026, 11, 24, 10)
    early = Hours(first=time(7))
    assert next_look(due, PARIS, REGISTRATION_LEADS, [USUAL, early], now) == paris(2026, 12, 2, 7)
    assert next_look(due, PARIS, REGISTRATION_LEADS, [USUAL], paris(2026, 12, 2, 8)) == paris(2026, 12, 3, 8)


instants = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2029, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
profiles = st.builds(
    Hours,
    zone=st.sampled_from([PARIS, ZoneInfo("Indian/Reunion"), ZoneInfo("America/Guadeloupe")]),
    first=st.times(min_value=time(0), max_value=time(23, 59)).map(
        lambda t: t.replace(second=0, microsecond=0)
    ),
    working_days=st.integers(1, 127),
)


@given(due=instants, hours=profiles, ahead=st.timedeltas(timedelta(minutes=1), timedelta(days=20)))
def test_at_any_moment_at_most_one_reminder_is_late_and_none_is_after_the_deadline(
    due, hours, ahead
):  # N7, N13
    now = due - ahead
    found = departures(due, PARIS, SUBMISSION_LEADS, hours, now)
    assert sum(one.planned_at < now for one in found) <= 1
    assert len({one.due_at for one in found}) == len(found)
    for one in found:
        assert now <= one.due_at <= now + HORIZON
        assert one.due_at < one.useful_until <= due


@given(due=instants, hours=profiles)
def test_whoever_looks_when_told_to_misses_no_reminder(due, hours):
    """Walking from look to look, each reminder that is worth anything is written down, and on time."""
    now, seen = due - timedelta(days=40), {}
    for _ in range(60):
        for one in departures(due, PARIS, SUBMISSION_LEADS, hours, now):
            seen.setdefault(one.lead.code, one.due_at)
        look = next_look(due, PARIS, SUBMISSION_LEADS, [hours], now)
        if look is None:
            break
        assert look > now + HORIZON
        now = look - HORIZON
    planned = {lead.code: planned_at(due, PARIS, lead, hours) for lead in SUBMISSION_LEADS}
    assert {at for at in planned.values() if at < due} == set(seen.values())
    assert all(at == planned[code] for code, at in seen.items())


def test_delays_between_attempts_are_a_list_that_ends():  # N5
    delays = [retry_after(n) for n in range(1, 9)]
    assert delays[0] == timedelta(minutes=1)
    assert delays[-1] is None
    assert all(sooner < later for sooner, later in pairwise(delays[:-1]))
