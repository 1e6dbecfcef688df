"""What a search finds as a file for a spreadsheet: CSV and XLSX, in the list's order, nothing that calculates."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from procurement.core import clock
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Reservation, Visibility
from procurement.tenders.queries import table as queries
from tests.counting import counted
from tests.factories import make_manager, make_tender, paris


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(paris(2026, 11, 23, 9)):
        yield


@pytest.fixture
def member(browser_of):
    return browser_of(make_manager())


@pytest.fixture
def several(session):
    make_tender(
        title="=1+1",
        buyer="Ville d'Alençon",
        departments=["61"],
        reservation=Reservation.SIAE,
        cpv_main="90919200",
        deadlines={DeadlineKind.SUBMISSION: paris(2026, 12, 18, 12)},
    )
    make_tender(
        title="Écoles", departments=["14"], deadlines={DeadlineKind.SUBMISSION: paris(2026, 12, 1, 12)}
    )
    make_tender(title="Caché", departments=["61"], published=False)


def test_csv_holds_what_is_found_in_order(member, several):
    answer = member.get("/marches/liste.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="marches-2026-11-23.csv"'
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["Titre"] if "Titre" in row else row["Intitulé"] for row in rows] == ["Écoles", "'=1+1"]
    last = list(rows[1].values())
    for words in ("Ville d'Alençon", "Orne (61)", "Services de nettoyage de bureaux", "2026-12-18 12:00:00"):
        assert words in last
    assert any(cell.startswith("http://localhost/marches/") for cell in last)


def test_xlsx_holds_the_same(member, several):
    answer = member.get("/marches/liste.xlsx?department=61")
    sheet = load_workbook(BytesIO(answer.data)).active
    [heads, row] = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
    assert len(heads) == len(row)
    assert row[0] == "'=1+1"
    assert "2026-12-18 12:00:00" in row
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)


def test_a_visitor_gets_what_is_public(client, several):
    make_tender(title="Public", visibility=Visibility.PUBLIC)
    text = client.get("/marches/liste.csv?q=").text
    assert "Public" in text
    assert "Écoles" not in text


def test_words_and_pages_of_it(member, several, monkeypatch):
    monkeypatch.setattr(queries, "_AT_ONCE", 1)
    monkeypatch.setattr(queries, "MOST", 2)
    for _ in range(3):
        make_tender(title="Nettoyage")
    assert member.get("/marches/liste.csv?q=nettoyage").text.count("Nettoyage") == 2
    assert member.get("/marches/liste.pdf").status_code == 404


def test_statements_whatever_the_number(member, session):
    for _ in range(3):
        make_tender()
    with counted() as few:
        member.get("/marches/liste.csv").data  # noqa: B018 - read to its end
    for _ in range(60):
        make_tender()
    with counted() as many:
        member.get("/marches/liste.csv").data  # noqa: B018 - read to its end
    assert len(few) == len(many)
