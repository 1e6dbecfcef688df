"""Signing in by password: one answer for all that fails, nothing carried over, nowhere else to be led."""

import time

import argon2
import pytest
from flask import Flask, session
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core.policy import Role
from procurement.web import libraries
from tests.factories import make_user

PASSWORD = "quatre chevaux sans selle"


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", password=PASSWORD)


def sign_in(browser, email="a@demo.example", password=PASSWORD, **more):
    return browser.post("/connexion", data={"email": email, "password": password} | more)


def signed_in(browser) -> bool:
    return browser.get("/compte").status_code == 200


def test_a_password_opens_the_account(client, user):
    assert not signed_in(client)
    answer = sign_in(client, " A@Demo.EXAMPLE ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert signed_in(client)
    assert user.last_seen_at is not None


def test_all_that_fails_says_the_same(client, user, session):
    make_user(email="closed@demo.example", password=PASSWORD, active=False)
    make_user(email="link@demo.example")
    said = set()
    for email, password in (
        ("a@demo.example", "wrong password here"),
        ("nobody@demo.example", PASSWORD),
        ("closed@demo.example", PASSWORD),
        ("link@demo.example", PASSWORD),
        ("link@demo.example", "x"),
    ):
        answer = sign_in(client, email, password)
        assert answer.status_code == 422
        said.add(answer.text.replace(email, "").partition("<main")[2].count("ne vont pas ensemble"))
        assert not signed_in(client)
    assert said == {1}


def test_an_unknown_address_takes_as_long_as_a_wrong_password(client, user):
    def took(email):
        before = time.perf_counter()
        sign_in(client, email, "wrong password here")
        return time.perf_counter() - before

    took("a@demo.example")
    times = [(took("a@demo.example"), took("b@demo.example")) for _ in range(6)]
    known, unknown = (min(column) for column in zip(*times, strict=True))
    assert 1 / 3 < known / unknown < 3, times


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", PASSWORD),
        ("a@demo.example", ""),
        ("not an address", PASSWORD),
        ("a\x00@demo.example", PASSWORD),
        ("a@demo.example", "x\x00y"),
        ("a@demo.example", "x" * 5000),
        ("x" * 5000, "x"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(client, user, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code in {400, 422}
    assert not signed_in(client)
    assert f'value="{password}"' not in answer.text or not password


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "/%09/evil.example",
        "\t//evil.example",
        "http://localhost@evil.example",
    ],
)
@pytest.mark.parametrize("how", ["query", "form"])
def test_nobody_is_led_elsewhere(client, user, wanted, how):
    if how == "query":
        answer = client.post(
            "/connexion",
            query_string={"next": wanted},
            data={"email": "a@demo.example", "password": PASSWORD},
        )
    else:
        answer = sign_in(client, next=wanted)
    assert answer.status_code == 302
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "\t" not in answer.location


def test_one_is_led_where_one_wanted_to_go(client, user):
    refused = client.get("/compte")
    assert refused.location == "/connexion?next=/compte"
    page = client.get(refused.location)
    assert 'value="/compte"' in page.text
    answer = sign_in(client, next="/compte")
    assert answer.location == "/compte"


def test_a_session_planted_before_is_worth_nothing_after(client, user):
    with client.session_transaction() as state:
        state["csrf_token"] = "planted"
        state["planted"] = "x"
        state["locale"] = "en"
    sign_in(client)
    with client.session_transaction() as state:
        assert "planted" not in state
        assert state.get("csrf_token") != "planted"
        assert state["_user_id"] == user.fs_uniquifier


def test_the_session_cookie_is_shut_to_scripts_and_to_other_sites(client, user):
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie


def test_behind_https_the_session_cookie_travels_on_nothing_else(settings):
    bare = Flask("bare")
    libraries.configure(bare, settings.model_copy(update={"public_url": "https://marches.demo.example"}))
    bare.add_url_rule("/", view_func=lambda: str(session.setdefault("seen", 1)))
    cookie = bare.test_client().get("/", base_url="https://marches.demo.example").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_signing_out_is_a_post(client, user):
    sign_in(client)
    assert client.get("/deconnexion").status_code == 405
    assert signed_in(client)
    assert client.post("/deconnexion").location == "/"
    assert not signed_in(client)


def test_a_form_without_its_token_does_nothing(client, user, csrf):
    assert sign_in(client).status_code == 400
    assert not signed_in(client)
    page = client.get("/connexion").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert token
    assert sign_in(client, csrf_token=token).status_code == 302
    assert client.post("/deconnexion").status_code == 400
    assert signed_in(client)


def test_a_token_of_before_signing_in_is_worth_nothing_after(client, user, csrf):
    page = client.get("/connexion").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sign_in(client, csrf_token=token)
    assert client.post("/deconnexion", data={"csrf_token": token}).status_code == 400


def test_no_other_way_in_than_the_form(client, user):
    answer = client.post("/connexion", json={"email": "a@demo.example", "password": PASSWORD})
    assert answer.status_code == 422
    token = user.get_auth_token()
    assert client.get("/compte", query_string={"auth_token": token}).status_code == 302
    assert client.get("/compte", headers={"Authentication-Token": token}).status_code == 302


def test_a_closed_account_is_out_at_once(client, user, session):
    sign_in(client)
    user.active = False
    session.flush()
    assert not signed_in(client)


def test_who_is_in_already_is_led_home(client, user):
    sign_in(client)
    assert client.get("/connexion").location == "/"


def test_a_failed_sign_in_writes_nothing(client, user, session):
    before = user.password
    sign_in(client, password="wrong password here")
    session.expire_all()
    assert session.scalars(select(User).where(User.email == "a@demo.example")).one().password == before
    assert user.last_seen_at is None


def test_a_hash_of_other_costs_is_made_again(client, user, session):
    user.password = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    old = user.password
    session.flush()
    assert sign_in(client).status_code == 302
    session.refresh(user)
    assert user.password != old
    assert "m=32768,t=2,p=1" in user.password


def test_roles_are_read_anew_at_each_request(browser_of, session):
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    browser = browser_of(admin)
    assert browser.get("/personnes").status_code == 200
    admin.grants[0].ended_at = admin.created_at
    session.flush()
    assert browser.get("/personnes").status_code == 403
