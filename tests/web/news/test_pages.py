"""The pages of what each person hears: the bell, the choices, the link that stops, following."""

import re
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import MembershipRole, Role
from procurement.members.models import Membership
from procurement.notifications import leaving
from procurement.notifications.categories import Category, Rhythm
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Absence
from procurement.notifications.operations.preferences import set_absence
from procurement.notifications.queries.preferences import rhythms_of
from procurement.notifications.queries.told import MessageState
from procurement.tenders.following import following_of
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    make_user,
)
from tests.factories.messages import make_message


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def manager(member):
    return make_manager(member)


# The bell


def unread(page: str) -> int:
    found = re.search(r'class="bell-count">(\d+)<', page)
    return int(found.group(1)) if found else 0


def told(user, member, title="A tender of ours", **fields):
    tender = make_tender(title=title, cancelled_at=clock.now(), cancel_reason="No budget.")
    make_bid(tender, members=[member])
    return tender, make_message(tender, user, **fields)


def test_the_bell_counts_what_came_and_a_press_marks_it_read(browser_of, member, manager):
    browser = browser_of(manager)
    tender, _ = told(manager, member)
    assert unread(browser.get("/").text) == 1
    page = browser.get("/nouvelles").text
    assert tender.title in page
    assert unread(browser.get("/nouvelles").text) == 1  # looking changes nothing (N23)
    assert browser.post("/nouvelles/lues").status_code == 302
    assert unread(browser.get("/").text) == 0
    assert tender.title in browser.get("/nouvelles").text


def test_news_in_the_application_only_stand_there_and_void_ones_do_not(browser_of, member, manager):
    shown, _ = told(manager, member, "Schools", state=MessageState.IN_APP)
    hidden, _ = told(manager, member, "Offices", state=MessageState.VOID)
    page = browser_of(manager).get("/nouvelles").text
    assert shown.title in page
    assert hidden.title not in page


def test_whoever_left_reads_no_more_than_that_something_was_said(browser_of, member, manager):  # N19, G3
    tender, _ = told(manager, member)
    place = db.session.scalars(select(Membership).where(Membership.user_id == manager.id)).one()
    place.ended_at = clock.now()
    db.session.flush()
    page = browser_of(manager).get("/nouvelles").text
    assert "Cela ne vous concerne plus." in page
    assert "No budget." not in page
    assert f"/marches/{tender.id}" not in page


def test_another_persons_news_are_not_mine(browser_of, member, manager):
    tender, _ = told(make_manager(member), member)
    assert tender.title not in browser_of(manager).get("/nouvelles").text


def test_old_news_are_on_further_pages(browser_of, member, manager):
    titles = [told(manager, member, f"Tender number {n:03}")[0].title for n in range(35)]
    browser = browser_of(manager)
    first = browser.get("/nouvelles").text
    assert (titles[-1] in first, titles[0] in first) == (True, False)
    [older] = re.findall(r'href="(/nouvelles\?avant=\d+)" rel="next"', first)
    assert titles[0] in browser.get(older).text
    assert "Rien de nouveau" not in first


def test_a_newcomer_reads_what_will_stand_there(browser_of):
    assert "Rien de nouveau" in browser_of(make_user()).get("/nouvelles").text


# Choices


def test_choices_are_saved_and_shown(browser_of, manager):
    browser = browser_of(manager)
    page = browser.get("/compte/messages").text
    assert "Ce qui arrive toujours" in page
    fields = re.findall(r'<select[^>]*name="(\w+)"', page)
    assert {"deadlines", "groups"} <= set(fields)
    assert "oversight" not in fields
    typed = dict.fromkeys(set(fields) - {"stand_in"}, "in_app") | {"groups": "weekly"}
    page = browser.post("/compte/messages", data=typed, follow_redirects=True).text
    assert "Votre choix est enregistré." in page
    assert rhythms_of(manager.id)[Category.GROUPS] is Rhythm.WEEKLY
    assert re.search(r'<option selected value="weekly">', page)


@pytest.mark.parametrize("value", ["hourly", "", "weekly"])
def test_what_is_not_offered_is_refused_and_nothing_saved(browser_of, manager, value):
    browser = browser_of(manager)
    answer = browser.post("/compte/messages", data={"deadlines": value, "groups": "daily"})
    assert answer.status_code == 422
    assert "Rien n’est encore enregistré" in answer.text
    assert rhythms_of(manager.id)[Category.DEADLINES] is Rhythm.AT_ONCE


def test_a_stand_in_is_named_and_ended(browser_of, member, manager):
    colleague = make_user(name="Collègue", memberships={member: MembershipRole.CONTRIBUTOR})
    browser = browser_of(manager)
    assert "Collègue" in browser.get("/compte/messages").text
    today = clock.today()
    typed = {
        "stand_in": colleague.id,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=6)).isoformat(),
    }
    page = browser.post("/compte/remplacement", data=typed, follow_redirects=True).text
    assert "Collègue reçoit ce que vous recevez" in page
    browser.post("/compte/remplacement", data={"end": "1"})
    assert db.session.scalars(select(Absence)).all() == []


