"""Sources asked live, from a real server with the true interfaces' paging, limits and faults."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.notices import runs
from procurement.notices.live import boamp, web
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.notices.queries import silent_sources
from procurement.tenders.models import Tender
from tests.factories import paris
from tests.live import until
from tests.notices.conftest import SAMPLES
from tests.notices.portal import EXPORT, RECORDS, SEARCH, Fault, serving
from workers.notices import run_fetch

NOW = paris(2026, 11, 27, 9)
pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def portal():
    with serving() as found:
        yield found


@pytest.fixture
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def given(settings, portal):
    """Settings of an installation that asks this portal for BOAMP, and for TED where a test sets it."""
    return settings.model_copy(update={"boamp_url": portal.url})


def many(sample, count: int, day: str = "2026-11-20", first: int = 1) -> list[dict]:
    """So many calls for tenders of the Calvados, published that day."""
    model = sample("flat") | {
        "dateparution": day,
        "code_departement": ["14"],
        "datelimitereponse": "2026-12-20",
    }
    return [model | {"idweb": f"26-{number}"} for number in range(first, first + count)]


def last_run() -> ImportRun:
    return db.session.scalars(
        select(ImportRun).order_by(ImportRun.id.desc()).execution_options(populate_existing=True)
    ).first()


def count(table, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def finish(given, rounds: int = 30) -> ImportRun:
    """Tick until the run has ended, passing the time that it asks for."""
    for _ in range(rounds):
        run_fetch(given, turn=60)
        run = last_run()
        if run.ended_at:
            return run
        with clock.at(max(run.wake_at, clock.now())):
            run_fetch(given, turn=60)
            if last_run().ended_at:
                return last_run()
    raise AssertionError("the run doesn't end")


@pytest.mark.usefixtures("_now")
def test_pages_come_one_after_the_other_for_the_network_s_departments(portal, given, sample) -> None:
    elsewhere = sample("flat") | {
        "idweb": "26-9000",
        "dateparution": "2026-11-20",
        "code_departement": ["75"],
    }
    old = sample("flat") | {"idweb": "26-9001", "dateparution": "2026-09-01", "code_departement": ["14"]}
    portal.records = [*many(sample, 230), elsewhere, old]
    run_fetch(given, turn=60)
    run = last_run()
    assert (run.source, run.new, run.read, run.total, run.error) == ("boamp", 230, 230, 230, "")
    assert run.ended_at is not None
    assert run.rate is not None
    assert portal.asked[RECORDS] == 3
    assert count(Tender) == 230
    assert count(Notice, Notice.run_id == run.id) == 230
    (ended,) = db.session.scalars(select(Event).where(Event.subject_type == "import_run"))
    assert (ended.verb, ended.facts["new"]) == ("import_ended", 230)


@pytest.mark.usefixtures("_now")
def test_what_is_as_it_was_isn_t_sent_again(portal, given, sample) -> None:
    portal.records = many(sample, 3)
    run_fetch(given, turn=60)
    assert run_fetch(given, turn=60) == {"runs": 0, "steps": 0}
    # The second run asks for other days, the third for the same.
    for hours, read in ((4, 0), (8, 0)):
        with clock.at(NOW + timedelta(hours=hours)):
            run_fetch(given, turn=60)
            assert (last_run().read, last_run().error) == (read, "")
    assert portal.asked[RECORDS] == 3
    assert count(ImportRun) == 3
    portal.records += many(sample, 1, "2026-11-27", first=50)
    with clock.at(NOW + timedelta(hours=12)):
        run_fetch(given, turn=60)
        assert last_run().new == 1


@pytest.mark.usefixtures("_now")
def test_more_than_pages_can_give_comes_by_the_export(portal, given, sample, monkeypatch) -> None:
    monkeypatch.setattr(boamp, "LAST_OFFSET", 150)
    monkeypatch.setattr(boamp, "EXPORT_PIECE", 60)
    portal.last_offset = 150
    portal.records = [*many(sample, 100, "2026-11-01"), *many(sample, 100, "2026-11-20", first=500)]
    run_fetch(given, turn=60)
    run = last_run()
    assert (run.new, run.same, run.error) == (200, 0, "")
    assert portal.asked[EXPORT] >= 2
    assert count(Tender) == 200


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("fault", "reason", "at_least"),
    [
        (Fault(429, {"Retry-After": "600"}), web.BUSY, 600),
        (Fault(429, {"X-RateLimit-Reset": "700"}), web.BUSY, 700),
        (Fault(503, {"Retry-After": "Fri, 27 Nov 2026 08:30:00 GMT"}), web.BUSY, 1800),
        (Fault(500), web.DOWN, 7),
        (Fault(way="cut"), web.CUT, 7),
        (Fault(way="hang"), web.TOO_SLOW, 7),
    ],
)
def test_a_fault_that_passes_is_waited_for_and_nothing_is_lost(
    portal, given, sample, monkeypatch, fault, reason, at_least
) -> None:
    monkeypatch.setattr(web, "SILENCE_SECONDS", 0.3)
    portal.records = many(sample, 150)
    portal.faults = [Fault(**{**vars(fault), "skip": 1})]
    run_fetch(given, turn=60)
    run = last_run()
    assert (run.error, run.attempts, run.read, run.ended_at) == (reason, 1, 100, None)
    rest = (run.wake_at - clock.now()).total_seconds()
    assert at_least <= rest <= max(at_least + 1, 15)
    assert run_fetch(given, turn=60)["steps"] == 0
    with clock.at(run.wake_at):
        run_fetch(given, turn=60)
    run = last_run()
    assert (run.new, run.same, run.error, run.attempts) == (150, 0, "", 0)
    assert run.ended_at is not None


@pytest.mark.usefixtures("_now")
def test_a_source_that_stays_down_ends_the_run_with_the_reason(portal, given, sample) -> None:
    portal.records = many(sample, 1)
    portal.faults = [Fault(502, times=100)]
    run = finish(given)
    assert (run.attempts, run.error, run.error_params) == (runs.ATTEMPTS, web.DOWN, {"status": "502"})
    portal.faults = []
    assert run_fetch(given, turn=60)["runs"] == 0
    with clock.at(run.began_at + runs.AGAIN):
        run_fetch(given, turn=60)
        assert (last_run().new, last_run().error) == (1, "")


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(404), web.REFUSED),
        (Fault(301, {"Location": "http://127.0.0.1:9/"}), web.REFUSED),
        (Fault(way="garbage"), web.NOT_UNDERSTOOD),
        (Fault(429, {"Retry-After": "90000"}), web.BUSY),
    ],
)
def test_a_fault_that_doesn_t_pass_ends_the_run_at_once(portal, given, fault, reason) -> None:
    portal.faults = [Fault(**vars(fault))]
    run_fetch(given, turn=60)
    assert (last_run().error, last_run().ended_at is not None) == (reason, True)


@pytest.mark.usefixtures("_now")
def test_an_answer_without_end_isn_t_read(portal, given, sample, monkeypatch) -> None:
    monkeypatch.setattr(web, "PAGE_LIMIT", 1000)
    portal.records = many(sample, 50)
    run_fetch(given, turn=60)
    assert last_run().error == web.TOO_LARGE


@pytest.mark.usefixtures("_now")
def test_the_source_s_quota_is_kept(portal, given, sample) -> None:
    portal.records = many(sample, 250)
    portal.remaining = 0
    run_fetch(given, turn=60)
    run = last_run()
    assert (portal.asked[RECORDS], run.read) == (1, 100)
    assert run.wake_at == clock.now() + timedelta(seconds=90)
    assert finish(given).new == 250


@pytest.mark.usefixtures("_now")
def test_one_that_can_t_be_read_stops_no_run(portal, given, sample) -> None:
    damaged = sample("flat") | {
        "idweb": "26-77", "dateparution": "2026-11-20", "code_departement": ["50"], "donnees": "{",
    }  # fmt: skip
    portal.records = [damaged, *many(sample, 2)]
    run_fetch(given, turn=60)
    assert (last_run().new, last_run().unreadable, last_run().error) == (2, 1, "")
    (kept,) = db.session.scalars(select(Notice).where(Notice.state == NoticeState.UNREADABLE))
    assert (kept.source_id, kept.run_id) == ("26-77", last_run().id)


@pytest.mark.usefixtures("_now")
def test_a_step_that_died_is_taken_again_and_a_late_one_changes_nothing(portal, given, sample) -> None:
    portal.records = many(sample, 150)
    runs.begin_due({"boamp": boamp.Boamp(portal.url, ["14"]).begin})
    dead = runs.claim(["boamp"])
    assert run_fetch(given, turn=60)["steps"] == 0
    with clock.at(NOW + runs.LEASE):
        run_fetch(given, turn=60)
        assert last_run().new == 150
        assert runs.take_step(None, dead, runs.Step(portal.records, {}, done=True)) is False
    assert count(Tender) == 150


@pytest.mark.usefixtures("_now")
def test_ted_is_searched_by_its_token_and_each_notice_fetched_once(portal, settings) -> None:
    given = settings.model_copy(
        update={"ted_url": portal.url, "ted_notices_url": portal.url, "notices_departments": "14,76"}
    )
    call = (SAMPLES / "ted_two_lots.xml").read_bytes()
    number = re.search(rb"(\d+-2026)</", call)[1]  # type: ignore[index]
    portal.notices = {
        "900001-2026": call,
        **{f"91000{n}-2026": call.replace(number, f"91000{n}-2026".encode()) for n in range(3)},
        "920000-2026": b"<x>",
        "930000-2026": b"",
    }
    run_fetch(given, turn=60)
    run = last_run()
    assert (run.source, run.error, run.total) == ("ted", "", 6)
    assert (run.new, run.unreadable) == (4, 2)
    assert portal.asked[SEARCH] == 3
    reasons = sorted(db.session.scalars(select(Notice.reason).where(Notice.state == NoticeState.UNREADABLE)))
    assert len(reasons) == 2
    before = portal.asked["/fr/notice/900001-2026/xml"]
    with clock.at(NOW + timedelta(hours=5)):
        run_fetch(given, turn=60)
        assert (last_run().new, last_run().same) == (0, 4)
    assert portal.asked["/fr/notice/900001-2026/xml"] == before == 1


@pytest.mark.usefixtures("_now")
def test_a_source_that_is_silent_for_a_day_is_told(portal, given, sample) -> None:
    portal.records = many(sample, 1)
    assert silent_sources(["boamp"]) == []
    run_fetch(given, turn=60)
    ended = last_run().ended_at
    with clock.at(NOW + timedelta(hours=23)):
        assert silent_sources(["boamp"]) == []
    with clock.at(NOW + timedelta(hours=25)):
        assert silent_sources(["boamp"]) == [("boamp", ended)]
        assert silent_sources([]) == []


def test_nobody_is_asked_unless_an_address_is_set(settings) -> None:
    assert run_fetch(settings) == {"runs": 0, "steps": 0}
    assert count(ImportRun) == 0


CHILD = """
from config import settings
from procurement import create_app
from workers.notices import run_fetch
with create_app().app_context():
    run_fetch(settings(), turn=60)
"""


@pytest.mark.committing
def test_a_process_that_is_killed_in_the_middle_leaves_nothing_undone_and_nothing_doubled(
    portal, given, sample
) -> None:
    today = clock.today().isoformat()
    portal.records = many(sample, 450, today)
    env = os.environ | {
        "DATABASE_URL": given.database_url, "REDIS_URL": given.redis_url, "SMTP_URL": given.smtp_url,
        "SECRET_KEY": given.secret_key, "EMBEDDED": "1", "BOAMP_URL": portal.url,
    }  # fmt: skip
    portal.faults = [Fault(way="hang", skip=2)]
    child = subprocess.Popen([sys.executable, "-c", CHILD], env=env)
    try:
        until(lambda: portal.asked[RECORDS] >= 3)
    finally:
        child.kill()
        child.wait()
    db.session.rollback()
    assert 0 < count(Notice) < 450
    assert last_run().ended_at is None
    db.session.rollback()
    with clock.at(clock.now() + runs.LEASE):
        run_fetch(given, turn=120)
    run = last_run()
    assert (run.new, run.same, run.error, run.ended_at is not None) == (450, 0, "", True)
    assert count(Tender) == count(Notice) == 450
