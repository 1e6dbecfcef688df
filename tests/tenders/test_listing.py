"""The list: who sees what, words, filters, order, pages both ways."""

from datetime import timedelta

import pytest

from procurement.core import clock
from procurement.core.policy import SYSTEM, VISITOR, Role
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import set_deadline
from procurement.tenders.models import Reservation, TenderKind, Visibility
from procurement.tenders.operations import cancel_tender, refresh_search
from procurement.tenders.queries import TenderSearch, list_tenders
from procurement.tenders.rules import TenderState
from tests.counting import counted
from tests.factories import actor_of, make_delegate, make_manager, make_tender, make_user, paris

NOW = paris(2026, 11, 23, 9)
SUBMISSION = DeadlineKind.SUBMISSION


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(session):
    return actor_of(make_delegate())


def due_in(**left):
    return {SUBMISSION: timedelta(**left)}


def found(actor, page="", size=25, **search):
    return [row.title for row in list_tenders(actor, TenderSearch(**search), NOW, page, size).rows]


# Who sees what


def test_each_sees_what_is_theirs(session, delegate):
    make_tender(title="Draft", published=False, visibility=Visibility.PUBLIC)
    make_tender(title="Network")
    make_tender(title="Public", visibility=Visibility.PUBLIC)
    gone = make_tender(title="Never shown", published=False)
    cancel_tender(SYSTEM, gone.id, "No")
    assert set(found(delegate)) == {"Draft", "Network", "Public", "Never shown"}
    assert set(found(actor_of(make_manager()))) == {"Network", "Public"}
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    assert set(found(actor_of(admin))) == {"Network", "Public"}
    for outsider in (VISITOR, actor_of(make_user(roles=[Role.OBSERVER])), actor_of(make_user())):
        assert found(outsider) == ["Public"]


# Order and pages


@pytest.fixture
def several(session):
    """To come, in three steps; two due at one moment; one without date; one past; one cancelled."""
    make_tender(title="in 9 days", deadlines=due_in(days=9))
    make_tender(title="in an hour", deadlines=due_in(hours=1))
    make_tender(title="in 5 days, first", deadlines=due_in(days=5))
    make_tender(title="in 5 days, second", deadlines=due_in(days=5))
    make_tender(title="yesterday", deadlines=due_in(days=-1))
    make_tender(title="long ago", deadlines=due_in(days=-90))
    make_tender(title="no date", deadlines={}, created_at=NOW - timedelta(days=40))
    cancelled = make_tender(title="cancelled", deadlines=due_in(days=3))
    with clock.at(NOW - timedelta(days=10)):
        cancel_tender(SYSTEM, cancelled.id, "The buyer withdrew")


ORDER = [
    "in an hour",
    "in 5 days, first",
    "in 5 days, second",
    "in 9 days",
    "yesterday",
    "cancelled",
    "no date",
    "long ago",
]


def test_soonest_first_then_what_has_ended(several, delegate):
    assert found(delegate) == ORDER


@pytest.mark.parametrize("size", range(1, 9))
def test_pages_both_ways(several, delegate, size):
    pages, key = [], ""
    for _ in ORDER:
        page = list_tenders(delegate, TenderSearch(), NOW, key, size)
        pages.append(page)
        if not page.following:
            break
        key = page.following
    assert [row.title for page in pages for row in page.rows] == ORDER
    assert pages[0].preceding == ""
    back, key = [], pages[-1].preceding
    for _ in ORDER:
        if not key:
            break
        page = list_tenders(delegate, TenderSearch(), NOW, key, size)
        back.append([row.title for row in page.rows])
        key = page.preceding
    assert back == [[row.title for row in page.rows] for page in pages[:-1]][::-1]


