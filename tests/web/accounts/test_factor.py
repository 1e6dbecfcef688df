"""Signing in by two steps, as people meet it: the code before anything else, set up where the role demands it."""

from datetime import timedelta

import pytest
from passlib.totp import TOTP
from pydantic import ValidationError
from sqlalchemy import select

from config import Settings
from procurement.accounts import operations, second_factor, sessions
from procurement.accounts.models import SignIn
from procurement.core import clock
from procurement.core.policy import Role
from tests.factories import actor_of, make_delegate, make_manager, make_user
from tests.web.accounts.conftest import path_of

PASSWORD = "quatre chevaux sans selle"
SETUP = "/compte/double-authentification"


def code_of(secret: str) -> str:
    return TOTP(key=secret).generate(time=int(clock.now().timestamp())).token


def protect(user) -> tuple[str, list[str]]:
    """Switch it on a minute ago, so that the code of now wasn't taken yet."""
    secret = second_factor.new_secret()
    with clock.at(clock.now() - timedelta(minutes=1)):
        row = sessions.begin(user, browser="", via="password")
        return secret, second_factor.start(actor_of(user), user, row, secret, code_of(secret))


def sign_in(browser, email="a@demo.example", **more):
    return browser.post("/connexion", data={"email": email, "password": PASSWORD} | more)


def key_shown(page: str) -> str:
    return page.partition('class="factor-key">')[2].partition("<")[0].replace(" ", "")


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", password=PASSWORD)


@pytest.fixture
def demanded(app, settings, monkeypatch):
    """As on a real installation."""
    wanted = settings.model_copy(update={"second_factor": "required"})
    monkeypatch.setitem(app.config, "SETTINGS", wanted)


def test_a_password_alone_opens_nothing_any_more(client, user):
    secret, _ = protect(user)
    sign_in(client, next="/compte")
    for address in ("/compte", "/", "/marches", "/structures", "/connexion", SETUP):
        answer = client.get(address)
        assert answer.status_code == 303, address
        assert answer.location.startswith("/connexion/code"), address
    assert client.post("/compte", data={"name": "Somebody else"}).location == "/connexion/code"
    asked = client.get("/compte").location
    assert asked == "/connexion/code?next=/compte"
    page = client.get(asked)
    assert "a@demo.example" in page.text
    wrong = client.post(asked, data={"code": "000000", "next": "/compte"})
    assert wrong.status_code == 422
    assert 'value="/compte"' in wrong.text
    assert client.get("/compte").status_code == 303
    assert client.post(asked, data={"code": code_of(secret), "next": "/compte"}).location == "/compte"
    assert client.get("/compte").status_code == 200
    assert client.get("/connexion/code").location == "/"


def test_nor_does_a_mailed_link_or_a_new_password(client, user, browser_of, session):
    protect(user)
    link = operations.request_sign_in_link("a@demo.example")
    assert client.post(path_of(link)).status_code == 302
    assert client.get("/compte").location == "/connexion/code?next=/compte"
    reset = operations.request_password_reset("a@demo.example")
    client.post("/deconnexion")
    client.post(path_of(reset), data={"password": "cinq chevaux sans bride"})
    assert client.get("/compte").location == "/connexion/code?next=/compte"


def test_a_code_taken_once_is_refused_in_another_browser(app, client, user):
    secret, _ = protect(user)
    code = code_of(secret)
    sign_in(client)
    client.post("/connexion/code", data={"code": code})
    thief = app.test_client()
    sign_in(thief)
    assert "déjà servi" in thief.post("/connexion/code", data={"code": code}).text
    assert thief.get("/compte").status_code == 303


def test_a_recovery_code_lets_in_without_the_telephone(client, user):
    _, codes = protect(user)
    sign_in(client)
    assert client.post("/connexion/code", data={"code": codes[0]}).status_code == 302
    assert "Il reste 9 codes" in client.get(SETUP).text


def test_tries_are_limited_whatever_the_browser(app, client, user, limits):
    secret, _ = protect(user)
    for _ in range(10):
        browser = app.test_client()
        sign_in(browser)
        assert browser.post("/connexion/code", data={"code": "000000"}).status_code == 422
    sign_in(client)
    assert client.post("/connexion/code", data={"code": code_of(secret)}).status_code == 429


def test_one_can_give_up_and_sign_in_as_somebody_else(client, user):
    protect(user)
    make_user(email="b@demo.example", password=PASSWORD)
    sign_in(client)
    assert client.post("/deconnexion").location == "/"
    sign_in(client, "b@demo.example")
    assert "b@demo.example" in client.get("/compte").text


def test_a_visitor_has_no_code_to_give(client, session):
    assert client.get("/connexion/code?next=/compte").location == "/connexion?next=/compte"
    assert client.post("/connexion/code", data={"code": "123456"}).location.startswith("/connexion")


def test_nobody_is_led_elsewhere_by_the_code(client, user):
    secret, _ = protect(user)
    sign_in(client)
    answer = client.post("/connexion/code", data={"code": code_of(secret), "next": "//evil.example"})
    assert answer.location == "/"


def test_whoever_wants_sets_it_up_from_the_account(client, user):
    client.sign_in(user)
    assert SETUP in client.get("/compte").text
    page = client.get(SETUP)
    assert page.headers["Cache-Control"] == "no-store"
    secret = key_shown(page.text)
    picture = client.get(f"{SETUP}/dessin")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/png", "no-store")
    assert picture.data.startswith(b"\x89PNG")
    wrong = client.post(SETUP, data={"code": "000000"})
    assert wrong.status_code == 422
    assert key_shown(wrong.text) == secret, "a mistyped code doesn't ask to scan again"
    done = client.post(SETUP, data={"code": code_of(secret)})
    assert done.text.count("<li>") >= second_factor.RECOVERY_CODES
    assert done.headers["Cache-Control"] == "no-store"
    page = client.get(SETUP)
    assert page.status_code == 200, "the browser that set it up stays in"
    assert secret not in page.text.replace(" ", "")
    assert client.get(f"{SETUP}/dessin").status_code == 404


