"""The list and the page of a tender, as people see them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from procurement.core import clock
from procurement.core.policy import SYSTEM, Role
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import set_deadline
from procurement.tenders.models import (
    Clause,
    ClauseKind,
    LegalRegime,
    Reservation,
    TenderKind,
    Visibility,
)
from procurement.tenders.operations import cancel_tender, move_deadline, publish_tender, refresh_search
from tests.counting import counted
from tests.factories import (
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
    paris,
)

NOW = paris(2026, 11, 23, 9)
SUBMISSION = DeadlineKind.SUBMISSION


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate())


@pytest.fixture
def member(browser_of):
    return browser_of(make_manager())


def text_of(page: str) -> str:
    """What a page says, without its tags and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_a_reservation_of_lots_alone_is_said_with_their_numbers(member):
    tender = make_tender(title="Divers", lots=2, reservation=Reservation.NONE)
    tender.lots[0].reservation = Reservation.SIAE
    refresh_search([tender.id])
    page = text_of(member.get(f"/marches/{tender.id}").text)
    assert (
        page.count(f"Lot {tender.lots[0].number} seulement : réservé aux structures d’insertion (SIAE)") == 2
    )
    assert "L2113-13" in page
    assert "Non réservé" not in page
    assert "Certains lots : réservé aux structures d’insertion (SIAE)" in text_of(member.get("/marches").text)
    tender.lots[1].reservation = Reservation.SIAE
    page = text_of(member.get(f"/marches/{tender.id}").text)
    assert "seulement" not in page
    assert "Réservé aux structures d’insertion (SIAE)" in page


# The list


def test_the_list_says_when_and_how_long_is_left(member):
    make_tender(
        title="Renfort",
        buyer="Ville d'Alençon",
        departments=["61"],
        reservation=Reservation.SIAE,
        deadlines={
            SUBMISSION: paris(2026, 12, 18, 12),
            DeadlineKind.REGISTRATION_CLOSE: paris(2026, 11, 30, 17),
        },
    )
    said = text_of(member.get("/marches").text)
    for words in ("Renfort", "Ville d&#39;Alençon", "Orne (61)", "ven. 18 déc., 12 h 00", "dans 25 jours"):
        assert words in said
    assert "lun. 30 nov., 17 h 00" in said


def test_a_past_year_is_said(member):
    make_tender(deadlines={SUBMISSION: paris(2025, 10, 9)})
    assert "jeu. 9 oct. 2025, 12 h 00" in text_of(member.get("/marches").text)


def test_an_hour_said_elsewhere_says_where(member):
    tender = make_tender(deadlines={})
    set_deadline(SYSTEM, tender, SUBMISSION, paris(2026, 12, 18, 12), zone="Indian/Reunion", doubtful=True)
    said = text_of(member.get("/marches").text)
    assert "ven. 18 déc., 15 h 00 (heure de" in said
    assert "à vérifier" in said


def test_search_and_filters_together(member):
    schools = make_tender(title="Agents des collèges", departments=["14"])
    refresh_search([schools.id, make_tender(title="Espaces verts", departments=["14"]).id])
    page = member.get("/marches?q=college&department=14&state=open&within=60").text
    assert "Agents des <mark>collèges</mark>" in page
    assert "Espaces verts" not in page
    # Each filter can be taken away by its own link, the others staying.
    assert 'href="/marches?q=college&amp;within=60&amp;state=open"' in page
    assert 'href="/marches?department=14&amp;within=60&amp;state=open"' in page


@pytest.mark.parametrize(
    "query",
    [
        "department=zz",
        "kind=x",
        "within=9999999999999",
        "reservation=",
        "state=%27",
        "page=zzz",
        "q=" + "x" * 5000,
    ],
)
def test_what_cannot_be_read_narrows_nothing_and_breaks_nothing(member, query):
    make_tender(title="Renfort")
    response = member.get(f"/marches?{query}")
    assert response.status_code == 200
    assert ("Renfort" in response.text) is not query.startswith("q=")


def test_page_after_page(member):
    for n in range(30):
        make_tender(title=f"Marché n° {n:02}", deadlines={SUBMISSION: timedelta(days=1 + n)})
    first = member.get("/marches").text
    following = re.search(r'href="(/marches\?page=[^"]+)" rel="next"', first)[1]
    second = member.get(following).text
    titles = re.findall(r"Marché n° (\d\d)", first) + re.findall(r"Marché n° (\d\d)", second)
    assert titles == [f"{n:02}" for n in range(30)]
    assert (
        member.get(re.search(r'href="(/marches\?page=[^"]+)" rel="prev"', second)[1]).text.count(
            '<tr role="row"'
        )
        == 26
    )


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("visitor", "Aucune consultation publique"),
        ("member", "Rien n’est encore partagé"),
        ("delegate", "Saisissez la première"),
    ],
)
def test_an_empty_list_says_what_to_do(request, client, who, words):
    browser = client if who == "visitor" else request.getfixturevalue(who)
    assert words in browser.get("/marches").text
    assert "Essayez avec moins de mots" in browser.get("/marches?q=zzz").text


@pytest.mark.parametrize("size", [5, 500])
def test_statements_of_the_list(member, size):
    for _ in range(size):
        make_tender(deadlines={SUBMISSION: timedelta(days=3)})
    member.get("/marches")
    for address, most in (("/marches", 5), ("/marches?q=tender&department=14&state=open", 10)):
        with counted() as sent:
            assert member.get(address).status_code == 200
        assert len(sent) <= most, sent