def test_a_page_stands_still_while_others_come(several, delegate):
    first = list_tenders(delegate, TenderSearch(), NOW, size=3)
    make_tender(title="new", deadlines=due_in(minutes=5))
    second = list_tenders(delegate, TenderSearch(), NOW, first.following, 3)
    assert [row.title for row in second.rows] == ORDER[3:6]


@pytest.mark.parametrize(
    "key", ["x", "é", "PjF8", "PjF8MjAyNi0xMS0yM3wx", "A" * 5000, "PjF8MjAyNnw5OTk5OTk5OTk5OTk5OTk5OTk5OTk"]
)
def test_a_key_that_is_none_gives_the_first_page(several, delegate, key):
    assert found(delegate, key) == ORDER


@pytest.mark.parametrize("size", [5, 500])
def test_statements_whatever_the_number(session, delegate, size):
    for _ in range(size):
        make_tender(deadlines={})
    with counted() as sent:
        list_tenders(delegate, TenderSearch(), NOW)
    assert len(sent) <= 2
    with counted() as sent:
        list_tenders(delegate, TenderSearch(text="tender", department="14", state=TenderState.OPEN), NOW)
    assert len(sent) <= 5


# Filters


@pytest.fixture
def kinds(session):
    make_tender(title="Orne", departments=["61"], reservation=Reservation.SIAE, deadlines=due_in(days=10))
    lots = make_tender(title="Calvados", departments=["14", "50"], lots=2, deadlines=due_in(days=31))
    lots.lots[1].reservation = Reservation.EA_ESAT
    refresh_search([lots.id])
    make_tender(
        title="La Poste",
        kind=TenderKind.AGREEMENT,
        departments=["14"],
        deadlines={DeadlineKind.ENROLMENT: timedelta(days=3)},
    )
    closing = make_tender(title="Closing", departments=["27"], deadlines=due_in(days=8))
    set_deadline(SYSTEM, closing, DeadlineKind.REGISTRATION_CLOSE, NOW - timedelta(hours=1))
    make_tender(title="Past", departments=["61"], deadlines=due_in(days=-8))
    make_tender(title="Draft", departments=["76"], published=False, deadlines=due_in(days=6))
    cancel_tender(SYSTEM, make_tender(title="Cancelled", departments=["76"]).id, "No")


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ({"department": "14"}, ["La Poste", "Calvados"]),
        ({"department": "50"}, ["Calvados"]),
        ({"department": "75"}, []),
        ({"kind": TenderKind.AGREEMENT}, ["La Poste"]),
        ({"within_days": 7}, ["La Poste", "Draft"]),
        ({"within_days": 30}, ["La Poste", "Draft", "Closing", "Orne"]),
        ({"reservation": Reservation.SIAE}, ["Orne"]),
        ({"reservation": Reservation.EA_ESAT}, ["Calvados"]),
        ({"state": TenderState.OPEN}, ["La Poste", "Orne", "Calvados"]),
        ({"state": TenderState.REGISTRATION_CLOSED}, ["Closing"]),
        ({"state": TenderState.CLOSED}, ["Past"]),
        ({"state": TenderState.DRAFT}, ["Draft"]),
        ({"state": TenderState.CANCELLED}, ["Cancelled"]),
        ({"state": TenderState.CANCELLED, "within_days": 7}, []),
        ({"department": "61", "state": TenderState.OPEN, "reservation": Reservation.SIAE}, ["Orne"]),
    ],
)
def test_filters(kinds, delegate, search, titles):
    assert found(delegate, **search) == titles


# Words


@pytest.fixture
def worded(session):
    schools = make_tender(
        title="Remplacement d'agents techniques dans les collèges",
        buyer="Département du Calvados",
        reference="2026-DCB-114",
        cpv_main="79620000",
        description="Absences de courte durée.",
        lots=["Bessin", "Pays d'Auge"],
        sites=1,
        deadlines=due_in(days=5),
    )
    schools.lots[0].sites[0].name = "Collège Létot"
    schools.lots[0].sites[0].town = "Bayeux"
    parks = make_tender(
        title="Entretien des espaces verts",
        buyer="Communauté urbaine d'Alençon",
        description="Tonte près des collèges ; œuvre d'insertion.",
        source_id="26-104210",
        source="boamp",
        deadlines=due_in(days=6),
    )
    refresh_search([schools.id, parks.id])


