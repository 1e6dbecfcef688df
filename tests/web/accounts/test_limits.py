"""Attempts limited by address and by account; the page that says so; Valkey away."""

import pytest
from sqlalchemy import func, select

from procurement.accounts.models import SignInLink
from procurement.web import limits as rules
from procurement.web.libraries import limiter
from tests.factories import make_user

PASSWORD = "quatre chevaux sans selle"
pytestmark = pytest.mark.usefixtures("limits")


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", password=PASSWORD)


def sign_in(browser, email="a@demo.example", password="wrong password here", address="192.0.2.1"):
    return browser.post(
        "/connexion", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": address}
    )


def test_ten_failures_shut_the_account_to_passwords_from_anywhere(client, user):
    for number in range(10):
        assert sign_in(client, address=f"192.0.2.{number}").status_code == 422
    refused = sign_in(client, " A@DEMO.example", PASSWORD, address="198.51.100.9")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Réessayez" in refused.text or "minutes" in refused.text
    assert sign_in(client, "other@demo.example", address="192.0.2.1").status_code == 422


def test_a_link_by_mail_stays_open_to_whom_somebody_shut_out(client, user, session):
    for _ in range(11):
        sign_in(client)
    answer = client.post("/connexion/lien", data={"email": "a@demo.example"})
    assert answer.status_code == 302
    assert session.scalar(select(func.count()).select_from(SignInLink)) == 1


def test_an_address_that_tries_many_accounts_is_slowed(client, user):
    statuses = [sign_in(client, f"n{number}@demo.example", "x").status_code for number in range(61)]
    assert statuses == [422] * 60 + [429]
    assert sign_in(client, "n@demo.example", address="192.0.2.77").status_code == 422


def test_signing_in_counts_for_nothing(app, user):
    for _ in range(15):
        assert sign_in(app.test_client(), password=PASSWORD).status_code == 302


def test_a_mailbox_is_not_flooded(client, user, session):
    pages = ["/connexion/lien", "/connexion/mot-de-passe"] * 3
    for page in pages:
        assert client.post(page, data={"email": "a@demo.example"}).status_code == 302
    for email in ("a@demo.example", " A@DEMO.EXAMPLE "):
        assert client.post("/connexion/lien", data={"email": email}).status_code == 429
    assert client.post("/connexion/lien", data={"email": "b@demo.example"}).status_code == 302


def test_an_address_does_not_ask_for_everybody(client, session):
    statuses = [
        client.post("/connexion/lien", data={"email": f"n{number}@demo.example"}).status_code
        for number in range(31)
    ]
    assert statuses == [302] * 30 + [429]


def test_no_address_of_a_person_stands_in_the_counters(app):
    with app.test_request_context(method="POST", data={"email": "A@demo.example"}):
        key = rules.account_typed()
    assert "demo" not in key
    with app.test_request_context(method="POST", data={"email": " a@DEMO.example "}):
        assert rules.account_typed() == key
    with app.test_request_context(method="POST", data={"email": "nonsense"}):
        assert rules.account_typed().startswith("unreadable:")


def test_with_valkey_away_people_sign_in_and_attempts_still_count(client, user, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("no Valkey")

    for verb in ("acquire_entry", "get_moving_window", "incr", "get"):
        if hasattr(limiter.storage, verb):
            monkeypatch.setattr(limiter.storage, verb, away)
    monkeypatch.setattr(limiter.storage, "check", lambda: False)
    try:
        assert sign_in(client, password=PASSWORD).status_code == 302
        client.post("/deconnexion")
        statuses = [sign_in(client).status_code for _ in range(11)]
        assert statuses == [422] * 10 + [429]
    finally:
        limiter._storage_dead = False
