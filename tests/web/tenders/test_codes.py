"""CPV codes on pages: said in the reader's language, taken in digits or words, proposed while one types."""

import pytest

from procurement.core import clock
from tests.factories import make_delegate, make_manager, make_tender, paris
from tests.web.tenders.sheet import CONTRACT, only_tender


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(paris(2026, 11, 23, 9)):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate())


def test_a_tender_says_what_its_codes_stand_for(browser_of):
    tender = make_tender(cpv_main="90919200", cpv_codes=["90919200", "79620000"])
    person = browser_of(make_manager())
    page = person.get(f"/marches/{tender.id}").text
    assert "Services de nettoyage de bureaux" in page
    assert page.index("90919200") < page.index("79620000")
    person.post("/langue", data={"locale": "en"})
    assert "Office cleaning services" in person.get(f"/marches/{tender.id}").text


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("79620000-6 98341140", ["79620000", "98341140"]),
        ("Services de nettoyage de bureaux, 79620000", ["90919200", "79620000"]),
        ("Services de mise à disposition de personnel, y compris de personnel temporaire", ["79620000"]),
        ("79620000, 79620000 ;", ["79620000"]),
    ],
)
def test_words_and_digits_are_taken(delegate, session, typed, codes):
    assert delegate.post("/marches/nouveau", data=CONTRACT | {"cpv": typed}).status_code == 302
    assert only_tender(session).cpv_codes == codes


def test_words_that_may_be_several_codes_are_refused_with_these(delegate):
    answer = delegate.post("/marches/nouveau", data=CONTRACT | {"cpv": "nettoyage de bureaux, nettoyage"})
    assert answer.status_code == 422
    assert "90919200 Services de nettoyage de bureaux" in answer.text
    assert 'value="nettoyage de bureaux, nettoyage"' in answer.text


def test_words_that_are_no_code_are_refused(delegate):
    answer = delegate.post("/marches/nouveau", data=CONTRACT | {"cpv": "zzz"})
    assert answer.status_code == 422
    assert "n’en est pas un" in answer.text


def test_codes_are_proposed_to_the_field(client):
    found = client.get("/marches/cpv?q=nettoyage%20bureaux").json
    assert {"code": "90919200", "words": "Services de nettoyage de bureaux"} in found
    assert client.get("/marches/cpv").json == []
