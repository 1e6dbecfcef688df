"""Accounts that nobody uses: warned a month before two years, then closed; never the last of the office."""

from datetime import datetime, timedelta

import pytest

from procurement.accounts import operations, silence
from procurement.accounts.silence import CLOSED_AFTER, WARNED_BEFORE
from procurement.core import clock, events
from procurement.core.policy import SYSTEM, Role
from tests.factories import make_user, paris

NOW = paris(2026, 11, 24, 10)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(app):
    with clock.at(NOW):
        yield


def away(since: timedelta, **fields):
    """Somebody who was here so long ago for the last time."""
    return make_user(last_seen_at=NOW - since, **fields)


def verbs(user):
    return [event.verb for event in events.history([("user_account", user.id)])]


def close_all() -> int:
    count = 0
    while silence.close_silent():
        count += 1
    return count


def test_one_is_warned_a_month_before_once(session):
    early, late = away(CLOSED_AFTER - WARNED_BEFORE - DAY), away(CLOSED_AFTER - WARNED_BEFORE)
    assert silence.warn_silent() == 1
    assert silence.warn_silent() == 0
    assert (verbs(early), verbs(late)) == ([], ["silence_warned"])
    [event] = events.history([("user_account", late.id)])
    assert datetime.fromisoformat(event.facts["closes_at"]) == late.last_seen_at + CLOSED_AFTER


def test_who_stays_away_is_closed_a_month_after_the_warning(session):
    user = away(CLOSED_AFTER - WARNED_BEFORE)
    silence.warn_silent()
    with clock.at(NOW + WARNED_BEFORE - DAY):
        assert close_all() == 0
    with clock.at(NOW + WARNED_BEFORE):
        assert close_all() == 1
    assert (user.active, verbs(user)[0]) == (False, "account_lapsed")


def test_a_job_that_did_not_run_for_long_still_warns_before_it_closes(session):
    user = away(CLOSED_AFTER * 2)
    assert close_all() == 0
    silence.warn_silent()
    assert close_all() == 0
    [event] = events.history([("user_account", user.id)])
    assert datetime.fromisoformat(event.facts["closes_at"]) == NOW + WARNED_BEFORE


def test_who_comes_back_stays_and_is_warned_again_another_time(session):
    user = away(CLOSED_AFTER - WARNED_BEFORE)
    silence.warn_silent()
    user.last_seen_at = NOW + DAY
    session.flush()
    with clock.at(NOW + DAY + CLOSED_AFTER):
        assert close_all() == 0
        assert silence.warn_silent() == 1


def test_who_never_came_counts_from_the_day_the_account_was_opened(session):
    user = make_user()
    user.created_at = NOW - CLOSED_AFTER
    session.flush()
    assert silence.warn_silent() == 1


@pytest.mark.parametrize("role", [Role.NETWORK_ADMIN, Role.LEGAL_DELEGATE])
def test_the_last_of_the_office_is_never_closed(session, role):
    first, second = (away(CLOSED_AFTER, roles=[role]) for _ in range(2))
    away(timedelta(), roles=[role], active=False)
    silence.warn_silent()
    with clock.at(NOW + WARNED_BEFORE):
        assert close_all() == 1
    assert sorted([first.active, second.active]) == [False, True]


def test_reopened_means_a_month_more(session):
    user = away(CLOSED_AFTER)
    silence.warn_silent()
    with clock.at(NOW + WARNED_BEFORE):
        close_all()
        operations.reopen_account(SYSTEM, user)
        assert close_all() == 0
        assert user.active
        assert silence.warn_silent() == 1


def test_a_closed_account_is_left_alone(session):
    user = away(CLOSED_AFTER * 2, active=False)
    assert silence.warn_silent() == 0
    assert close_all() == 0
    assert verbs(user) == []
