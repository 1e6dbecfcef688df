"""Links sent by mail: opened by anybody's scanner without harm, used once, told to nobody whether they exist."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from procurement.accounts import operations
from procurement.accounts.models import PasswordReset, SignInLink
from procurement.accounts.passwords import verify_password
from procurement.core import clock, events
from tests.factories import make_user
from tests.web.accounts.conftest import path_of

GOOD = "quatre chevaux sans selle"


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", name="Accueil", password="another horse entirely")


def signed_in(browser) -> bool:
    return browser.get("/compte").status_code == 200


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("page", ["/connexion/lien", "/connexion/mot-de-passe"])
def test_the_answer_says_nothing_of_who_has_an_account(client, user, session, page):
    make_user(email="closed@demo.example", active=False)
    answers = [
        client.post(page, data={"email": who})
        for who in ("A@demo.example", "nobody@demo.example", "closed@demo.example")
    ]
    assert {(a.status_code, a.location, a.text) for a in answers} == {
        (302, "/connexion/courriel-envoye", answers[0].text)
    }
    assert count(session, SignInLink) + count(session, PasswordReset) == 1
    assert client.get("/connexion/courriel-envoye").status_code == 200


@pytest.mark.parametrize("page", ["/connexion/lien", "/connexion/mot-de-passe"])
@pytest.mark.parametrize("typed", ["", "nobody", "a@demo.example\x00", "x" * 4000 + "@demo.example"])
def test_what_is_no_address_is_said(client, user, page, typed):
    assert client.post(page, data={"email": typed}).status_code in {400, 422}


def test_opening_the_link_changes_nothing_and_its_button_signs_in(client, user, session):
    client.post("/connexion/lien", data={"email": "a@demo.example", "next": "/compte"})
    link = session.scalars(select(SignInLink)).one()
    path = path_of(link)
    for _ in range(3):
        page = client.get(path)
        assert page.status_code == 200
        assert client.head(path).status_code == 200
    assert link.used_at is None
    assert not signed_in(client)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    answer = client.post(path)
    assert (answer.status_code, answer.location) == (302, "/compte")
    assert signed_in(client)
    assert link.used_at is not None


def test_a_link_opens_once(app, client, user, session):
    path = path_of(operations.request_sign_in_link("a@demo.example"))
    client.post(path)
    other = app.test_client()
    assert other.get(path).status_code == 410
    assert other.post(path).status_code == 410
    assert not signed_in(other)


def test_a_link_is_over_after_a_quarter_of_an_hour(client, user, session):
    link = operations.request_sign_in_link("a@demo.example")
    with clock.at(link.created_at + timedelta(minutes=15, seconds=1)):
        assert client.get(path_of(link)).status_code == 410
        answer = client.post(path_of(link))
        assert answer.status_code == 410
        assert "/connexion/lien" in answer.text
    assert not signed_in(client)
    assert client.get("/connexion/lien/forged.token").status_code == 410


def test_a_link_of_one_kind_opens_no_other_door(client, user, session):
    link = operations.request_sign_in_link("a@demo.example")
    token = path_of(link).rpartition("/")[2]
    assert client.get(f"/connexion/mot-de-passe/{token}").status_code == 410
    assert client.get(f"/invitation/{token}").status_code == 410


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_link_leads_to_this_site_only(client, user, session, wanted):
    client.post("/connexion/lien", data={"email": "a@demo.example", "next": wanted})
    link = session.scalars(select(SignInLink)).one()
    assert link.next_path == ""
    assert client.post(path_of(link)).location == "/"


def test_a_new_password_signs_in_here_and_out_elsewhere(browser_of, client, user, session):
    elsewhere = browser_of(user)
    assert signed_in(elsewhere)
    client.post("/connexion/mot-de-passe", data={"email": "a@demo.example"})
    path = path_of(session.scalars(select(PasswordReset)).one())
    assert client.get(path).status_code == 200
    answer = client.post(path, data={"password": GOOD})
    assert (answer.status_code, answer.location) == (302, "/")
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert verify_password(GOOD, user.password)
    assert client.post(path, data={"password": GOOD + "!"}).status_code == 410


def test_a_weak_password_is_refused_in_french_and_the_link_stays_good(client, user, session):
    path = path_of(operations.request_password_reset("a@demo.example"))
    session.commit()
    for weak, words in (("motdepasse123", "Trop facile à deviner"), ("court", "Trop court"), ("", "")):
        answer = client.post(path, data={"password": weak})
        assert answer.status_code == 422
        assert words in answer.text
    assert client.post(path, data={"password": GOOD}).status_code == 302


def test_the_page_speaks_the_persons_language(client, session):
    make_user(email="en@demo.example", locale="en")
    path = path_of(operations.request_sign_in_link("en@demo.example"))
    assert "One more press" in client.get(path).text


def test_no_secret_reaches_the_trail(client, user, session):
    client.post("/connexion/lien", data={"email": "a@demo.example"})
    link = session.scalars(select(SignInLink)).one()
    client.post(path_of(link))
    secret = path_of(link).rpartition(".")[2]
    for event in events.history([("user_account", user.id)]):
        assert secret not in f"{event.facts}{event.detail and event.detail.values}"


def test_pages_say_how_long_a_link_lasts_as_the_rules_do(client):
    assert "15 minutes" in client.get("/connexion/lien").text
    assert "une heure" in client.get("/connexion/mot-de-passe").text