# The page


def test_a_tender_at_a_glance(member, session):
    tender = make_tender(
        title="Agents des collèges",
        lots=["Caen", "Bessin"],
        sites=3,
        reservation=Reservation.SIAE,
        legal_regime=LegalRegime.CONTRACTING_ENTITY,
        legal_reason="Le contrat sert l'activité postale.",
        ban_several_groups=True,
        source_url="https://www.boamp.example/avis/26-1",
        deadlines={
            DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 1, 17),
            SUBMISSION: paris(2026, 12, 20, 12),
        },
    )
    tender.lots[0].sites[0].weekly_hours = Decimal("17.5")
    session.add(
        Clause(tender_id=tender.id, kind=ClauseKind.EXECUTION_CONDITION, text="Insertion", hours=1200)
    )
    session.flush()
    said = text_of(member.get(f"/marches/{tender.id}").text)
    for words in (
        "mardi 1er décembre 2026 à 17 h 00 (heure de Paris)",
        "dans 8 jours",
        "dimanche 20 décembre 2026 à 12 h 00 (heure de Paris)",
        "Ce jour-là est un dimanche",
        "article L2113-13 du code de la commande publique",
        "Le contrat sert l&#39;activité postale.",
        "R2142-21 2°",
        "3 sites · 57,5 h par semaine",
        "article L2112-2",
        "heures d’insertion",
        "L’avis officiel",
    ):
        assert words in said, words
    assert "R2142-21 1°" not in said


def test_an_agreement_shows_no_procedure_and_no_lead(member):
    tender = make_tender(
        title="ETTI – La Poste",
        kind=TenderKind.AGREEMENT,
        legal_regime=LegalRegime.UNDETERMINED,
        legal_reason="À trancher",
        eligible_kinds=["etti"],
    )
    said = text_of(member.get(f"/marches/{tender.id}").text)
    assert "(ETTI)" in said
    for words in ("Procédure", "andataire", "Dépôt", "dépôt"):
        assert words not in said, words


def test_what_changed_is_told_in_words(delegate, member, browser_of):
    tender = make_tender(title="Renfort", published=False, deadlines={SUBMISSION: paris(2027, 1, 15)})
    publish_tender(SYSTEM, tender.id)
    move_deadline(SYSTEM, tender.id, SUBMISSION, paris(2027, 1, 22), 1)
    said = text_of(member.get(f"/marches/{tender.id}").text)
    assert "vendredi 22 janvier 2027 à 12 h 00" in said
    assert "vendredi 15 janvier 2027 à 12 h 00" in said
    cancel_tender(SYSTEM, tender.id, "L'acheteur renonce")
    said = text_of(member.get(f"/marches/{tender.id}").text)
    assert "Annulée le" in said
    assert "L&#39;acheteur renonce" in said


def test_nobody_outside_is_told_who_did_it(client, browser_of):
    author = make_delegate(name="Déléguée juridique du réseau")
    tender = make_tender(visibility=Visibility.PUBLIC, published=False)
    author_browser = browser_of(author)
    author_browser.post(f"/marches/{tender.id}/publier")
    assert "Déléguée juridique du réseau" in author_browser.get(f"/marches/{tender.id}").text
    assert "Déléguée juridique du réseau" not in client.get(f"/marches/{tender.id}").text


@pytest.mark.parametrize(
    ("fields", "seen_by"),
    [
        ({"published": False}, {"delegate"}),
        ({}, {"delegate", "member", "admin"}),
        ({"visibility": Visibility.PUBLIC}, {"delegate", "member", "admin", "observer", "visitor"}),
    ],
)
def test_what_is_not_theirs_is_404(client, browser_of, fields, seen_by):
    tender = make_tender(**fields)
    people = {
        "delegate": browser_of(make_delegate()),
        "member": browser_of(make_manager()),
        "admin": browser_of(make_user(roles=[Role.NETWORK_ADMIN])),
        "observer": browser_of(make_user(roles=[Role.OBSERVER])),
        "visitor": client,
    }
    for who, browser in people.items():
        expected = 200 if who in seen_by else 404
        assert browser.get(f"/marches/{tender.id}").status_code == expected, who


@pytest.mark.parametrize("forged", ["0", "999999", "9" * 18, "9" * 40, "-1", "1%00", "x"])
def test_a_forged_id_is_404(delegate, forged):
    assert delegate.get(f"/marches/{forged}").status_code in {400, 404}
    assert delegate.post(f"/marches/{forged}/publier").status_code in {400, 404}


@pytest.mark.parametrize("size", [5, 500])
@pytest.mark.parametrize("who", ["delegate", "member", "visitor"])
def test_statements_of_the_page(request, client, who, size):
    tender = make_tender(lots=5, sites=size // 5, visibility=Visibility.PUBLIC)
    publish = make_tender(published=False)
    publish_tender(SYSTEM, publish.id)
    for n in range(30):
        move_deadline(SYSTEM, tender.id, SUBMISSION, NOW + timedelta(days=50 + n), n + 1)
    for _ in range(3):
        make_participation(tender, make_member(), shown_as_partner=True)
    browser = client if who == "visitor" else request.getfixturevalue(who)
    browser.get(f"/marches/{tender.id}")
    with counted() as sent:
        assert browser.get(f"/marches/{tender.id}").status_code == 200
    # Our own part is eight, sources and summary among them; the panel on registrations has the rest, the bell of whoever is signed in one.
    assert len(sent) <= 12, sent
