"""CPV codes on pages: said in the reader's language, taken in digits or words, proposed while one types."""

import html
import re

import pytest

from procurement.core import clock
from procurement.tenders.models import Tender
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


def test_words_that_may_be_several_codes_are_refused_with_these(delegate, session):
    typed = CONTRACT | {"cpv": "nettoyage de bureaux, nettoyage"}
    answer = delegate.post("/marches/nouveau", data=typed)
    assert answer.status_code == 422
    assert 'name="take" value="90910000 nettoyage"' in answer.text
    assert "<strong>90910000</strong> Services de nettoyage</button>" in answer.text
    assert 'value="nettoyage de bureaux, nettoyage"' in answer.text
    answer = delegate.post(
        "/marches/nouveau", data=typed | {"cpv": "79620000, nettoyage", "take": "90910000 nettoyage"}
    )
    assert answer.status_code == 200
    assert 'value="79620000, 90910000"' in answer.text
    assert CONTRACT["title"] in html.unescape(answer.text)
    assert session.query(Tender).count() == 0


@pytest.mark.parametrize("chosen", ["", "abc nettoyage", "90910000", "90910000 ménage"])
def test_a_choice_that_was_never_offered_changes_nothing(delegate, chosen):
    answer = delegate.post("/marches/nouveau", data=CONTRACT | {"cpv": "nettoyage", "take": chosen})
    assert 'value="nettoyage"' in answer.text


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_example_of_the_hint_is_taken(browser_of, session, locale):
    browser = browser_of(make_delegate(locale=locale))
    [example] = re.findall(r"79620000, ([^<.]+)\.<", browser.get("/marches/nouveau").text)
    answer = browser.post("/marches/nouveau", data=CONTRACT | {"cpv": f"79620000, {example}"})
    assert answer.status_code == 302
    assert only_tender(session).cpv_codes == ["79620000", "90919300"]


def test_words_that_are_no_code_are_refused(delegate):
    answer = delegate.post("/marches/nouveau", data=CONTRACT | {"cpv": "zzz"})
    assert answer.status_code == 422
    assert "n’en est pas un" in answer.text


def test_codes_are_proposed_to_the_field(client):
    found = client.get("/marches/cpv?q=nettoyage%20bureaux").json
    assert {"code": "90919200", "words": "Services de nettoyage de bureaux"} in found
    assert client.get("/marches/cpv").json == []
