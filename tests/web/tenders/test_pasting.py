"""A notice pasted by the delegate: read, shown with its words, completed."""

import re

import pytest

from procurement.core import clock
from procurement.core.db import add
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Lot, Procedure, Reservation, Site, Tender
from tests.factories import make_delegate, paris
from tests.web.tenders.sheet import only_tender, sent_from

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
    tender = only_tender(session)
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


def test_what_is_left_is_told_until_it_is_filled_in(browser, session):
    browser.post("/marches/coller", data={"text": TEXT})
    tender = only_tender(session)
    tender.cpv_main, tender.cpv_codes, tender.departments, tender.reference = (
        "77310000",
        ["77310000"],
        ["14"],
        "A1",
    )
    tender.procedure, tender.reservation = Procedure.OPEN, Reservation.SIAE
    tender.documents_url = "https://exemple.fr/dce"
    session.flush()
    page = browser.get(f"/marches/{tender.id}/modifier").text
    assert re.findall(r'Reste à remplir.*?href="#([^"]+)"', page, re.DOTALL) == ["lots-0-title"]
    add(Site(lot_id=session.query(Lot).one().id, rank=1, name="Gymnase"))
    page = browser.get(f"/marches/{tender.id}/modifier").text
    assert "Rien ne reste à remplir" in page


@pytest.mark.parametrize("text", ["bonjour", "Bonjour, merci !", "12345"])
def test_a_text_without_anything_of_a_tender_is_refused_and_kept(browser, session, text):
    answer = browser.post("/marches/coller", data={"text": text})
    assert answer.status_code == 422
    assert "Collez l’avis en entier" in answer.text
    assert f">\r\n{text}</textarea>" in answer.text
    assert session.query(Tender).count() == 0


def test_what_is_to_be_filled_in_is_said_in_the_readers_language(browser_of, session):
    browser = browser_of(make_delegate(locale="en"))
    browser.post("/marches/coller", data={"text": "Date limite des offres : 18/12/2026 à 12h"})
    tender = only_tender(session)
    assert (tender.title, tender.buyer.name) == ("(title to be filled in)", "(buyer to be filled in)")
    page = browser.get(f"/marches/{tender.id}").text
    assert "Give the tender" in page
    assert "Say who buys" in page


def test_once_published_the_text_is_shown_no_more(browser, session):
    browser.post("/marches/coller", data={"text": TEXT})
    tender = only_tender(session)
    assert browser.post(f"/marches/{tender.id}/publier").status_code == 302
    assert "Lu dans le texte" not in browser.get(f"/marches/{tender.id}/modifier").text


PROPOSED = "Proposée\xa0: changez-la"


def test_the_end_of_registrations_is_filled_in_for_whoever_completes_the_draft(browser, session):
    browser.post("/marches/coller", data={"text": TEXT})
    tender = only_tender(session)
    where = f"/marches/{tender.id}/modifier"
    page = browser.get(where).text
    assert PROPOSED in page
    sent = sent_from(page)
    assert sent["deadline_registration_close-date"] == ["2026-12-03"]
    assert not any(due.kind is DeadlineKind.REGISTRATION_CLOSE for due in only_tender(session).deadlines)
    emptied = {"deadline_registration_close-date": "", "deadline_registration_close-time": ""}
    browser.post(where, data=sent | emptied | {"then": "publish"})
    assert only_tender(session).registrations_close_at is None
    assert PROPOSED not in browser.get(where).text


def test_saved_and_published_as_it_was_filled_in(browser, session):
    where = browser.post("/marches/coller", data={"text": TEXT}).location
    browser.post(where, data=sent_from(browser.get(where).text) | {"then": "publish"})
    assert only_tender(session).registrations_close_at == paris(2026, 12, 3, 12)


def test_its_source_is_named_to_the_delegate(browser, session):
    browser.post("/marches/coller", data={"text": TEXT})
    page = browser.get(f"/marches/{only_tender(session).id}").text
    assert re.search(r'id="source".*Texte collé.*24 nov', page, re.DOTALL)


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
