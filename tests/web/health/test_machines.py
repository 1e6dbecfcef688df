"""What machines ask: /healthz for a watchman, /metrics for Prometheus."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from procurement import create_app
from procurement.core import clock, heartbeats
from procurement.core.db import add, db
from procurement.core.heartbeats import BEAT, JOB, Sign
from procurement.notifications.models import Delivery, DeliveryState
from procurement.notifications.queries.told import MessageState
from procurement.web.libraries import limiter
from tests.counting import counted
from tests.factories import make_delegate, make_manager, make_tender, make_user, paris
from tests.factories.messages import make_message

NOW = paris(2026, 12, 2, 8)
DEAD = "redis://127.0.0.1:9/0"
TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(autouse=True)
def _clock(app):
    with clock.at(NOW):
        yield


@pytest.fixture
def ticking():
    """Beat and jobs, alive at NOW."""
    heartbeats.note([Sign(BEAT, every_s=5), Sign(f"{JOB}notifications.sweep", every_s=2)])


@pytest.fixture
def set_to(app):
    """Change settings of the application for this test: `set_to(metrics_token="…")`."""
    before = app.config["SETTINGS"]

    def change(**changed) -> None:
        app.config["SETTINGS"] = before.model_copy(update=changed)

    yield change
    app.config["SETTINGS"] = before


def overdue(since: timedelta) -> None:
    """A mail that should have left so long ago."""
    user = make_user()
    add(
        Delivery(
            recipient_id=user.id,
            bundle="late",
            priority=1,
            state=DeliveryState.QUEUED,
            created_at=NOW - since,
            due_at=NOW - since,
            wake_at=NOW - since,
        )
    )


# /healthz


@pytest.mark.usefixtures("ticking")
def test_all_is_well(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_before_anything_has_ticked(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "beat\n")


@pytest.mark.usefixtures("ticking")
def test_beat_has_stopped(client):
    with clock.at(NOW + timedelta(seconds=61)):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "beat\n")


@pytest.mark.usefixtures("ticking")
def test_no_worker_works(client):
    with clock.at(NOW + timedelta(minutes=4)):
        heartbeats.note([Sign(BEAT, every_s=5)])
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "jobs\n")


@pytest.mark.usefixtures("ticking")
def test_the_outbox_ages(client):
    overdue(timedelta(minutes=9))
    assert client.get("/healthz").status_code == 200
    overdue(timedelta(minutes=11))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "outbox\n")


@pytest.mark.usefixtures("ticking")
def test_valkey_is_away(client, set_to):
    set_to(redis_url=DEAD)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "valkey\n")


@pytest.fixture
def without_database(settings):
    """The application in front of a database that isn't there."""
    enabled = limiter.enabled
    away = {"database_url": "postgresql+psycopg://nobody@127.0.0.1:9/none", "metrics_token": TOKEN}
    other = create_app(settings.model_copy(update=away))
    limiter.enabled = enabled
    return other.test_client()


def test_the_database_is_away_and_somebody_is_signed_in(without_database):
    with without_database.session_transaction() as state:
        state["_user_id"] = "somebody"
    answer = without_database.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "database\n")


@pytest.mark.usefixtures("ticking")
def test_it_is_quick_and_reads_no_account(browser_of):
    browser = browser_of(make_delegate())
    browser.get("/healthz")
    with counted(account=True) as sent:
        browser.get("/healthz")
    assert len(sent) <= 3, sent
    assert not any("user_account" in one for one in sent)


def test_a_watchman_asks_by_plain_http_where_people_are_led_to_https(settings, app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)
    secure = create_app(settings.model_copy(update={"public_url": "https://marches.reseau.fr"}))
    monkeypatch.setattr(limiter, "enabled", False)
    browser = secure.test_client()
    assert browser.get("/", base_url="http://marches.reseau.fr").location == "https://marches.reseau.fr/"
    answer = browser.get("/healthz", base_url="http://marches.reseau.fr")
    assert answer.location is None
    assert answer.status_code in {200, 503}
    with secure.app_context():
        db.engine.dispose()


@pytest.mark.usefixtures("ticking")
def test_a_watchman_asks_as_often_as_he_likes(client, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    assert {client.get("/healthz").status_code for _ in range(30)} == {200}


@pytest.mark.usefixtures("ticking")
def test_nobody_is_named(client):
    make_message(make_tender(), make_user(name="Anne", email="anne@example.org"), MessageState.FAILED)
    overdue(timedelta(hours=1))
    assert client.get("/healthz").text == "outbox\n"


# /metrics


def figures(answer) -> dict[str, float]:
    """The figures by name and labels."""
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_a_token_set_there_are_no_figures(client):
    assert client.get("/metrics", headers=bearer("")).status_code == 404


@pytest.mark.parametrize("headers", [{}, bearer("another"), {"Authorization": f"Basic {TOKEN}"}])
def test_figures_are_for_whoever_has_the_token(client, set_to, headers):
    set_to(metrics_token=TOKEN)
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "marches_" not in answer.text


@pytest.mark.usefixtures("ticking")
def test_figures_of_what_is_stored(client, set_to):
    set_to(metrics_token=TOKEN)
    tender, user = make_tender(), make_manager()
    for state in (MessageState.SENT, MessageState.SENT, MessageState.FAILED, MessageState.DOUBT):
        make_message(tender, user, state)
    overdue(timedelta(seconds=90))
    db.session.execute(text("UPDATE event SET handled_at = NULL WHERE verb = 'tender_cancelled'"))
    waiting = db.session.scalar(text("SELECT count(*) FROM event WHERE handled_at IS NULL"))
    with clock.at(NOW + timedelta(seconds=3)), counted(account=True) as sent:
        found = figures(client.get("/metrics", headers=bearer(TOKEN)))
    assert len(sent) <= 3, sent
    assert found['marches_mails{state="sent"}'] == found["marches_mails_sent_total"] == 2
    assert found['marches_mails{state="due"}'] == found['marches_mails{state="doubt"}'] == 1
    assert found["marches_mails_failed"] == 1
    assert found["marches_oldest_due_seconds"] == 93
    assert found["marches_events_unhandled"] == waiting
    assert found['marches_heartbeat_age_seconds{name="beat"}'] == 3
    assert found["marches_database_up"] == 1


def test_requests_are_counted_by_page_never_by_address(client, set_to):
    set_to(metrics_token=TOKEN)
    before = figures(client.get("/metrics", headers=bearer(TOKEN)))
    tender = make_tender()
    client.get(f"/marches/{tender.id}")
    client.get("/nothing-here-at-all")
    client.open("/marches", method="BREW")
    answer = client.get("/metrics", headers=bearer(TOKEN))
    after = figures(answer)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('marches_requests_total{endpoint="tenders.show",method="GET",status="404"}') == 1
    assert more('marches_requests_total{endpoint="none",method="GET",status="404"}') == 1
    assert more('marches_requests_total{endpoint="none",method="other",status="405"}') == 1
    assert more('marches_request_seconds_count{endpoint="tenders.show"}') == 1
    assert "nothing-here" not in answer.text
    assert re.search(r"@|BREW", answer.text) is None


def test_without_a_database_the_process_s_own_figures_stand(without_database):
    without_database.get("/healthz")
    found = figures(without_database.get("/metrics", headers=bearer(TOKEN)))
    assert found["marches_database_up"] == 0
    assert found['marches_requests_total{endpoint="machines.healthz",method="GET",status="503"}'] == 1
