"""The pages of erasure: what goes and what stays is said before, whoever must hand over is told what."""

import pytest

from procurement.core import clock
from procurement.core.policy import MembershipRole, Role
from procurement.privacy import queries
from tests.factories import actor_of, make_manager, make_member, make_user, paris

PAGE = "/compte/mes-donnees/effacement"


@pytest.fixture
def admin(session):
    return make_user(roles=[Role.NETWORK_ADMIN], locale="en")


def test_what_goes_and_what_stays_is_said_with_its_articles(browser_of, session):
    page = browser_of(make_user(locale="en")).get(PAGE).text
    assert "What goes, at once and for good" in page
    assert "What stays, without the name, and why" in page
    assert "GDPR, article 17(3)(b) and (e)" in page
    assert "Erase my account now" in page


def test_erased_at_once_and_signed_out(browser_of, session):
    user = make_user(memberships={make_member(): MembershipRole.CONTRIBUTOR})
    here, elsewhere = browser_of(user), browser_of(user)
    answer = here.post(f"{PAGE}/maintenant")
    assert answer.location == "/"
    assert "Votre compte est effacé." in here.get("/").text
    session.refresh(user)
    assert user.erased_at is not None
    for browser in (here, elsewhere):
        assert browser.get("/compte").location.startswith("/connexion")


def test_whom_others_count_on_asks_and_can_think_better_of_it(browser_of, session):
    structure = make_member()
    make_manager(structure)
    user = make_manager(structure, locale="en")
    browser = browser_of(user)
    assert "Erase my account now" not in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/maintenant").location == PAGE
    session.refresh(user)
    assert user.erased_at is None
    with clock.at(paris(2027, 1, 31, 10)):
        browser.post(f"{PAGE}/demande")
        assert "by Sunday 28 February 2027 at the latest" in browser.get(PAGE).text
    browser.post(f"{PAGE}/retrait")
    assert "Ask to be erased" in browser.get(PAGE).text
    assert queries.open_request(user.id) is None


def test_the_administrator_sees_requests_and_carries_them_out(browser_of, session, admin):
    structure = make_member()
    make_manager(structure)
    user = make_manager(structure, name="Leaves us", email="leaves@example.org")
    browser_of(user).post(f"{PAGE}/demande")
    office = browser_of(admin)
    assert f'href="/personnes/{user.id}/effacer"' in office.get("/donnees-personnelles/registre").text
    page = office.get(f"/personnes/{user.id}/effacer").text
    assert "leaves@example.org" in page
    assert "GDPR, article 12(3)" in page
    assert office.post(f"/personnes/{user.id}/effacer").location == f"/personnes/{user.id}"
    after = office.get(f"/personnes/{user.id}").text
    assert "This account was erased on" in after
    assert "Leaves us" not in after
    assert "Erase this account" not in after
    assert "None waits." in office.get("/donnees-personnelles/registre").text
    assert "Compte effacé" not in office.get("/personnes").text


def test_the_last_manager_is_told_where_to_hand_over(browser_of, session, admin):
    structure = make_member(name="AI alone")
    user = make_manager(structure, locale="en")
    assert "AI alone has no other manager" in browser_of(user).get(PAGE).text
    office = browser_of(admin)
    page = office.get(f"/personnes/{user.id}/effacer").text
    assert f'href="/structures/{structure.id}/personnes"' in page
    assert ">Erase this account</button>" not in page
    assert office.post(f"/personnes/{user.id}/effacer").location == f"/personnes/{user.id}/effacer"
    assert "Something must be handed over first" in office.get(f"/personnes/{user.id}/effacer").text
    assert actor_of(user).manages(structure.id)


def test_an_erased_account_is_not_reopened(browser_of, session, admin):
    user = make_user()
    office = browser_of(admin)
    office.post(f"/personnes/{user.id}/effacer")
    office.post(f"/personnes/{user.id}/rouvrir")
    assert "invite the person again" in office.get(f"/personnes/{user.id}").text
    session.refresh(user)
    assert not user.active


def test_an_administrator_who_is_not_the_last_can_go_too(browser_of, session, admin):
    make_user(roles=[Role.NETWORK_ADMIN])
    office = browser_of(admin)
    assert office.post(f"/personnes/{admin.id}/effacer").location == "/"
    assert office.get("/compte").location.startswith("/connexion")