SCHOOLS, PARKS = "Remplacement d'agents techniques dans les collèges", "Entretien des espaces verts"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("collège", [SCHOOLS, PARKS]),
        ("COLLEGES", [SCHOOLS, PARKS]),
        ("espace vert", [PARKS]),
        ("alencon", [PARKS]),
        ("departement calvados", [SCHOOLS]),
        ("remplacements", [SCHOOLS]),
        ("remplacem", [SCHOOLS]),
        ("agents techn", [SCHOOLS]),
        ("agents technocratiques", []),
        ("bessin", [SCHOOLS]),
        ("letot", [SCHOOLS]),
        ("collège bayeux", [SCHOOLS]),
        ("l'insertion", [PARKS]),
        ("l’insertion", [PARKS]),
        ("oeuvre", [PARKS]),
        ("2026-DCB-114", [SCHOOLS]),
        ("2026 dcb 114", [SCHOOLS]),
        ("dcb-114", [SCHOOLS]),
        ("26-104210", [PARKS]),
        ("26104210", [PARKS]),
        ("79620000", [SCHOOLS]),
        ('"agents techniques"', [SCHOOLS]),
        ('"techniques agents"', []),
        ("collèges -calvados", [PARKS]),
        ("calvados or alençon", [SCHOOLS, PARKS]),
        ("zzzz", []),
        ("", [SCHOOLS, PARKS]),
        ("?!", [SCHOOLS, PARKS]),
        ("dans les", [SCHOOLS]),
    ],
)
def test_words(worded, delegate, text, titles):
    assert found(delegate, text=text) == titles


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "\\",
        "a & | !",
        "((",
        ":*",
        '"',
        "foo:*bar",
        "%",
        "x" * 10_000,
        "a\x00b",
        "'); DROP",
        "-",
        "🙂",
        "col' OR 1=1",
    ],
)
def test_words_that_mean_nothing_do_no_harm(worded, delegate, text):
    found(delegate, text=text)


@pytest.mark.parametrize("walked", [1, 4, 5000])
def test_common_words_are_paged_like_the_rest(session, delegate, monkeypatch, walked):
    monkeypatch.setattr("procurement.tenders.queries.listing.FEW", 2)
    monkeypatch.setattr("procurement.tenders.queries.listing.WALKED", walked)
    ids = []
    for n in (1, 2, 3, 4, 5, -1, -2, -3):
        ids.append(make_tender(title=f"Nettoyage {n}", deadlines=due_in(days=n), departments=("14",)).id)
        ids.append(make_tender(title=f"Élagage {n}", deadlines=due_in(days=n), departments=("14",)).id)
        ids.append(
            make_tender(title=f"Nettoyage ailleurs {n}", deadlines=due_in(days=n), departments=("27",)).id
        )
    refresh_search(ids)
    search = TenderSearch(text="nettoyages", department="14")
    pages = [list_tenders(delegate, search, NOW, size=3)]
    while pages[-1].following:
        pages.append(list_tenders(delegate, search, NOW, pages[-1].following, size=3))
    told = [[row.title.removeprefix("Nettoyage ") for row in page.rows] for page in pages]
    assert told == [["1", "2", "3"], ["4", "5", "-1"], ["-2", "-3"]]
    back = list_tenders(delegate, search, NOW, pages[-1].preceding, size=3)
    assert [row.id for row in back.rows] == [row.id for row in pages[1].rows]


def test_words_see_no_more_than_the_person(worded):
    make_tender(title="Collège secret", published=False)
    assert found(VISITOR, text="collège") == []