def test_the_other_browsers_then_ask_for_a_code(client, user, browser_of):
    other = browser_of(user)
    with clock.at(clock.now() - timedelta(minutes=1)):
        row = sessions.begin(user, browser="", via="link")
    session_less = client
    with session_less.session_transaction() as state:
        state["_user_id"], state["_fresh"], state[sessions.NAME] = user.fs_uniquifier, True, row.id
    assert client.get("/compte").status_code == 200
    secret = key_shown(other.get(SETUP).text)
    other.post(SETUP, data={"code": code_of(secret)})
    assert client.get("/compte").status_code == 303


def test_changing_the_password_keeps_the_code_given_here_and_asks_elsewhere(client, user, app):
    secret, _ = protect(user)
    sign_in(client)
    client.post("/connexion/code", data={"code": code_of(secret)})
    data = {"current": PASSWORD, "password": "cinq chevaux sans bride"}
    assert client.post("/compte/mot-de-passe", data=data).location == "/compte"
    assert client.get("/compte").status_code == 200
    assert client.post("/compte/deconnecter-partout").status_code == 302
    assert client.get("/compte").status_code == 200


def test_it_is_switched_off_with_a_code(client, user):
    _, codes = protect(user)
    client.sign_in(user)
    assert client.post(f"{SETUP}/arreter", data={"code": "111111"}).status_code == 422
    assert client.post(f"{SETUP}/arreter", data={"code": codes[0]}).location == "/compte"
    assert second_factor.standing(user) is None


def test_other_recovery_codes_are_shown_once(client, user):
    _, codes = protect(user)
    client.sign_in(user)
    shown = client.post(f"{SETUP}/codes", data={"code": codes[0]}).text
    assert shown.count("<li>") >= second_factor.RECOVERY_CODES
    assert client.post(f"{SETUP}/codes", data={"code": codes[1]}).status_code == 422


@pytest.mark.parametrize("role", [Role.LEGAL_DELEGATE, Role.NETWORK_ADMIN])
def test_the_office_is_led_to_set_it_up_before_anything_else(client, demanded, session, role):
    make_user(email="a@demo.example", password=PASSWORD, roles=[role])
    sign_in(client)
    for address in ("/", "/personnes", "/compte", "/marches", "/compte/mot-de-passe"):
        answer = client.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, SETUP)
    assert client.post("/personnes/inviter", data={}).status_code == 303
    led = client.get("/personnes").location
    page = client.get(led)
    assert "avant toute chose" in page.text
    done = client.post(SETUP, data={"code": code_of(key_shown(page.text)), "next": "/personnes"})
    assert 'href="/personnes"' in done.text
    assert client.get("/personnes").status_code == 200


def test_a_role_given_in_between_asks_for_it_at_once_and_others_are_left_alone(
    client, demanded, browser_of, session
):
    user = make_manager()
    browser = browser_of(user)
    assert browser.get("/compte").status_code == 200
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    operations.grant_role(actor_of(admin), user, Role.LEGAL_DELEGATE)
    assert browser.get("/compte").location == f"{SETUP}?next=/compte"


def test_the_office_changes_telephone_but_never_goes_without(client, demanded, session):
    delegate = make_delegate()
    _, codes = protect(delegate)
    client.sign_in(delegate)
    assert client.post(f"{SETUP}/arreter", data={"code": codes[0]}).location == SETUP
    assert client.get("/marches").location == f"{SETUP}?next=/marches"


def test_the_demo_says_that_a_real_installation_demands_it(client, session):
    client.sign_in(make_delegate())
    assert "Dans cette démonstration" in client.get(SETUP).text
    assert client.get("/").status_code == 200


def test_a_real_installation_cannot_be_weakened(settings):
    real = settings.model_dump() | {"embedded": False}
    with pytest.raises(ValidationError, match="SECOND_FACTOR"):
        Settings(**real)
    assert Settings(**(real | {"second_factor": "required"})).second_factor == "required"


def test_a_lost_telephone_is_reset_by_the_office(client, browser_of, session):
    user, delegate = make_user(email="a@demo.example", password=PASSWORD), make_delegate()
    protect(user)
    office = browser_of(delegate)
    assert f"/personnes/{user.id}/double-authentification" in office.get(f"/personnes/{user.id}").text
    assert office.post(f"/personnes/{user.id}/double-authentification").status_code == 302
    assert "téléphone perdu" in office.get(f"/personnes/{user.id}").text
    sign_in(client)
    assert client.get("/compte").status_code == 200
    protect(delegate)
    assert "double-authentification" not in office.get(f"/personnes/{delegate.id}").text.partition("<main")[2]


def test_a_forged_number_opens_nothing(client, user, session):
    client.sign_in(user)
    other = make_user()
    row = sessions.begin(other, browser="", via="password")
    with client.session_transaction() as state:
        state[sessions.NAME] = row.id
    assert client.get("/compte").status_code == 302
    with client.session_transaction() as state:
        del state[sessions.NAME]
    assert client.get("/compte").status_code == 302
    assert session.scalars(select(SignIn.ended_at).where(SignIn.id == row.id)).one() is None
