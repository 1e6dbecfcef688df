"""Suggested for you, as a member sees it; why structures said no, as the delegate does."""

import pytest

from procurement.core import clock
from procurement.core.policy import MembershipRole
from procurement.members.models import MemberKind
from procurement.tenders.models import Reservation
from tests.factories import make_delegate, make_manager, make_member, make_tender, make_user, paris


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


def test_nothing_yet_says_what_comes_here(browser_of):
    browser = browser_of(make_manager())
    assert "Rien à vous proposer" in browser.get("/pour-vous").text
    assert "Rien pour l’instant" in browser.get("/").text


def test_the_page_and_the_first_screen_say_why(browser_of):
    make_tender(title="Pelouses du lycée", departments=["14"], reservation=Reservation.SIAE)
    browser = browser_of(make_manager(make_member(MemberKind.ACI)))
    for address in ("/pour-vous", "/"):
        page = browser.get(address).text
        assert "Pelouses du lycée" in page
        assert "Réservée aux structures d’insertion" in page
    assert "Convient bien" in browser.get("/pour-vous").text
    assert "Là où vous travaillez" in browser.get("/pour-vous").text


def test_my_work_says_a_tender_once_and_leads_to_the_reasons(browser_of):
    tender = make_tender(title="Pelouses du lycée", departments=["14"], reservation=Reservation.SIAE)
    page = browser_of(make_manager(make_member(MemberKind.ACI))).get("/").text
    assert page.count(f'href="/marches/{tender.id}"') == 1
    assert 'href="/pour-vous"' in page


def test_who_is_suggested_nothing_is_led_to_say_what_it_does(browser_of):
    member = make_member()
    edit = f'href="/structures/{member.id}/modifier#trades-0"'
    manager = browser_of(make_manager(member))
    assert edit in manager.get("/pour-vous").text
    contributor = browser_of(make_user(memberships={member: MembershipRole.CONTRIBUTOR}))
    assert edit not in contributor.get("/pour-vous").text
    member.cpv = ["7731"]
    assert edit not in manager.get("/pour-vous").text


def test_not_for_us_takes_it_away_and_its_reason_reaches_the_delegate(browser_of):
    member = make_member(MemberKind.ACI)
    tender = make_tender(title="Pelouses", departments=["14"])
    browser = browser_of(make_manager(member))
    assert "pas-pour-nous" in browser.get("/pour-vous").text
    browser.post(
        f"/marches/{tender.id}/inscription/pas-pour-nous",
        data={"structure": member.id, "quick": "Ce n’est pas notre métier"},
    )
    assert "Pelouses" not in browser.get("/pour-vous").text
    page = browser_of(make_delegate()).get(f"/marches/{tender.id}").text
    assert "Pourquoi 1 structure a dit non" in page
    assert member.name in page
    assert "Ce n’est pas notre métier" in page
    other = browser_of(make_manager()).get(f"/marches/{tender.id}").text
    assert "a dit non" not in other


def test_a_contributor_looks_and_doesn_t_say_no(browser_of):
    member = make_member(MemberKind.ACI)
    make_tender(departments=["14"])
    contributor = make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    page = browser_of(contributor).get("/pour-vous").text
    assert "/inscription" in page
    assert "pas-pour-nous" not in page
