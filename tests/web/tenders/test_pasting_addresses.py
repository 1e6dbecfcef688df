"""An address pasted by the delegate: asked of the site that gives the notice, or told what to do instead."""

import json

import pytest

from procurement.core import clock
from procurement.core.outside import Reach
from procurement.tenders.models import Tender
from tests.factories import make_delegate, make_tender, paris
from tests.notices.conftest import SAMPLES, as_served
from tests.sites import site
from tests.web.tenders.sheet import only_tender

PAGE = """<html><head><title>x</title><script>alert(1)</script></head><body>
<h1>Objet du marché : Tonte des pelouses</h1><table><tr><td>Acheteur : Commune des Prés</td></tr>
<tr><td>Date limite des offres : 18/12/2026 à 12h</td></tr></table></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def browser(browser_of):
    return browser_of(make_delegate())


@pytest.fixture
def ours(app, monkeypatch):
    """A site of ours in place of the official ones: give its pages."""

    def use(here):
        reach = Reach(frozenset({"127.0.0.1"}), may=lambda _: True, plain=True)
        monkeypatch.setitem(app.config, "NOTICE_REACH", reach)
        monkeypatch.setitem(app.config, "NOTICE_SITES", {"boamp": f"{here.url}/records", "ted": here.url})

    return use


def boamp_answer(name: str) -> bytes:
    record = as_served(json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")))
    return json.dumps({"total_count": 1, "results": [record]}).encode()


def test_a_boamp_address_is_asked_by_its_number(browser, ours, session):
    with site({"/records": (200, {"Content-Type": "application/json"}, boamp_answer("mapa_prose"))}) as here:
        ours(here)
        answer = browser.post("/marches/coller", data={"text": " https://www.boamp.fr/avis/detail/26-85090 "})
        assert here.asked == ["/records?where=idweb%3D%2226-85090%22&limit=1"]
    tender = only_tender(session)
    assert tender.source == "boamp"
    assert answer.location == f"/marches/{tender.id}/modifier"
    assert "avis officiel" in browser.get(answer.location).text


def test_a_ted_address_is_asked_for_its_xml(browser, ours, session):
    sample = (SAMPLES / "ted_two_lots.xml").read_bytes()
    with site({"/fr/notice/140913-2024/xml": (200, {}, sample)}) as here:
        ours(here)
        address = "https://ted.europa.eu/fr/notice/-/detail/140913-2024"
        answer = browser.post("/marches/coller", data={"text": address})
        assert here.asked == ["/fr/notice/140913-2024/xml"]
    tender = only_tender(session)
    assert tender.source == "ted"
    assert answer.location == f"/marches/{tender.id}/modifier"


def test_a_profile_s_page_is_read_as_text(browser, ours, session):
    with site({"/consultation/12": (200, HTML, PAGE.encode())}) as here:
        ours(here)
        address = f"{here.url}/consultation/12"
        answer = browser.post("/marches/coller", data={"text": address})
    tender = only_tender(session)
    assert answer.location == f"/marches/{tender.id}/modifier"
    assert (tender.title, tender.buyer.name) == ("Tonte des pelouses", "Commune des Prés")
    assert (tender.source, tender.documents_url) == ("pasted", address)
    assert tender.due_at == paris(2026, 12, 18, 12)
    assert "alert(1)" not in browser.get(answer.location).text


@pytest.mark.parametrize(
    "address",
    [
        "https://www.boamp.fr/avis/detail/26-85090",
        "https://ted.europa.eu/fr/notice/-/detail/140913-2024",
        "https://www.marches-publics.gouv.fr/?refConsultation=12",
        "https://evil.example/",
        "http://192.168.1.1/admin",
    ],
)
def test_without_sites_to_ask_one_is_told_to_paste_the_text(browser, session, address):
    answer = browser.post("/marches/coller", data={"text": address})
    assert answer.status_code == 422
    assert "copiez son texte" in answer.text
    assert address in answer.text
    assert session.query(Tender).count() == 0


def test_one_that_is_here_already_is_found_without_its_site(browser):
    there = make_tender(source="boamp", source_id="26-85090")
    answer = browser.post("/marches/coller", data={"text": "https://www.boamp.fr/avis/detail/26-85090"})
    assert answer.location == f"/marches/{there.id}"


def test_a_site_in_trouble_or_a_notice_that_calls_for_nothing_is_said(browser, ours):
    address = {"text": "https://www.boamp.fr/avis/detail/26-85090"}
    answers = {
        "copiez son texte": (200, {}, b'{"total_count": 0, "results": []}'),
        "ne répond pas": (503, {}, b""),
        "annonce un résultat": (200, {}, boamp_answer("award")),
    }
    for words, said in answers.items():
        with site({"/records": said}) as here:
            ours(here)
            answer = browser.post("/marches/coller", data=address)
        assert answer.status_code == 422
        assert words in answer.text
    assert "ne répond pas" in browser.post("/marches/coller", data=address).text
