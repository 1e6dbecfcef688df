"""The map: tenders counted by department, each leading to its list; the same in a table."""

import re

import pytest

from procurement.core import clock
from procurement.members.departments import DEPARTMENTS
from procurement.tenders.outlines import outlines, view_of
from procurement.tenders.queries import facets as counting
from tests.factories import make_manager, make_tender, paris
from tests.web.tenders.test_pages import text_of


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(paris(2026, 11, 23, 9)):
        yield


@pytest.fixture
def member(browser_of):
    return browser_of(make_manager())


def test_outlines_are_those_of_metropolitan_france():
    assert set(outlines()) == {code for code in DEPARTMENTS if len(code) == 2}
    left, top, width, height = map(float, view_of(outlines()).split())
    assert min(left, top) >= -2
    assert max(width, height) <= 617


def test_departments_lead_to_their_tenders(member):
    make_tender(title="Nettoyage", departments=["14", "61"])
    make_tender(title="Nettoyage encore", departments=["14"])
    make_tender(title="Autre", departments=["14", "974"])
    page = member.get("/marches/carte?q=nettoyage&department=61").text
    assert page.count('aria-label="Calvados (14) – 2 consultations"') == 2
    assert 'href="/marches?q=nettoyage&amp;department=14"' in page
    assert re.search(
        r'aria-label="Orne \(61\) – 1 consultation"><title>[^<]*</title><path class="map-2"', page
    )
    assert 'aria-label="Manche (50) – 0 consultation"' in page
    assert "2 consultations" in text_of(page)
    assert "La Réunion (974)" in text_of(member.get("/marches/carte").text)
    assert "style=" not in page.split("<main", 1)[1]


def test_it_says_when_not_all_are_counted(member, monkeypatch):
    monkeypatch.setattr(counting, "CAP", 2)
    for _ in range(4):
        make_tender()
    assert "dont l’échéance est la plus tardive" in member.get("/marches/carte").text


def test_an_empty_map_stands(client):
    assert client.get("/marches/carte").status_code == 200
