"""The page of one's own calendar, the calendar read without signing in, and the dates of a tender."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from procurement.accounts import calendar_address, operations
from procurement.accounts.operations import edit_profile
from procurement.core import clock
from procurement.core.i18n import format_instant
from procurement.core.policy import SYSTEM, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.invitations import end_membership
from procurement.members.models import Membership
from procurement.tenders.models import Visibility
from procurement.tenders.operations import move_deadline
from procurement.web.libraries import limiter
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
    paris,
)

ADDRESS = re.compile(r"http://localhost(/calendrier/[A-Za-z0-9_-]{43}\.ics)")


@pytest.fixture
def member(session):
    return make_member(name="AI Caen")


@pytest.fixture
def manager(member):
    return make_manager(member)


@pytest.fixture
def path(manager):
    """Where the manager's calendar is read."""
    return f"/calendrier/{calendar_address.renew(actor_of(manager), manager)}.ics"


@pytest.fixture
def limits(app, monkeypatch):
    """Attempts are counted, from nothing."""
    monkeypatch.setattr(limiter, "_key_prefix", uuid4().hex)
    monkeypatch.setattr(limiter, "enabled", True)


def titles(response):
    return sorted(
        str(event["description"]).splitlines()[1] for event in Calendar.from_ical(response.data).events
    )


def test_the_address_is_made_shown_once_and_read_by_anybody_who_has_it(browser_of, client, member, manager):
    make_participation(make_tender(title="Collèges"), member)
    browser = browser_of(manager)
    assert "Créer mon adresse" in browser.get("/compte/calendrier").text
    page = browser.post("/compte/calendrier", follow_redirects=True)
    (path,) = set(ADDRESS.findall(page.text))
    assert f"webcal://localhost{path}" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    again = browser.get("/compte/calendrier").text
    assert not ADDRESS.search(again)
    assert "Votre calendrier est ouvert" in again
    answer = client.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert titles(answer) == ["Collèges", "Collèges"]


def test_another_address_and_none_any_more(browser_of, client, manager, path):
    browser = browser_of(manager)
    page = browser.post("/compte/calendrier", follow_redirects=True).text
    (new,) = set(ADDRESS.findall(page))
    assert client.get(path).status_code == 404
    assert client.get(new).status_code == 200
    assert (
        "Votre calendrier est fermé" in browser.post("/compte/calendrier/fermer", follow_redirects=True).text
    )
    assert client.get(new).status_code == 404
    assert "Créer mon adresse" in browser.get("/compte/calendrier").text


def test_a_button_pressed_twice_makes_one_address(browser_of, client, manager):
    browser, number = browser_of(manager), str(uuid4())
    browser.post("/compte/calendrier", data={"form_number": number})
    second = browser.post("/compte/calendrier", data={"form_number": number}, follow_redirects=True).text
    (path,) = set(ADDRESS.findall(second))
    assert client.get(path).status_code == 200


def test_the_page_reads_the_same_as_the_calendar(browser_of, client, member, manager, path):  # N9
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 10, 31)})
    make_participation(tender, member)
    wording = format_instant(paris(2027, 10, 31), "fr", clock.PARIS)
    assert wording in browser_of(manager).get(f"/marches/{tender.id}").text
    (event,) = Calendar.from_ical(client.get(path).data).events
    assert wording in event["description"]
    assert event["url"] == f"http://localhost/marches/{tender.id}"


def test_a_moved_date_moves_at_the_next_reading(client, member, path):  # N12, N29
    tender = make_tender()
    make_participation(tender, member)
    before = client.get(path)
    move_deadline(SYSTEM, tender.id, DeadlineKind.SUBMISSION, paris(2027, 3, 28), tender.version)
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    was, now = (
        {str(event["uid"]): event for event in Calendar.from_ical(answer.data).events}
        for answer in (before, after)
    )
    assert was.keys() == now.keys()
    assert sorted(now[uid]["sequence"] - was[uid]["sequence"] for uid in now) == [0, 2]


def test_what_has_not_changed_is_not_sent_again(client, member, path):
    make_participation(make_tender(), member)
    first = client.get(path)
    assert first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] in {"private, no-cache", "no-cache, private"}
    with clock.at(clock.now() + timedelta(hours=3)):
        second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304
    assert second.data == b""
    assert client.head(path).headers["ETag"] == first.headers["ETag"]


