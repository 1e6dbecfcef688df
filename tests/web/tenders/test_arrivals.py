"""The arrivals, as the delegate sorts them."""

import re
from datetime import datetime, timedelta

import pytest

from procurement.core import clock
from procurement.core.db import add
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.queries import deadlines_of
from procurement.notices.models import Twin
from procurement.tenders.models import Reservation
from tests.counting import counted
from tests.factories import make_delegate, make_member, make_tender, paris
from tests.web.tenders.test_pages import text_of


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def browser(browser_of):
    return browser_of(make_delegate())


def arrival(**fields):
    return make_tender(**({"published": False, "source": "boamp", "source_id": None} | fields))


def test_an_empty_page_says_what_comes_here(browser):
    assert "Tout est trié" in browser.get("/arrivees").text
    assert "Rien ne vous est confié" in browser.get("/arrivees?pour=moi").text
    assert "Rien n’a été écarté" in browser.get("/arrivees/ecartees").text


def test_the_desk_counts_them_and_keeps_them_from_the_drafts_written_by_hand(browser):
    arrival(title="Tonte des pelouses")
    make_tender(title="Écrite à la main", published=False)
    page = browser.get("/").text
    assert "1 avis est arrivé" in page
    assert "Tonte des pelouses" not in page
    assert "Écrite à la main" in page


def test_each_says_its_reasons_its_points_and_its_keys(browser):
    make_member(department="14")
    arrival(title="Tonte", reservation=Reservation.SIAE)
    page = browser.get("/arrivees").text
    assert "Convient bien · 95" in page
    assert "Réservée aux structures d’insertion" in page
    assert "Là où des structures travaillent : Calvados".replace(" :", "\u00a0:") in page
    assert "+40" in page
    assert "<kbd>j</kbd>" in page


def test_one_is_published_and_the_next_row_is_where_one_goes_on(browser):
    first, second = arrival(), arrival()
    answer = browser.post(f"/arrivees/{first.id}/publier", data={"next": second.id})
    assert answer.location == f"/arrivees#arrivee-{second.id}"
    page = browser.get("/arrivees").text
    assert f"structures voient maintenant «\u00a0{first.title}" in page
    assert f'id="arrivee-{first.id}"' not in page
    again = browser.post(f"/arrivees/{first.id}/publier")
    assert again.location == "/arrivees"
    assert "déjà publiée" in browser.get("/arrivees").text


def dates_of(tender):
    return {due.kind: due.due_at for due in deadlines_of("tender", [tender.id])}


def test_publishing_sets_the_end_of_registrations_that_is_proposed(browser):
    due = paris(2027, 1, 15, 12)
    first, second = (arrival(deadlines={DeadlineKind.SUBMISSION: due}) for _ in range(2))
    proposed = paris(2026, 12, 24, 12)
    page = browser.get("/arrivees").text
    assert "Inscriptions jusqu’au jeu. 24 déc., 12 h 00 (proposé)" in text_of(page)
    for address in ("/arrivees", f"/marches/{first.id}"):
        [chosen] = re.findall(
            rf'value="([^"]+)" form="publish-{first.id}" checked', browser.get(address).text
        )
        assert datetime.fromisoformat(chosen) == proposed
    browser.post(f"/arrivees/{first.id}/publier", data={"registrations": proposed.isoformat()})
    assert dates_of(first)[DeadlineKind.REGISTRATION_CLOSE] == proposed
    assert "Clôture des inscriptions" in browser.get(f"/marches/{first.id}").text
    browser.post(f"/arrivees/{second.id}/publier", data={"registrations": ""})
    assert DeadlineKind.REGISTRATION_CLOSE not in dates_of(second)


def test_where_none_can_be_proposed_it_says_so_and_what_stands_stays(browser):
    late = arrival(deadlines={DeadlineKind.SUBMISSION: timedelta(days=1)})
    page = text_of(browser.get("/arrivees").text)
    assert "Il est trop tard pour proposer une fin des inscriptions" in page
    assert browser.post(f"/marches/{late.id}/publier").location == f"/marches/{late.id}"
    stands = paris(2026, 12, 1, 9)
    known = arrival(
        deadlines={DeadlineKind.SUBMISSION: timedelta(days=30), DeadlineKind.REGISTRATION_CLOSE: stands}
    )
    assert "Inscriptions des structures jusqu’au mardi 1er décembre" in text_of(browser.get("/arrivees").text)
    browser.post(f"/marches/{known.id}/publier", data={"registrations": paris(2026, 12, 2, 9).isoformat()})
    assert dates_of(known)[DeadlineKind.REGISTRATION_CLOSE] == stands


@pytest.mark.parametrize("sent", ["demain", "2026-12-24T12:00:00", "2027-12-24T12:00:00+01:00"])
def test_an_end_of_registrations_that_cannot_be_is_refused(browser, sent):
    tender = arrival(deadlines={DeadlineKind.SUBMISSION: timedelta(days=40)})
    answer = browser.post(f"/arrivees/{tender.id}/publier", data={"registrations": sent})
    assert answer.status_code == 302
    page = browser.get("/arrivees").text
    assert f'id="arrivee-{tender.id}"' in page
    browser.post(f"/marches/{tender.id}/publier", data={"registrations": sent})
    assert f'id="arrivee-{tender.id}"' in browser.get("/arrivees").text


