"""Signs of life: one row each, the latest."""

from datetime import timedelta

from procurement.core import clock, heartbeats
from procurement.core.heartbeats import BEAT, WORKER, Sign
from tests.counting import counted
from tests.factories import paris

NOW = paris(2026, 12, 2, 8)


def test_the_latest_sign_stands(app):
    with clock.at(NOW):
        heartbeats.note([Sign("job:one", 12, 2, "first"), Sign("worker:a")])
    with clock.at(NOW + timedelta(seconds=2)), counted(account=True) as sent:
        heartbeats.note([Sign("job:one", 5, 2, "second"), Sign("worker:b")])
    assert len(sent) == 1
    signs = heartbeats.read()
    assert list(signs) == ["job:one", "worker:a", "worker:b"]
    one = signs["job:one"]
    assert (one.at, one.took_ms, one.every_s, one.what) == (NOW + timedelta(seconds=2), 5, 2, "second")
    assert signs["worker:a"].at == NOW


def test_a_clock_set_back_is_believed(app):
    with clock.at(NOW):
        heartbeats.note([Sign(BEAT)])
    with clock.at(NOW - timedelta(days=3)):
        heartbeats.note([Sign(BEAT)])
    assert heartbeats.read()[BEAT].at == NOW - timedelta(days=3)


def test_machines_that_are_gone_are_forgotten_and_nothing_else(app):
    with clock.at(NOW - timedelta(days=2)):
        heartbeats.note([Sign(BEAT), Sign(f"{WORKER}gone"), Sign("workerless")])
    with clock.at(NOW):
        heartbeats.note([Sign(f"{WORKER}here")])
    heartbeats.forget(WORKER, NOW - timedelta(days=1))
    assert list(heartbeats.read()) == [BEAT, f"{WORKER}here", "workerless"]
