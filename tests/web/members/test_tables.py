"""Structures as a table: taken away, looked at, brought in whole or in part."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from procurement.core import events
from procurement.members.models import Member, MemberKind, ServiceLine
from tests.factories import make_delegate, make_manager, make_member, next_siret

HEADS = ["Nom", "Type", "SIRET", "Commune de son siège", "Département de son siège", "Téléphone"]


def csv_of(*rows, heads=HEADS, encoding="utf-8-sig", mark=";"):
    """A CSV file as an office writes one."""
    return "\r\n".join(mark.join(row) for row in [heads, *rows]).encode(encoding)


def xlsx_of(*rows, heads=HEADS):
    """A workbook."""
    book = Workbook()
    for row in [heads, *rows]:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def a_swollen_workbook():
    """A small file that unpacks to nine megabytes of words."""
    buffer = BytesIO(xlsx_of())
    with ZipFile(buffer, "a", ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", b"<si><t>x</t></si>" * 530_000)
    return buffer.getvalue()


def look(browser, body: bytes, name="structures.csv", **more):
    """Send the file, and see what it would do."""
    data = {"file": (BytesIO(body), name), "whole": "1"} | more
    return browser.post("/structures/importer", data=data, content_type="multipart/form-data")


def token(page) -> str:
    """What the page sends back in place of the file."""
    return re.search(r'name="file-kept" value="([^"]+)"', page.text)[1]


def counts(page) -> list[int]:
    """What comes in, changes, stays, is wrong."""
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", page.text)[:4]]


def rows_of(number: int):
    """That many right lines."""
    return [[f"AI {n:05d}", "AI", next_siret(), "Caen", "14", "02 61 91 00 14"] for n in range(number)]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (lambda rows: csv_of(*rows), "s.csv"),
        (lambda rows: csv_of(*rows, encoding="cp1252", mark=","), "s.csv"),
        (lambda rows: xlsx_of(*rows), "s.xlsx"),
    ],
)
def test_a_table_is_looked_at_then_brought_in(browser_of, session, body, name):
    siret = next_siret()
    known = make_member(name="AI Connue", phone="")
    rows = [
        ["Chantier d’Été", "ACI", f"{siret[:9]} {siret[9:]}", "Mézidon", "14 Calvados", "0261910014"],
        ["AI Connue", "", known.siret, "", "", "0261910099"],
    ]
    browser = browser_of(make_delegate())
    page = look(browser, body(rows), name)
    assert page.status_code == 200
    assert counts(page) == [1, 1, 0, 0]
    assert session.scalar(select(Member).where(Member.siret == siret)) is None
    answer = browser.post(
        "/structures/importer", data={"file-kept": token(page), "whole": "1", "do": "import"}
    )
    assert answer.status_code == 302
    made = session.scalars(select(Member).where(Member.siret == siret)).one()
    assert (made.name, made.kind, made.town, made.territory) == (
        "Chantier d’Été",
        MemberKind.ACI,
        "Mézidon",
        ["14"],
    )
    assert (known.phone, known.version) == ("02 61 91 00 99", 2)
    verbs = [[e.verb for e in events.history([("member", one.id)])] for one in (made, known)]
    assert verbs == [["member_created"], ["member_edited", "member_created"]]
    assert [events.verify("member", one.id) for one in (made, known)] == [None, None]
    again = look(browser, body(rows), name)
    assert counts(again) == [0, 0, 2, 0]


def test_five_thousand_lines_with_fifty_faults_are_named_and_the_rest_comes_in_or_nothing(
    browser_of, session
):
    rows = rows_of(5000)
    for n in range(50):
        line = rows[n * 100]
        match n % 5:
            case 0:
                line[2] = line[2][:-1] + str((int(line[2][-1]) + 1) % 10)
            case 1:
                line[1] = "magasin"
            case 2:
                line[4] = "75"
            case 3:
                line[0] = ""
            case 4:
                line[5] = "12"
    browser = browser_of(make_delegate())
    page = look(browser, csv_of(*rows))
    assert counts(page) == [4950, 0, 0, 50]
    before = session.scalar(select(func.count()).select_from(Member))
    sent = {"file-kept": token(page)}
    told = browser.post("/structures/importer", data=sent | {"do": "faults", "whole": "1"}).text
    lines = [int(line.split(";")[0]) for line in told.strip().splitlines()[1:]]
    assert lines == [n * 100 + 2 for n in range(50)]
    assert "Ligne;Colonne;" in told
    assert "Un chiffre de ce SIRET est faux" in told
    none = browser.post("/structures/importer", data=sent | {"do": "import", "whole": "1"})
    assert none.status_code == 409
    assert "50 lignes sont fautives" in none.text
    assert counts(none) == [4950, 0, 0, 50]
    assert 'value="import"' in none.text
    assert session.scalar(select(func.count()).select_from(Member)) == before
    some = browser.post("/structures/importer", data=sent | {"do": "import", "whole": "0"})
    assert some.status_code == 302
    assert session.scalar(select(func.count()).select_from(Member)) == before + 4950


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda: [rows_of(1)[0], [*rows_of(1)[0][:2], "", "Caen", "14", ""]], "Indiquez son SIRET."),
        (lambda: [["AI", "AI", next_siret(), "", "14", ""]], "il le faut pour une structure qui entre"),
        (lambda: [(row := rows_of(1)[0]), ["Autre", *row[1:]]], "figure déjà à la ligne 2"),
        (lambda: [["Même", *rows_of(1)[0][1:]], ["même", *rows_of(1)[0][1:]]], "porte déjà ce nom"),
        (lambda: [["x" * 161, *rows_of(1)[0][1:]]], "160"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(browser_of, rows, words):
    page = look(browser_of(make_delegate()), csv_of(*rows()))
    assert counts(page)[3] == 1
    assert words in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"Nom;Type\r\nAI;AI\r\n", "s.csv", "doit nommer les colonnes"),
        (b"SIRET;siret\r\n1;2\r\n", "s.csv", "le même nom"),
        (b"SIRET\r\n\r\n", "s.csv", "aucune structure"),
        (b"%PDF-1.7 nothing", "s.csv", "s.csv"),
        (csv_of(*[["x"]] * 10_002), "s.csv", "Plus de 10000 lignes"),
        (a_swollen_workbook(), "s.xlsx", "Cette table contient trop de choses"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_words(browser_of, body, name, words):
    page = look(browser_of(make_delegate()), body, name)
    assert page.status_code == 422
    assert words in page.text


def test_what_is_taken_away_comes_back_unchanged_and_calculates_nothing(browser_of, session):
    member = make_member(name="=1+1 AI", skills="Ménage ; repassage", phone="+33261910014")
    browser = browser_of(make_delegate())
    book = browser.get("/structures/export.xlsx?q=1%2B1")
    sheet = load_workbook(BytesIO(book.data)).active
    assert sheet["A2"].value == "'=1+1 AI"
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    text = browser.get("/structures/export.csv").data
    assert "Ménage ; repassage" in text.decode("utf-8-sig")
    assert "Association intermédiaire (AI)" in text.decode("utf-8-sig")
    member.name = "AI Caen"
    session.flush()
    for ending in ("csv", "xlsx"):
        file = browser.get(f"/structures/export.{ending}").data
        assert counts(look(browser, file, f"s.{ending}")) == [0, 0, 1, 0]
    assert browser.get("/structures/modele.xlsx").status_code == 200
    assert browser.get("/structures/export.pdf").status_code == 404


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_kind_and_service_comes_back_as_it_was_taken_away(browser_of, session, locale, ending):
    for kind in MemberKind:
        make_member(kind=kind).services = [one.value for one in ServiceLine]
    make_member().services = [ServiceLine.WORKSITE.value]
    session.flush()
    browser = browser_of(make_delegate())
    browser.post("/langue", data={"locale": locale})
    file = browser.get(f"/structures/export.{ending}").data
    assert counts(look(browser, file, f"s.{ending}")) == [0, 0, len(MemberKind) + 1, 0]


def test_services_may_be_parted_by_commas(browser_of, session):
    member = make_member()
    body = csv_of(
        [member.siret, "Formation, Mise à disposition de personnel (AI)"], heads=["SIRET", "Services"]
    )
    browser = browser_of(make_delegate())
    page = look(browser, body)
    assert counts(page) == [0, 1, 0, 0]
    browser.post("/structures/importer", data={"file-kept": token(page), "whole": "1", "do": "import"})
    assert set(member.services) == {ServiceLine.TRAINING, ServiceLine.STAFFING}


def test_a_manager_takes_the_directory_away_and_brings_nothing_in(browser_of):
    browser = browser_of(make_manager())
    assert browser.get("/structures/export.csv").status_code == 200
    assert browser.get("/structures/importer").status_code == 403
    assert "Importer un tableau" not in browser.get("/structures").text
