"""Finding: filters by marks, order, facets with counts, words in their context, names that are misspelt."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from procurement.core import clock
from procurement.core.db import add, db
from procurement.core.policy import VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.indexing import refresh_search
from procurement.tenders.matching import ALWAYS, keys_of
from procurement.tenders.models import Buyer, Clause, ClauseKind, Procedure, Reservation, Tender
from procurement.tenders.queries import Sort, TenderSearch, list_tenders
from procurement.tenders.queries import facets as counting
from procurement.tenders.queries.facets import facets
from procurement.tenders.queries.filters import read_marks
from procurement.tenders.queries.listing import by_words
from procurement.tenders.queries.passages import CLOSES, OPENS, passages
from procurement.tenders.queries.spelling import nearest
from procurement.tenders.queries.words import as_query, found_by, read_words
from procurement.tenders.rules import TenderState
from tests.counting import counted
from tests.factories import actor_of, make_delegate, make_manager, make_tender, paris

NOW = paris(2026, 11, 23, 9)


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(session):
    return actor_of(make_delegate())


def found(actor, page="", size=25, **search):
    return [row.title for row in list_tenders(actor, TenderSearch(**search), NOW, page, size).rows]


def made(title, **fields):
    clauses = fields.pop("clauses", [])
    lot_cpv = fields.pop("lot_cpv", "")
    tender = make_tender(title=title, **fields)
    tender.lots[0].cpv = lot_cpv
    for kind in clauses:
        add(Clause(tender_id=tender.id, kind=kind, text="Heures"))
    refresh_search([tender.id])
    return tender


# Filters


@pytest.fixture
def several(session):
    made("A", procedure=Procedure.OPEN, cpv_main="90910000", source="boamp", source_id="26-1")
    made("B", cpv_codes=["79620000", "90919200"], clauses=[ClauseKind.AWARD_CRITERION])
    made("C", lot_cpv="90911000", procedure=Procedure.ADAPTED, source="ted", source_id="1-2026")


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ({"division": "90"}, {"A", "B", "C"}),
        ({"division": "79"}, {"B"}),
        ({"procedure": Procedure.OPEN}, {"A"}),
        ({"source": "boamp"}, {"A"}),
        ({"source": "typed"}, {"B"}),
        ({"clause": ClauseKind.AWARD_CRITERION}, {"B"}),
        ({"clause": ClauseKind.EXECUTION_CONDITION}, set()),
        ({"division": "90", "procedure": Procedure.ADAPTED}, {"C"}),
    ],
)
def test_filters(several, delegate, search, titles):
    assert set(found(delegate, **search)) == titles
    assert read_marks(TenderSearch(**search).marks) == search


def test_one_buyer(several, delegate):
    buyer = db.session.scalar(select(Tender.buyer_id).where(Tender.title == "B"))
    assert found(delegate, buyer=buyer) == ["B"]


# Words


@pytest.fixture
def worded(session):
    buyer = add(
        Buyer(
            name="Hôpital d'Alençon", match_name="hopital d alencon", siret="26610001600010", created_at=NOW
        )
    )
    made(
        "Nettoyage des locaux",
        buyer=buyer,
        cpv_main="90919200",
        reference="26-H-7",
        description="Vitres comprises",
    )
    made(
        "Entretien des écoles", buyer="Ville de Caen", lot_cpv="90910000", description="Nettoyage des vitres"
    )


CLEANING, SCHOOLS = "Nettoyage des locaux", "Entretien des écoles"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("local", {CLEANING}),
        ("nettoyages", {CLEANING, SCHOOLS}),
        ("nett", {CLEANING, SCHOOLS}),
        ("266 100 016 00010", {CLEANING}),
        ("266100016", {CLEANING}),
        ("90919200-6", {CLEANING}),
        ("909192", {CLEANING}),
        ("90910000", {SCHOOLS}),
        ("vitres 90910000", {SCHOOLS}),
        ("hôpital ou caen", {CLEANING, SCHOOLS}),
        ("nettoyage -locaux", {SCHOOLS}),
        ('nettoyage -"des locaux"', {SCHOOLS}),
        ('"nettoyage vitres"', set()),
        ('"', {CLEANING, SCHOOLS}),
    ],
)
def test_words(worded, delegate, text, titles):
    assert set(found(delegate, text=text)) == titles


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hopitl", "hôpital"),
        ("nettoyage alencno", "nettoyage alencon"),
        ("Alenson", "alencon"),
        ("nettoyage", ""),
        ("netoyage", "nettoyage"),
        ("netoyage vitr alenson", "nettoyage vitr alencon"),
        ("netoyage -ecolse", "nettoyage -écoles"),
        ("zzzzzz", ""),
    ],
)
def test_a_buyers_name_that_is_misspelt_is_recognised(worded, delegate, typed, meant):
    assert nearest(delegate, typed) == meant
    assert not meant or CLEANING in found(delegate, text=meant)


def test_names_of_buyers_whose_tenders_are_hidden_are_not_told(worded):
    made("Zirconage", buyer="Zirconerie")
    assert nearest(VISITOR, "zirconeire") == nearest(VISITOR, "zircnoage") == ""


def test_of_words_alike_the_one_that_tenders_have_is_meant(session, delegate):
    assert nearest(delegate, "ecolles") == "écoles"
    made("Colles à bois")
    assert nearest(delegate, "ecolles") == "colles"


def test_the_words_are_shown_where_they_stand(session, delegate):
    tender = made(
        "Nettoyage <b>des</b> écoles",
        buyer="Ville d'Elbeuf",
        lots=["Écoles du centre", "Gymnases"],
        description=f"Mot {OPENS} caché. " + "Rien de tel. " * 30 + "Les vitres des ÉCOLES seront lavées.",
    )
    where = passages(by_words(delegate, "ecole elbeuf").each, [tender.id])[tender.id]
    assert where.title == f"Nettoyage <b>des</b> {OPENS}écoles{CLOSES}"
    assert where.buyer == f"Ville d'{OPENS}Elbeuf{CLOSES}"
    assert f"{OPENS}ÉCOLES{CLOSES} seront lavées" in where.rest
    assert where.rest.count(OPENS) == where.rest.count(CLOSES)
    assert passages(by_words(delegate, "elbeu").each, [tender.id])[tender.id].buyer == where.buyer
    assert passages(by_words(delegate, "elbeuf").each, [tender.id])[tender.id].rest == ""
    apart = passages(by_words(delegate, 'elbeuf -"gymnase vitre" -piscine').each, [tender.id])[tender.id]
    assert apart.rest == ""


# Order


def test_newest_first_drafts_before(session, delegate):
    for days, title in ((3, "old"), (1, "new"), (2, "between")):
        made(title, published_at=NOW - timedelta(days=days))
    made("draft", published=False, created_at=NOW - timedelta(days=9))
    order = ["draft", "new", "between", "old"]
    assert found(delegate, sort=Sort.NEWEST) == order
    assert found(actor_of(make_manager()), sort=Sort.NEWEST) == order[1:]
    for size in (1, 2, 3):
        pages, key, back = [], "", ""
        while True:
            page = list_tenders(delegate, TenderSearch(sort=Sort.NEWEST), NOW, key, size)
            pages.append([row.title for row in page.rows])
            if not page.following:
                back = page.preceding
                break
            key = page.following
        assert [title for page in pages for title in page] == order
        assert found(delegate, back, size, sort=Sort.NEWEST) == pages[-2]


def test_best_match_first_by_pages(session, delegate):
    made("Divers", description="école", deadlines={DeadlineKind.SUBMISSION: timedelta(days=90)})
    made("École", description="école, école")
    made("Autres", lots=["École maternelle", "Gymnase"])
    order = ["École", "Autres", "Divers"]
    assert found(delegate, text="écoles", sort=Sort.RELEVANCE) == order
    first = list_tenders(delegate, TenderSearch(text="écoles", sort=Sort.RELEVANCE), NOW, size=2)
    assert found(delegate, first.following, 2, text="écoles", sort=Sort.RELEVANCE) == order[2:]
    last = list_tenders(
        delegate, TenderSearch(text="écoles", sort=Sort.RELEVANCE), NOW, first.following, size=2
    )
    assert found(delegate, last.preceding, 2, text="écoles", sort=Sort.RELEVANCE) == order[:2]
    assert set(found(delegate, sort=Sort.RELEVANCE)) == set(order)


# Facets


def test_facets_say_what_each_choice_would_leave(session, delegate):
    made("1", departments=["14"], reservation=Reservation.SIAE, cpv_main="90910000")
    made(
        "2",
        departments=["14", "61"],
        procedure=Procedure.OPEN,
        deadlines={DeadlineKind.SUBMISSION: timedelta(days=5)},
    )
    made("3", departments=["61"], reservation=Reservation.SIAE)
    made("4", departments=["61"], deadlines={DeadlineKind.SUBMISSION: timedelta(days=-5)})
    whole = facets(delegate, TenderSearch(), None, NOW)
    assert (whole.total, whole.more) == (4, False)
    assert whole.counts["department"] == {"14": 2, "61": 3}
    assert whole.counts["state"] == {"open": 3, "closed": 1}
    assert whole.counts["within_days"] == {"7": 1, "15": 1, "30": 1, "60": 3}
    assert whole.counts["reservation"] == {"siae": 2}
    assert whole.counts["division"] == {"90": 1}
    assert set(whole.counts["buyer"].values()) == {1}
    assert set(map(str, whole.buyers)) == set(whole.counts["buyer"])
    # A filter that is chosen is counted as if it weren't; the others count what it leaves.
    search = TenderSearch(department="14", state=TenderState.OPEN)
    narrow = facets(delegate, search, None, NOW)
    assert narrow.total == 2
    assert narrow.counts["department"] == {"14": 2, "61": 2}
    assert narrow.counts["state"] == {"open": 2}
    assert narrow.counts["reservation"] == {"siae": 1}
    assert narrow.without == {"department": 3, "state": 2}


def test_each_choice_finds_as_many_as_its_facet_says(several, delegate):
    whole = facets(delegate, TenderSearch(), None, NOW)
    for letter_counts in (whole.counts["division"], whole.counts["procedure"], whole.counts["source"]):
        assert letter_counts
    for value, number in whole.counts["division"].items():
        assert len(found(delegate, division=value)) == number
    for value, number in whole.counts["source"].items():
        assert len(found(delegate, source=value)) == number


def test_facets_count_what_one_sees_and_what_words_find(worded):
    member = actor_of(make_manager())
    made("Nettoyage caché", published=False)
    assert facets(member, TenderSearch(text="nettoyage"), by_words(member, "nettoyage"), NOW).total == 2
    assert facets(VISITOR, TenderSearch(), None, NOW).total == 0


def test_facets_are_one_statement_and_stop_at_many(session, delegate, monkeypatch):
    monkeypatch.setattr(counting, "CAP", 3)
    for number in range(5):
        made(f"T{number}")
    with counted() as sent:
        whole = facets(delegate, TenderSearch(department="14", state=TenderState.OPEN), None, NOW)
    assert len(sent) == 1
    assert (whole.total, whole.more) == (3, True)


@pytest.mark.parametrize("walked", [1, 3, 1000])
def test_facets_of_common_words_are_those_of_all(session, delegate, monkeypatch, walked):
    for number in range(5):
        made(f"Nettoyage {number}")
        made(f"Élagage {number}")
    monkeypatch.setattr(counting, "WALKED", walked)
    search = TenderSearch(text="nettoyage", department="14")
    words = by_words(delegate, search.text)
    assert facets(delegate, search, words, NOW).total == 5
    for cap in (1, 2000):
        monkeypatch.setattr(counting, "CAP", cap)
        assert facets(delegate, search, replace(words, common=10_000), NOW) == facets(
            delegate, search, words, NOW
        )


# Kept searches are looked up by keys


@pytest.mark.parametrize(
    ("words", "marks", "keys"),
    [
        ("'nettoi'", [], ["nettoi"]),
        ("'nettoi' & 'a'", [], ["nettoi"]),
        ("'nettoi' | 'nettoyag':*", [], ["nett*", "nettoi"]),
        ("'le' <-> 'havr':A", [], ["havr"]),
        ("!'a' & ( 'bc' | 'd':* )", [], ["bc", "d*"]),
        ("!'a'", [], [ALWAYS]),
        ("'b' | !'a'", ["d:14"], ["d:14"]),
        ("'d''auge' & ''", [], ["d'auge"]),
        ("", ["d:14", "k:contract", "c:90"], ["c:90"]),
        ("'nettoi'", ["d:14", "b:3"], ["b:3"]),
        ("'nettoi'", ["d:14"], ["nettoi"]),
        ("", [], [ALWAYS]),
    ],
)
def test_keys(words, marks, keys):
    assert keys_of(words, marks) == keys


@pytest.mark.parametrize(
    "text",
    [
        "nettoyage",
        "net",
        "ne",
        "hôpital locaux",
        '"des locaux"',
        "nettoyage -caen",
        "-caen",
        "26-H-7",
        "d'alençon ou caen",
    ],
)
def test_whatever_words_find_has_a_key_of_theirs(worded, text):
    words = read_words(text)
    shared = literal(keys_of(words, []), ARRAY(Text)).overlap(func.tender_keys(Tender.search, Tender.marks))
    both = select(found_by(as_query(words)), shared)
    rows = db.session.execute(both).all()
    assert any(finds for finds, _ in rows)
    assert all(has_key for finds, has_key in rows if finds)
