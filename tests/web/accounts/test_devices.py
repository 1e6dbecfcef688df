"""Where one is signed in: in words, this device marked; one or all of the others signed out."""

from datetime import timedelta

import pytest

from procurement.accounts import sessions
from procurement.core import clock
from procurement.web.accounts.devices import device
from tests.factories import make_user

PASSWORD = "quatre chevaux sans selle"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", password=PASSWORD)


def sign_in(browser, agent):
    return browser.post(
        "/connexion", data={"email": "a@demo.example", "password": PASSWORD}, headers={"User-Agent": agent}
    )


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (IPHONE, "Safari, iPhone"),
        (WINDOWS, "Firefox, Windows"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        ("curl/8", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_in_words(app, agent, words):
    with app.test_request_context():
        assert device(agent) == words


def test_both_are_listed_and_the_other_is_signed_out(app, client, user):
    telephone = app.test_client()
    sign_in(telephone, IPHONE)
    sign_in(client, WINDOWS)
    page = client.get("/compte/appareils").text
    assert page.index("Firefox, Windows") < page.index("Cet appareil") < page.index("Safari, iPhone")
    action = page.partition('action="/compte/appareils/')[2].partition('"')[0]
    assert client.post(f"/compte/appareils/{action}").location == "/compte/appareils"
    assert telephone.get("/compte").status_code == 302
    assert "iPhone" not in client.get("/compte/appareils").text


def test_all_the_others_at_once(app, client, user):
    others = [app.test_client() for _ in range(2)]
    for other in others:
        sign_in(other, IPHONE)
    sign_in(client, WINDOWS)
    assert client.post("/compte/deconnecter-partout").location == "/compte/appareils"
    assert [other.get("/compte").status_code for other in others] == [302, 302]
    page = client.get("/compte/appareils").text
    assert "Cet appareil" in page
    assert "deconnecter-partout" not in page


def test_that_of_somebody_else_does_not_exist(client, user):
    theirs = sessions.begin(make_user(), browser="", via="password")
    sign_in(client, WINDOWS)
    assert client.post(f"/compte/appareils/{theirs.id}/fin").status_code == 404
    assert theirs.ended_at is None


def test_signing_out_ends_the_row_so_that_a_copied_cookie_is_worth_nothing(app, client, user):
    sign_in(client, WINDOWS)
    with client.session_transaction() as state:
        copied = dict(state)
    client.post("/deconnexion")
    thief = app.test_client()
    with thief.session_transaction() as state:
        state.update(copied)
    assert thief.get("/compte").status_code == 302


def test_reading_pages_counts_as_being_seen(client, user, session):
    sign_in(client, WINDOWS)
    later = clock.now() + timedelta(days=20)
    with clock.at(later):
        assert client.get("/marches").status_code == 200
    session.refresh(user)
    assert user.last_seen_at == later


def test_the_list_costs_the_same_whatever_its_length(client, user, statements):
    client.sign_in(user)
    client.get("/compte/appareils")
    with statements() as few:
        client.get("/compte/appareils")
    for _ in range(10):
        sessions.begin(user, browser="", via="password")
    with statements() as many:
        client.get("/compte/appareils")
    assert len(few) == len(many)
