"""A tender on one page, as the delegate writes it and members read it."""

import re

import pytest

from procurement.core.policy import SYSTEM
from procurement.notices.operations import import_notices
from procurement.notices.ted.reader import read_notice
from procurement.tenders.models import Visibility
from tests.factories import make_delegate, make_manager, make_tender
from tests.notices.conftest import SAMPLES
from tests.web.tenders.sheet import only_tender

TYPED = {
    "version": "0",
    "pieces": "DC1 ; p. 4",
    "criteria": "Prix ; 40 ; p. 7\nMéthode ; 50",
    "bans": "",
    "group_form": "Conjoint",
    "others": "",
}


@pytest.fixture
def browser(browser_of):
    return browser_of(make_delegate())


def test_the_delegate_writes_it_and_members_read_it_first(browser, browser_of):
    tender = make_tender(visibility=Visibility.PUBLIC)
    page = f"/marches/{tender.id}"
    member = browser_of(make_manager())
    assert "Résumer son règlement" in browser.get(page).text
    assert "Personne ne l’a encore résumée" in member.get(f"{page}/resume").text
    assert browser.post(f"{page}/resume/modifier", data=TYPED).location == f"{page}#summary"
    for shown in (member.get(page).text, member.get(f"{page}/resume").text):
        assert "DC1" in shown
        assert "<strong>40 %</strong>" in shown
        assert "p. 7" in shown
        assert "En tout 90" in shown
        assert "Ce que le règlement interdit" not in shown
    assert "Résumé d’une page écrit" in browser.get(page).text


def test_a_visitor_doesn_t_see_it(browser, client):
    tender = make_tender(visibility=Visibility.PUBLIC)
    browser.post(f"/marches/{tender.id}/resume/modifier", data=TYPED)
    assert "DC1" not in client.get(f"/marches/{tender.id}").text


def test_a_line_that_is_refused_is_named_and_what_was_typed_stays(browser):
    tender = make_tender()
    answer = browser.post(f"/marches/{tender.id}/resume/modifier", data=TYPED | {"criteria": "Prix ; cher"})
    assert answer.status_code == 422
    assert "Ligne 1" in answer.text
    assert "Prix ; cher" in answer.text


def test_two_at_once_lose_nothing(browser, browser_of):
    tender, other = make_tender(), browser_of(make_delegate())
    address = f"/marches/{tender.id}/resume/modifier"
    other.post(address, data=TYPED)
    mine = browser.post(address, data=TYPED | {"pieces": "DC2 ; p. 5"})
    assert mine.status_code == 409
    assert "votre collègue a écrit" in mine.text
    assert "DC1" in mine.text
    assert "DC2 ; p. 5" in mine.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', mine.text)[1]
    assert browser.post(address, data=TYPED | {"pieces": "DC2", "version": version}).status_code == 302
    assert "DC2" in browser.get(address).text


NOTICE = """Objet : Tonte des pelouses
Acheteur : Commune des Prés
Date limite des offres : 18/12/2026 à 12h
Critères d'attribution : Prix : 40 % ; Insertion : 60 %"""
READ = "Lus dans l’avis"


def test_criteria_that_the_notice_names_are_filled_in_and_saved_by_whoever_checked_them(browser, session):
    browser.post("/marches/coller", data={"text": NOTICE})
    tender = only_tender(session)
    address = f"/marches/{tender.id}/resume/modifier"
    page = browser.get(address).text
    assert "Prix ; 40\nInsertion ; 60</textarea>" in page
    assert READ in page
    assert "Personne ne l’a encore résumée" in browser.get(f"/marches/{tender.id}/resume").text
    assert browser.post(address, data=TYPED | {"criteria": "Prix ; 40 ; p. 3"}).status_code == 302
    page = browser.get(address).text
    assert "Prix ; 40 ; p. 3</textarea>" in page
    assert READ not in page


def test_criteria_of_an_official_notice_whose_lots_differ_name_their_lots(browser, session):
    head, first, second, *rest = (
        (SAMPLES / "ted_two_lots.xml").read_text(encoding="utf-8").split("<a:TenderingTerms>")
    )
    judged = "<a:AwardingTerms><a:AwardingCriterion>{}</a:AwardingCriterion></a:AwardingTerms>".format
    price = judged(
        "<a:SubordinateAwardingCriterion><x:UBLExtensions><x:UBLExtension><x:ExtensionContent>"
        '<e:EformsExtension><e:AwardCriterionParameter><e:ParameterCode listName="number-weight">per-exa'
        "</e:ParameterCode><e:ParameterNumeric>62.5</e:ParameterNumeric></e:AwardCriterionParameter>"
        "</e:EformsExtension></x:ExtensionContent></x:UBLExtension></x:UBLExtensions>"
        "<b:AwardingCriterionTypeCode>price</b:AwardingCriterionTypeCode>"
        "</a:SubordinateAwardingCriterion>"
    )
    xml = "<a:TenderingTerms>".join([head, first, price + second, *rest])
    import_notices(SYSTEM, [{"xml": xml}], source="ted", read=read_notice)
    page = browser.get(f"/marches/{only_tender(session).id}/resume/modifier").text
    assert "Lot\xa01 – Prix (62,5\xa0%)</textarea>" in page


def test_a_tender_typed_in_starts_empty(browser):
    page = browser.get(f"/marches/{make_tender().id}/resume/modifier").text
    assert READ not in page
