"""The list as one searches it: facets as links, words marked, what to loosen where nothing is found."""

import html
import re
from datetime import timedelta

import pytest

from procurement.core import clock
from procurement.deadlines.models import DeadlineKind
from procurement.tenders import saved
from procurement.tenders.indexing import refresh_search
from procurement.tenders.models import Reservation, Tender
from tests.counting import counted
from tests.factories import actor_of, make_delegate, make_manager, make_tender, paris
from tests.web.tenders.test_pages import text_of


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(paris(2026, 11, 23, 9)):
        yield


@pytest.fixture
def person(session):
    return make_manager()


@pytest.fixture
def member(browser_of, person):
    return browser_of(person)


def links(page: str) -> dict[str, str]:
    """Addresses of the links to the list, by their words."""
    found = re.findall(r'<a[^>]*href="(/marches[^"/]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {text_of(words).strip(): html.unescape(address) for address, words in found}


def test_a_facet_chooses_and_takes_away(member):
    make_tender(title="Orne", departments=["61"])
    make_tender(title="Calvados", departments=["14"])
    page = member.get("/marches?q=").text
    assert "2 consultations" in text_of(page)
    address = links(page)["Orne (61) 1"]
    page = member.get(address).text
    assert (address, "1 consultation" in text_of(page)) == ("/marches?department=61", True)
    assert re.search(r'href="/marches" aria-current="true">Orne \(61\)', page)
    assert "Calvados (14) 1" in text_of(page)
    assert links(page)["Manche (50) 0"] == "/marches?department=50"


def test_words_asked_stay_with_filters_and_filters_with_words(member):
    make_tender(title="Nettoyage", departments=["61"])
    page = member.get("/marches?q=nettoyage&department=61").text
    assert '<input type="hidden" name="department" value="61">' in page
    assert links(page)["pertinence"] == "/marches?q=nettoyage&department=61&sort=relevance"


def test_what_was_found_is_marked_and_nothing_else_gets_through(member):
    make_tender(title="<script>alert(1)</script> nettoyage", description="Le <i>nettoyage</i> \x02des vitres")
    page = member.get("/marches?q=nettoyage").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>nettoyage</mark>" in page
    assert "<mark>nettoyage</mark>&lt;/i&gt; des vitres" in page
    assert "<script>alert" not in page


def test_where_nothing_is_found_it_says_what_to_loosen(member):
    make_tender(title="Nettoyage", departments=["61"])
    make_tender(title="Espaces verts", departments=["14"], reservation=Reservation.SIAE)
    page = member.get("/marches?q=nettoyage&department=14&reservation=siae").text
    assert "Il y a des réponses sans" in page
    assert links(page)["« nettoyage »"] == "/marches?department=14&reservation=siae"
    page = member.get("/marches?q=nettoyage&department=14").text
    assert links(page)["Calvados (14)"] == "/marches?q=nettoyage"


def test_a_buyer_that_is_misspelt_is_found_and_the_page_says_so(member):
    make_tender(title="Nettoyage", buyer="Ville d'Alençon")
    page = member.get("/marches?q=alencno").text
    assert "Aucune consultation avec « alencno ». Voici celles avec « alencon »." in text_of(page)
    assert "d&#39;<mark>Alençon</mark>" in page
    assert "/recherches/nouvelle?q=alencon" in page


def test_an_ordinary_word_that_is_misspelt_shows_what_was_meant(member):
    make_tender(title="Nettoyage des écoles", departments=["14"])
    page = member.get("/marches?q=netoyage").text
    assert "Aucune consultation avec « netoyage ». Voici celles avec « nettoyage »." in text_of(page)
    assert "<mark>Nettoyage</mark>" in page
    page = member.get("/marches?q=netoyage&department=61").text
    assert "Vouliez-vous dire : nettoyage ?" in text_of(page)
    assert links(page)["nettoyage"] == "/marches?q=nettoyage&department=61"
    assert links(page)["Orne (61)"] == "/marches?q=nettoyage"
    assert "/recherches/nouvelle?q=nettoyage&amp;department=61" in page
    assert "/recherches/nouvelle?q=netoyage" not in page


def test_the_only_words_are_not_to_be_removed(member):
    make_tender(title="Espaces verts")
    page = text_of(member.get("/marches?q=zzzzzz").text)
    assert "Aucune consultation ne répond" in page
    assert "Il y a des réponses sans" not in page


@pytest.mark.parametrize("typed", ["% _", "-", "« »"])
def test_what_has_no_word_in_it_is_said(member, typed):
    make_tender(title="Renfort")
    page = member.get("/marches", query_string={"q": typed}).text
    assert f"Il n’y a aucun mot à chercher dans « {typed} »." in text_of(page)
    assert "Renfort" in page
    assert "/recherches/nouvelle" not in page


def test_a_search_of_any_filter_is_kept_and_said(member, person):
    tender = make_tender(
        title="Nettoyage", buyer="Ville d'Alençon", cpv_main="90910000", source="boamp", source_id="1"
    )
    asked = f"cpv=90&procedure=unknown&source=boamp&buyer={tender.buyer_id}&within=60&sort=newest&state=open"
    page = text_of(member.get(f"/recherches/nouvelle?{asked}").text)
    for words in ("Services d’évacuation", "Ville d&#39;Alençon", "BOAMP", "60 jours", "Moins d’un marché"):
        assert words in page
    member.post(f"/recherches/nouvelle?{asked}", data={"name": "Mine"})
    [one] = saved.saved_of(actor_of(person))
    assert set(one.marks) == {"c:90", "p:unknown", "o:boamp", f"b:{tender.buyer_id}"}
    page = member.get("/recherches").text
    assert (
        f"/marches?cpv=90&amp;within=60&amp;procedure=unknown&amp;source=boamp&amp;buyer={tender.buyer_id}"
        in page
    )
    assert "Ville d&#39;Alençon" in page


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("boamp", "BOAMP"),
        ("ted", "TED"),
        ("typed", "Saisie ici"),
        ("pasted", "Texte collé"),
        ("mail", "Courriel transféré"),
    ],
)
def test_wherever_a_tender_comes_from_it_is_found_by_it(member, source, name):
    make_tender(title="Renfort", source=source)
    make_tender(title="Tonte", source="ted" if source != "ted" else "boamp")
    found = member.get(links(member.get("/marches").text)[f"{name} 1"]).text
    assert "Renfort" in found
    assert "Tonte" not in found


