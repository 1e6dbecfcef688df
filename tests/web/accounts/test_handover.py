"""Handing over, page by page: from one's account, from the team, refused for the only manager who just leaves."""

import pytest
from sqlalchemy import select

from procurement.core.db import db
from procurement.core.policy import MembershipRole
from procurement.members.models import Membership
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user


@pytest.fixture
def structure(session):
    return make_member(name="AI Caen (demo)")


@pytest.fixture
def manager(structure):
    return make_manager(structure, name="Leaver")


def page_of(user) -> str:
    now = select(Membership.id).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    return f"/appartenances/{db.session.scalars(now).one()}/passation"


def test_from_the_account_to_the_successor(browser_of, structure, manager):
    successor = make_user(name="Successor", memberships={structure: MembershipRole.CONTRIBUTOR})
    browser, page = browser_of(manager), page_of(manager)
    assert page in browser.get("/compte").text
    assert "Successor" in browser.get(page).text
    for wrong in ({}, {"successor": "x"}, {"successor": "²"}, {"successor": str(manager.id)}):
        assert browser.post(page, data=wrong).status_code == 422
    assert browser.post(page, data={"successor": str(successor.id)}).location == "/compte"
    assert actor_of(successor).manages(structure.id)
    assert browser.get(page).status_code == 404


def test_the_only_manager_who_leaves_is_led_to_hand_over(browser_of, structure, manager):
    browser, page = browser_of(manager), page_of(manager)
    assert browser.post(page.replace("passation", "fin")).location == page
    shown = browser.get(page).text
    assert f'href="/structures/{structure.id}/personnes"' in shown
    assert actor_of(manager).manages(structure.id)


def test_the_office_sees_structures_without_a_manager(browser_of, structure, manager):
    browser = browser_of(make_delegate())
    assert "without-manager" not in browser.get("/personnes").text
    browser.post(page_of(manager).replace("passation", "fin"))
    assert f'href="/structures/{structure.id}/personnes"' in browser.get("/personnes").text
