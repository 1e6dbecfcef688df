"""A notice pasted by the delegate: read, shown with its words, completed."""

import pytest

from procurement.core import clock
from procurement.tenders.models import Tender
from tests.factories import make_delegate, paris

TEXT = """Objet : Tonte des pelouses
Acheteur : Commune des Prés
Date limite des offres : 18/12/2026 à 12h
Ouverture des plis le 19/12/2026 à 9h"""


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def browser(browser_of):
    return browser_of(make_delegate())


def test_the_page_leads_from_a_new_tender_and_says_what_it_does(browser):
    assert "/marches/coller" in browser.get("/marches/nouveau").text
    assert "rien n’est deviné" in browser.get("/marches/coller").text


def test_what_was_read_shows_its_words_and_what_is_left_its_place(browser, session):
    answer = browser.post("/marches/coller", data={"text": TEXT})
    tender = session.query(Tender).one()
    assert answer.location == f"/marches/{tender.id}/modifier"
    page = browser.get(answer.location).text
    assert "4 champs ont été lus" not in page
    assert "3 champs ont été lus" in page
    assert "Date limite des offres : 18/12/2026 à 12h" in page
    assert 'href="#cpv"' in page
    assert 'href="#region-0"' in page
    assert 'href="#deadline_submission-date"' not in page
    assert "Ouverture des plis le 19/12/2026 à 9h" in page
    assert 'value="Tonte des pelouses"' in page


def test_once_published_the_text_is_shown_no_more(browser, session):
    browser.post("/marches/coller", data={"text": TEXT})
    tender = session.query(Tender).one()
    assert browser.post(f"/marches/{tender.id}/publier").status_code == 302
    assert "Lu dans le texte" not in browser.get(f"/marches/{tender.id}/modifier").text


def test_the_same_text_again_leads_to_its_draft(browser):
    first = browser.post("/marches/coller", data={"text": TEXT}).location
    again = browser.post("/marches/coller", data={"text": TEXT}).location
    assert f"{again}/modifier" == first
    assert "déjà ici" in browser.get(again).text


def test_what_is_refused_keeps_what_was_typed(browser):
    answer = browser.post("/marches/coller", data={"text": "…"})
    assert answer.status_code == 422
    assert "Collez le texte" in answer.text
    long = "mot " * 20_000
    answer = browser.post("/marches/coller", data={"text": long})
    assert answer.status_code == 422
    assert "mot mot mot" in answer.text