def test_a_stand_in_that_cannot_be_keeps_what_was_typed(browser_of, member, manager):
    colleague = make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    typed = {"stand_in": colleague.id, "first_day": "2031-02-03", "last_day": "2031-02-01"}
    answer = browser_of(manager).post("/compte/remplacement", data=typed)
    assert answer.status_code == 422
    assert "Le dernier jour est avant le premier." in answer.text
    assert "2031-02-03" in answer.text
    stranger = browser_of(manager).post(
        "/compte/remplacement", data=typed | {"stand_in": make_manager().id, "last_day": "2031-02-04"}
    )
    assert stranger.status_code == 422


def test_days_gone_by_are_no_absence_any_more(browser_of, member, manager):
    colleague = make_user(name="Collègue", memberships={member: MembershipRole.CONTRIBUTOR})
    today = clock.today()
    set_absence(actor_of(manager), manager, colleague.id, today, today + timedelta(days=2))
    with clock.at(clock.now() + timedelta(days=2)):
        assert "reçoit ce que vous recevez, du" in browser_of(manager).get("/compte/messages").text
    with clock.at(clock.now() + timedelta(days=3)):
        page = browser_of(manager).get("/compte/messages").text
    assert "reçoit ce que vous recevez, du" not in page
    assert today.isoformat() not in page


def test_the_page_says_so_where_the_stand_in_is_no_colleague_any_more(browser_of, member, manager):
    colleague = make_user(name="Collègue", memberships={member: MembershipRole.CONTRIBUTOR})
    today = clock.today()
    set_absence(actor_of(manager), manager, colleague.id, today, today + timedelta(days=2))
    place = db.session.scalars(select(Membership).where(Membership.user_id == colleague.id)).one()
    place.ended_at = clock.now()
    db.session.flush()
    page = browser_of(manager).get("/compte/messages").text
    assert "la personne choisie n’est plus de vos collègues." in page
    assert "reçoit ce que vous recevez, du" not in page


# The link that stops


def link(user, *categories: Category) -> str:
    return leaving.path(user.id, user.created_at, categories)


def test_looking_at_the_link_changes_nothing(client, manager):  # N26, N23
    page = client.get(link(manager, Category.GROUPS)).text
    assert "Arrêter ces messages" in page
    assert "Mes groupements" in page
    assert rhythms_of(manager.id)[Category.GROUPS] is Rhythm.DAILY
    assert db.session.scalars(select(Event).where(Event.verb == "preferences_changed")).all() == []


def test_one_click_works_without_session_nor_token(client, manager):  # N26
    current_app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post(link(manager, Category.GROUPS), data={"List-Unsubscribe": "One-Click"})
    finally:
        current_app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 200
    assert rhythms_of(manager.id)[Category.GROUPS] is Rhythm.IN_APP
    assert rhythms_of(manager.id)[Category.TENDERS] is Rhythm.DAILY


def test_a_forged_link_is_nobodys(client, manager):
    forged = link(manager, Category.GROUPS)[:-3] + "abc"
    for answer in (client.get(forged), client.post(forged, data={"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 404


def test_whatever_a_link_stops_can_be_chosen_again(browser_of):
    """Each kind that can be refused has its place on the page of whoever gets it: a lead hears that its contract ends."""
    lead = make_manager()
    page = browser_of(lead)
    for kind in KINDS.values():
        if not kind.mandatory and kind.name != "draft_assigned":
            page.post(link(lead, kind.category))
            shown = page.get("/compte/messages").text
            assert f'name="{kind.category.value}"' in shown, kind.name


# Following


def test_a_tender_is_followed_muted_and_neither_from_its_page(browser_of, manager):
    tender = make_tender()
    browser = browser_of(manager)
    for wish, muted, words in (
        ("suivre", False, "Vous le suivez"),
        ("taire", True, "En silence"),
        ("rien", None, "Ce qui concerne votre structure."),
    ):
        page = browser.post(f"/marches/{tender.id}/suivi", data={"wish": wish}, follow_redirects=True).text
        assert words in page
        found = following_of(actor_of(manager), tender.id)
        assert (found.muted if found else None) is muted


def test_what_one_follows_is_listed_with_the_way_out(browser_of, manager):
    tender = make_tender()
    browser = browser_of(manager)
    browser.post(f"/marches/{tender.id}/suivi", data={"wish": "suivre"})
    assert tender.title in browser.get("/compte/messages").text
    answer = browser.post(f"/marches/{tender.id}/suivi", data={"wish": "rien", "back": "choices"})
    assert answer.location == "/compte/messages"
    assert tender.title not in browser.get("/compte/messages").text.partition('id="followed"')[2]


def test_each_of_the_office_reads_what_always_comes_to_them(browser_of):
    erasure, undeliverable = (
        "Une personne demande son effacement",
        "Une personne ne peut pas être jointe par messagerie",
    )
    for user, told, not_told in (
        (make_user(roles=[Role.NETWORK_ADMIN]), erasure, undeliverable),
        (make_delegate(), undeliverable, erasure),
    ):
        binding = browser_of(user).get("/compte/messages").text.partition('id="binding"')[2]
        assert told in binding
        assert not_told not in binding


def test_the_delegate_chooses_about_coordination_too(browser_of):
    page = browser_of(make_delegate()).get("/compte/messages")
    assert page.status_code == 200
