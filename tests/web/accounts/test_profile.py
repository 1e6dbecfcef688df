"""One's own account."""

from datetime import time

import pytest

from procurement.accounts.passwords import verify_password
from procurement.core.policy import MembershipRole, Role
from procurement.members.models import Member
from procurement.members.people import places_of
from tests.factories import make_manager, make_member, make_user

GOOD = "quatre chevaux sans selle"


def form(**changed):
    return {
        "name": "Responsable – AI Caen",
        "phone": "02 31 00 00 00",
        "locale": "fr",
        "digest_hour": "9",
        "working_days": ["0", "1", "3"],
        "zone": "Indian/Reunion",
    } | changed


@pytest.fixture
def user(session):
    structure = make_member(name="AI Caen (demo)")
    return make_user(name="Me", memberships={structure: MembershipRole.MANAGER}, roles=[Role.OBSERVER])


def test_the_page_shows_structures_and_roles_with_their_dates(browser_of, user):
    page = browser_of(user).get("/compte").text
    assert "AI Caen (demo)" in page
    assert page.count("Depuis le") == 2


def test_a_visitor_is_led_to_sign_in(client):
    assert client.get("/compte").location == "/connexion?next=/compte"
    assert client.post("/compte", data=form()).location == "/connexion"


def test_what_is_typed_is_kept(browser_of, user, session):
    answer = browser_of(user).post("/compte", data=form())
    assert answer.location == "/compte"
    session.refresh(user)
    assert (user.name, user.phone, user.digest_hour, user.working_days, user.zone) == (
        "Responsable – AI Caen",
        "02 31 00 00 00",
        time(9),
        0b1011,
        "Indian/Reunion",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"phone": "abc"},
        {"name": "x" * 500},
        {"name": "a\x00b"},
        {"locale": "de"},
        {"digest_hour": "99"},
        {"digest_hour": "x"},
        {"working_days": []},
        {"working_days": ["7"]},
        {"working_days": ["-1"]},
        {"working_days": ["x"]},
        {"zone": "Mars/Olympus"},
        {"zone": ""},
        {"phone": "0" * 300},
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(browser_of, user, session, wrong):
    answer = browser_of(user).post("/compte", data=form(**wrong))
    assert answer.status_code in {400, 422}
    session.refresh(user)
    assert user.name == "Me"
    if answer.status_code == 422 and "phone" not in wrong:
        assert "02 31 00 00 00" in answer.text


def test_the_pages_speak_the_language_chosen(browser_of, user):
    browser = browser_of(user)
    browser.post("/compte", data=form(locale="en"))
    assert "My account" in browser.get("/compte").text


def test_a_first_password_then_another(browser_of, user, session):
    here, elsewhere = browser_of(user), browser_of(user)
    assert here.post("/compte/mot-de-passe", data={"password": GOOD}).location == "/compte"
    session.refresh(user)
    assert verify_password(GOOD, user.password)
    assert here.get("/compte").status_code == 200
    assert elsewhere.get("/compte").status_code == 302
    missing = here.post("/compte/mot-de-passe", data={"password": "five horses and a saddle"})
    wrong = here.post(
        "/compte/mot-de-passe", data={"current": "not this one", "password": "five horses and a saddle"}
    )
    weak = here.post("/compte/mot-de-passe", data={"current": GOOD, "password": "password1234"})
    assert [missing.status_code, wrong.status_code, weak.status_code] == [422, 422, 422]
    session.refresh(user)
    assert verify_password(GOOD, user.password)
    right = here.post("/compte/mot-de-passe", data={"current": GOOD, "password": "five horses and a saddle"})
    assert right.status_code == 302
    session.refresh(user)
    assert verify_password("five horses and a saddle", user.password)


def test_signing_out_elsewhere_keeps_this_browser(browser_of, user):
    here, elsewhere = browser_of(user), browser_of(user)
    assert here.post("/compte/deconnecter-partout").status_code == 302
    assert here.get("/compte").status_code == 200
    assert elsewhere.get("/compte").status_code == 302


def test_one_leaves_a_structure(browser_of, user, session):
    place = places_of(user.id)[0]
    make_manager(session.get_one(Member, place.member_id))
    assert browser_of(user).post(f"/appartenances/{place.id}/fin").location == "/compte"
    assert places_of(user.id)[0].ended_at is not None


def test_the_pages_ask_the_database_little(browser_of, user, statements):
    browser = browser_of(user)
    with statements() as asked:
        browser.get("/compte")
    assert len(asked) <= 7, asked  # one of them for an address that is being changed
