"""What counts as wrong, from when on, and what isn't told twice."""

from datetime import timedelta

import pytest

from procurement.notifications.watch import RED, Fault, Tick, Vitals, faults, silent_jobs
from tests.factories import paris

NOW = paris(2026, 12, 2, 8)


def ago(**how_long) -> object:
    return NOW - timedelta(**how_long)


def vitals(**changed) -> Vitals:
    """A product in good health, but for what is changed."""
    return Vitals(**({"beat_at": ago(seconds=5), "jobs": {"sweep": Tick(ago(seconds=2), 2)}} | changed))


def test_in_good_health_nothing_is_wrong():
    assert faults(vitals(), NOW) == []


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"beat_at": None}, [Fault.BEAT]),
        ({"beat_at": ago(seconds=60)}, []),
        ({"beat_at": ago(seconds=61)}, [Fault.BEAT]),
        ({"jobs": {}}, [Fault.JOBS]),
        ({"jobs": {"sweep": Tick(ago(minutes=3), 2)}}, []),
        ({"jobs": {"sweep": Tick(ago(minutes=3, seconds=1), 2)}}, [Fault.JOBS]),
        ({"oldest_due": ago(minutes=2)}, []),
        ({"oldest_due": ago(minutes=3)}, [Fault.LATE]),
        ({"oldest_due": ago(minutes=11)}, [Fault.OUTBOX]),
        ({"oldest_event": ago(minutes=6)}, [Fault.EVENTS]),
        ({"set_aside": 1}, [Fault.SET_ASIDE]),
        ({"mailbox_lost": True}, [Fault.MAILBOX]),
        ({"unwritten": 1, "failed": 2, "doubt": 3}, [Fault.UNWRITTEN, Fault.FAILED, Fault.DOUBT]),
    ],
)
def test_each_fault_has_its_limit(changed, wrong):
    assert faults(vitals(**changed), NOW) == wrong


def test_what_follows_from_another_fault_is_not_told_beside_it():
    old = {"sweep": Tick(ago(hours=1), 2)}
    stopped = vitals(beat_at=ago(hours=1), jobs=old, oldest_event=ago(hours=1))
    assert faults(stopped, NOW) == [Fault.BEAT]


def test_a_job_that_ticks_seldom_is_given_three_of_its_turns():
    jobs = {"hourly": Tick(ago(hours=3), 3600), "asked for": Tick(ago(days=9), None)}
    assert silent_jobs(jobs, NOW) == []
    assert silent_jobs({"hourly": Tick(ago(hours=3, seconds=1), 3600)}, NOW) == ["hourly"]


def test_a_clock_set_back_alarms_nobody():
    assert faults(vitals(beat_at=NOW + timedelta(days=3)), NOW) == []


def test_what_is_red_is_what_stops_everything():
    assert {Fault.BEAT, Fault.JOBS, Fault.OUTBOX} == RED