def test_what_is_kept_says_how_much_it_brings_and_the_list_that_it_is_kept(member, person):
    for title in ("Nettoyage", "Nettoyage des vitres", "Tonte"):
        make_tender(title=title, published_at=clock.now() - timedelta(days=3))
    actor = actor_of(person)
    for words, name in (("nettoyage", "Ménage"), ("zirconium", "Rare")):
        member.post(f"/recherches/nouvelle?q={words}", data={"name": name})
    kept = {one.name: one for one in saved.saved_of(actor)}
    assert saved.each_brings(actor, list(kept.values()))[kept["Ménage"].id].found == 2
    with counted() as sent:
        page = text_of(member.get("/recherches").text)
    assert len(sent) <= 10, sent
    assert "Moins d’un marché par semaine." in page
    assert "Rien ces 12 dernières semaines." in page
    page = member.get("/marches?q=Nettoyage&sort=newest").text
    assert f'Recherche gardée\u00a0: <a href="/recherches#recherche-{kept["Ménage"].id}">Ménage</a>' in page
    assert "/recherches/nouvelle" not in page
    assert (
        "/recherches/nouvelle?q=nettoyage&amp;department=14"
        in member.get("/marches?q=nettoyage&department=14").text
    )
    assert "Recherche gardée" not in member.get("/marches?q=tonte").text


def test_many_a_day_are_said(member, person, monkeypatch):
    monkeypatch.setattr(saved, "WEEKS", 1 / 5)
    for _ in range(4):
        make_tender(title="Nettoyage", published_at=clock.now() - timedelta(days=1))
    member.post("/recherches/nouvelle?q=nettoyage", data={"name": "Ménage"})
    assert "4 marchés par jour ou plus." in text_of(member.get("/recherches").text)


@pytest.mark.parametrize("query", ["", "?q=%25+_", "?state=open", "?sort=newest"])
def test_a_search_for_everything_leads_to_the_list(member, query):
    make_tender(title="Tonte")
    answer = member.get(f"/recherches/nouvelle{query}")
    assert answer.location == "/marches"
    assert "Cherchez d’abord par mots ou par filtre" in member.get("/marches").text
    assert "/recherches/nouvelle" not in member.get("/marches?state=open").text


def test_a_buyer_whose_tenders_are_hidden_has_no_name(member):
    hidden: Tender = make_tender(title="Draft", buyer="Secret buyer", published=False)
    page = member.get(f"/marches?buyer={hidden.buyer_id}").text
    assert "Secret buyer" not in page
    assert "Un acheteur" in page


@pytest.mark.parametrize(
    "query", ["cpv=99", "buyer=-1", "buyer=" + "9" * 30, "clause=x", "sort=x", "source=x", "procedure=x"]
)
def test_what_cannot_be_read_narrows_nothing(member, query):
    make_tender(title="Renfort")
    assert "Renfort" in member.get(f"/marches?{query}").text


def test_newest_first(browser_of):
    old = make_tender(title="Ancien", deadlines={DeadlineKind.SUBMISSION: timedelta(days=3)})
    old.published_at = clock.now() - timedelta(days=9)
    make_tender(title="Récent", deadlines={DeadlineKind.SUBMISSION: timedelta(days=9)})
    refresh_search([old.id])
    delegate = browser_of(make_delegate())
    by_deadline, newest = (delegate.get(f"/marches?sort={sort}").text for sort in ("deadline", "newest"))
    assert by_deadline.index("Ancien") < by_deadline.index("Récent")
    assert newest.index("Récent") < newest.index("Ancien")