def test_whoever_left_gets_nothing_of_the_structure_at_once(client, member, manager, path, session):  # N19
    make_participation(make_tender(), member)
    make_bid(make_tender(), members=[member])
    before = client.get(path)
    assert len(titles(before)) == 4
    place = session.query(Membership).filter_by(user_id=manager.id).one()
    end_membership(actor_of(make_delegate()), place)
    kept = {"If-None-Match": before.headers["ETag"], "If-Modified-Since": before.headers["Last-Modified"]}
    for headers in ({}, kept, {"If-Modified-Since": before.headers["Last-Modified"]}):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        assert titles(answer) == []


def test_a_closed_account_s_calendar_is_gone(client, member, manager, path):  # N19
    make_participation(make_tender(), member)
    operations.close_account(SYSTEM, manager)
    assert client.get(path).status_code == 404


def test_no_price_and_no_other_structure_stands_in_it(client, member, path):  # G3
    others = [make_member(name=name) for name in ("ETTI Lisieux", "ACI Bayeux")]
    tender = make_tender()
    make_participation(tender, member)
    for other in others:
        make_participation(tender, other, brings="Coefficient 1,98", shown_as_partner=True)
    make_bid(tender, members=[member, *others], lead=others[0], name="Groupe ETTI Lisieux")
    text = client.get(path).text
    for secret in ("Lisieux", "Bayeux", "1,98", "AI Caen"):
        assert secret not in text


def test_it_speaks_its_person_s_language(client, member, manager, path):
    make_participation(make_tender(), member)
    assert "Clôture des inscriptions" in client.get(path).text
    edit_profile(
        actor_of(manager),
        manager,
        name=manager.name,
        phone="",
        locale="en",
        digest_hour=manager.digest_hour,
        working_days=manager.working_days,
    )
    assert "Registrations close" in client.get(path).text


@pytest.mark.parametrize("secret", ["forged", "A" * 43, "%C3%A9" * 43, "A" * 3000])
def test_a_wrong_secret_is_nowhere(client, path, secret):
    answer = client.get(f"/calendrier/{secret}.ics")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_no_session_is_given_and_no_search_engine_let_in(client, browser_of, manager, path):
    for browser in (client, browser_of(manager)):
        answer = browser.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.usefixtures("limits")
def test_who_guesses_is_stopped_and_who_knows_is_not(client, path):
    guessing = {"REMOTE_ADDR": "192.0.2.7"}
    statuses = [client.get(f"/calendrier/{n:043}.ics", environ_base=guessing).status_code for n in range(61)]
    assert statuses == [404] * 60 + [429]
    assert client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.8"}).status_code == 200


@pytest.mark.usefixtures("limits")
def test_one_calendar_is_not_read_without_end_and_the_others_go_on(client, path):
    statuses = [
        client.get(path, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}).status_code for n in range(121)
    ]
    assert statuses == [200] * 120 + [429]
    other = make_user()
    secret = calendar_address.renew(actor_of(other), other)
    assert client.get(f"/calendrier/{secret}.ics").status_code == 200


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_delegate, "Les dates de toutes les consultations publiées"),
        (make_manager, "où votre structure s’est inscrite"),
        (lambda: make_user(roles=[Role.OBSERVER]), "vous n’appartenez à aucune structure"),
    ],
    ids=["delegate", "member", "observer"],
)
def test_the_page_says_what_one_finds(session, browser_of, make, words):
    assert words in browser_of(make()).get("/compte/calendrier").text


def test_the_account_s_page_leads_there(browser_of, manager):
    assert 'href="/compte/calendrier"' in browser_of(manager).get("/compte").text


def test_the_dates_of_a_tender(client, browser_of, manager):
    tender = make_tender(visibility=Visibility.PUBLIC, title="Collèges")
    page = client.get(f"/marches/{tender.id}").text
    assert f'href="/marches/{tender.id}/dates.ics"' in page
    answer = client.get(f"/marches/{tender.id}/dates.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'inline; filename="marche-{tender.id}.ics"'
    assert titles(answer) == ["Collèges", "Collèges"]
    again = client.get(f"/marches/{tender.id}/dates.ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_dates_of_a_tender_one_may_not_see(client, browser_of, manager):
    network, draft = make_tender(), make_tender(published=False)
    assert client.get(f"/marches/{network.id}/dates.ics").status_code == 404
    assert browser_of(manager).get(f"/marches/{network.id}/dates.ics").status_code == 200
    assert browser_of(manager).get(f"/marches/{draft.id}/dates.ics").status_code == 404
    assert browser_of(make_delegate()).get(f"/marches/{draft.id}/dates.ics").status_code == 200
