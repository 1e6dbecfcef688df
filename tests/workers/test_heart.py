"""Signs of life of jobs, workers and beat: noted after the work, and seen by whoever watches."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from procurement.core import clock, heartbeats
from procurement.core.heartbeats import BEAT, JOB, WORKER, Sign
from procurement.embedded import suite
from tests.factories import paris
from tests.live import Product, product, until
from workers import heart
from workers.schedule import BEAT as RUNG

NOW = paris(2026, 12, 2, 8)
VALKEY = 58
"""Of Valkey's databases, the one that these tests' whole product uses; test processes take the low ones."""


def test_a_job_s_end_is_noted_for_the_job_and_for_the_worker(app):
    with clock.at(NOW):
        heart.job_done("notifications.sweep", "celery@here", 0.0414, {"mails": 3})
    signs = heartbeats.read()
    job, worker = signs[f"{JOB}notifications.sweep"], signs[f"{WORKER}celery@here"]
    assert (job.at, job.took_ms, job.every_s, json.loads(job.what)) == (NOW, 41, 2, {"mails": 3})
    assert (worker.at, worker.what) == (NOW, "notifications.sweep")


def test_a_job_that_nobody_rings_for_is_not_expected_to_tick(app):
    heart.job_done("something.else", "celery@here", 1.0)
    assert heartbeats.read()[f"{JOB}something.else"].every_s is None


def test_a_database_that_does_not_answer_is_no_reason_to_fail(app, monkeypatch):
    def lost(_signs: object) -> None:
        raise OperationalError("INSERT", {}, OSError("gone"))

    monkeypatch.setattr(heartbeats, "note", lost)
    heart.job_done("notifications.sweep", "celery@here", 1.0)
    heart.rang()


def test_workers_of_yesterday_are_forgotten(app):
    with clock.at(NOW - timedelta(days=1, seconds=1)):
        heartbeats.note([Sign(f"{WORKER}celery@gone"), Sign(BEAT)])
    with clock.at(NOW):
        heart.forget_gone()
    assert list(heartbeats.read()) == [BEAT]


def test_every_entry_of_the_schedule_has_its_seconds():
    assert {heart._EVERY[entry["task"]] for entry in RUNG.values()} >= {2}


# For real


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Web, worker, beat and SMTP server, as processes."""
    folder: Path = tmp_path_factory.mktemp("product")
    with product(
        folder,
        os.environ["TEST_DATABASE_ADMIN_URL"],
        os.environ["TEST_DATABASE_TEMPLATE"],
        suite.database_index(os.environ["TEST_REDIS_URL"], VALKEY),
        f"heart_{os.getpid()}",
    ) as one:
        one.start("smtp", "web")
        yield one


def health(running: Product) -> tuple[int, str]:
    """What /healthz answers."""
    try:
        with urllib.request.urlopen(running.url + "/healthz", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.reliability
@pytest.mark.xdist_group("reliability")
def test_the_watchman_sees_beat_and_workers_come_and_go(running: Product):
    assert health(running) == (503, "beat\n")
    running.start("worker", "beat")
    until(lambda: health(running) == (200, "ok\n"))
    running.kill("beat")
    running.clock_file.write_text(str(timedelta(minutes=2).total_seconds()))
    until(lambda: health(running) == (503, "beat\n"))
    running.start("beat")
    until(lambda: health(running) == (200, "ok\n"))
    running.kill("worker")
    running.clock_file.write_text(str(timedelta(minutes=8).total_seconds()))
    until(lambda: health(running) == (503, "jobs\n"))