def test_the_key_that_hands_over_shows_where_there_is_somebody(browser):
    arrival()
    assert "<kbd>a</kbd>" not in browser.get("/arrivees").text
    make_delegate()
    assert "<kbd>a</kbd>" in browser.get("/arrivees").text


def test_one_without_its_deadline_is_to_be_completed(browser):
    tender = arrival(deadlines={})
    page = browser.get("/arrivees").text
    assert "Compléter" in page
    assert "n’est pas connue" in page
    answer = browser.post(f"/arrivees/{tender.id}/publier")
    assert answer.location == f"/marches/{tender.id}/modifier"
    assert "Indiquez la date limite" in browser.get(answer.location).text


def test_one_is_left_aside_by_one_press_or_in_words_and_taken_up_again(browser):
    first, second, third = arrival(), arrival(), arrival()
    browser.post(f"/arrivees/{first.id}/ecarter", data={"quick": "Trop loin"})
    browser.post(f"/arrivees/{second.id}/ecarter", data={"reason": "Déjà vue l’an dernier"})
    page = browser.get("/arrivees/ecartees").text
    assert "Trop loin" in page
    assert "Déjà vue l’an dernier" in page
    answer = browser.post(f"/arrivees/{third.id}/ecarter", data={"reason": " ", "page": "2"})
    assert answer.location == f"/arrivees?page=2#arrivee-{third.id}"
    assert "Dites pourquoi" in browser.get("/arrivees").text
    browser.post(f"/arrivees/{first.id}/reprendre")
    assert f'id="arrivee-{first.id}"' in browser.get("/arrivees").text
    assert "Brouillon écarté" in browser.get(f"/marches/{second.id}").text


def test_one_left_aside_is_no_draft_and_its_page_says_why(browser):
    kept, gone = arrival(title="Tonte"), arrival(title="Réactifs")
    browser.post(f"/arrivees/{gone.id}/ecarter", data={"reason": "Pas notre métier"})
    page = browser.get("/marches?state=draft").text
    assert f'/marches/{kept.id}"' in page
    assert "Réactifs" not in page
    assert "Brouillon 1" in text_of(page)
    assert "Réactifs" not in browser.get("/marches").text
    assert 'href="/marches?state=set_aside"' in browser.get("/marches").text
    page = browser.get("/marches?state=set_aside").text
    assert "Réactifs" in page
    assert "Tonte" not in page
    assert re.search(r'state-set_aside">Écartée<', page)
    page = browser.get(f"/marches/{gone.id}").text
    assert "Brouillon écarté le mardi 24 novembre" in text_of(page)
    assert "Pas notre métier" in text_of(page)
    assert f"/marches/{gone.id}/publier" not in page
    answer = browser.post(f"/arrivees/{gone.id}/reprendre", data={"from": "page"})
    assert answer.location == f"/marches/{gone.id}"
    page = browser.get(answer.location).text
    assert "C’est de nouveau un brouillon" in page
    assert f"/marches/{gone.id}/publier" in page
    assert "Réactifs" in browser.get("/marches?state=draft").text


def test_a_draft_that_is_published_all_the_same_is_aside_no_more(browser):
    tender = arrival()
    browser.post(f"/arrivees/{tender.id}/ecarter", data={"reason": "Trop loin"})
    browser.post(f"/marches/{tender.id}/publier")
    assert f'/marches/{tender.id}"' in browser.get("/marches?state=open").text


def test_one_is_handed_to_a_colleague(browser, browser_of):
    tender, colleague = arrival(), make_delegate(name="La remplaçante")
    browser.post(f"/arrivees/{tender.id}/confier", data={"user_id": colleague.id, "pour": "moi"})
    assert "pour La remplaçante" in browser.get("/arrivees").text
    theirs = browser_of(colleague)
    assert "1 est pour vous" in theirs.get("/").text
    assert tender.title in theirs.get("/arrivees?pour=moi").text
    browser.post(f"/arrivees/{tender.id}/confier", data={"user_id": ""})
    assert "pour La remplaçante" not in browser.get("/arrivees").text
    assert "Brouillon confié à La remplaçante" in browser.get(f"/marches/{tender.id}").text


def test_what_a_colleague_published_meanwhile_is_said(browser):
    tender = arrival(published=True)
    for verb in ("ecarter", "confier", "reprendre"):
        assert browser.post(f"/arrivees/{tender.id}/{verb}", data={"quick": "Trop loin"}).status_code == 302
    assert browser.get("/arrivees").text.count("déjà publiée") == 3


def test_pages_and_the_statements_don_t_grow_with_the_list(browser):
    arrival(deadlines={DeadlineKind.SUBMISSION: timedelta(days=1)})
    sent = []
    for more in (0, 30):
        for _ in range(more):
            arrival()
        with counted() as statements:
            page = browser.get("/arrivees").text
        sent.append(len(statements))
    assert sent[0] == sent[1]
    assert "/arrivees?page=2" in page
    assert browser.get("/arrivees?page=nonsense").status_code == 200


def test_one_that_looks_like_another_is_put_together_with_it_from_here(browser):
    draft, other = arrival(title="Tonte"), make_tender(title="Tonte des pelouses", source="ted")
    twin = add(Twin(draft_id=draft.id, tender_id=other.id, noticed_at=clock.now()))
    page = browser.get("/arrivees").text
    assert "Elle ressemble à" in page
    assert f"/sources/semblables/{twin.id}/reunir" in page
    browser.post(f"/sources/semblables/{twin.id}/distincts")
    assert "Elle ressemble à" not in browser.get("/arrivees").text
