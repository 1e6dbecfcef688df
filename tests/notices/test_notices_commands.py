"""`flask notices import` and `flask tenders export`, as an operator types them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM, VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Tender, Visibility
from procurement.tenders.operations import publish_tender
from procurement.tenders.queries.export import export_tenders
from tests.factories import make_tender, paris
from tests.notices.conftest import SAMPLES

KEYS = [
    "source", "source_id", "title", "buyer", "buyer_siret", "departments", "cpv", "lots", "submission_deadline",
    "deadline_doubtful", "reserved", "url",
]  # fmt: skip


@pytest.fixture
def run(app):
    """Type a command; returns its result."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=list(words))


@pytest.fixture
def page(tmp_path: Path, samples) -> Path:
    """A page of the interface with all samples and one damaged record."""
    path = tmp_path / "page.json"
    damaged = samples[0] | {"idweb": "26-900010", "gestion": "{"}
    path.write_text(json.dumps({"total_count": 10, "results": [damaged, *samples]}))
    return path


def test_import_tells_what_became_of_each_notice(run, page: Path) -> None:
    done = run("notices", "import", str(page))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.startswith("illisible\t26-900010\t") and "gestion" in line for line in lines)
    assert any(line.startswith("écarté\t26-900007\t") and "rectifie l’avis" in line for line in lines)
    assert sum(line.startswith("brouillon\t") for line in lines) == 7
    assert lines[-1].startswith("10 avis lus")
    english = run("notices", "import", "--language", "en", str(page))
    assert english.output.splitlines()[-1] == (
        "10 notices read: 0 new drafts, 0 changed, 9 known as they are, 0 left out, 1 unreadable."
    )


def test_a_file_that_cant_be_read_stops_no_other(run, page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('[{"idweb": "26-1", "nature": "ATTRIBUTION"}, {')
    done = run("notices", "import", str(tmp_path / "missing.json"), str(broken), str(page), str(tmp_path))
    assert done.exit_code == 1
    assert "missing.json" in done.output
    assert "broken.json" in done.output
    assert "11 avis lus" in done.output


def test_the_dila_s_xml_comes_in_as_boamp_s(run) -> None:
    done = run("notices", "import", str(SAMPLES / "dila_one_lot.xml"), "--language", "en")
    assert done.output.splitlines()[-1].startswith("1 notices read: 1 new drafts")
    assert db.session.scalars(select(Tender.source)).all() == ["boamp"]


def test_the_table_says_how_well_files_read_and_stores_nothing(run, page: Path) -> None:
    done = run("notices", "table", str(page.parent), str(SAMPLES / "dila_one_lot.xml"))
    assert done.exit_code == 0, done.output
    head, _, *lines = done.output.splitlines()
    rows = {tuple(cells[:3]): cells[3:] for cells in (line.split(" | ") for line in lines if " | " in line)}
    assert head.startswith("source | form | shape | read | calls | quarantined | reference")
    assert rows["boamp", "JSON", "EFORMS"][:4] == ["2", "2", "0", "50 %"]
    assert rows["boamp", "XML", "FNSimple"][:3] == ["1", "1", "0"]
    assert rows["boamp", "JSON", "?"][:4] == ["0", "0", "1", "–"]
    assert any(line.startswith("boamp 26-900010: The field") for line in lines)
    assert db.session.scalars(select(Tender.id)).all() == []
    assert run("notices", "table", str(page.parent / "missing.json")).exit_code == 1


def test_export_writes_one_object_a_line(run, page: Path) -> None:
    run("notices", "import", str(page))
    assert run("tenders", "export").output == ""
    lines = run("tenders", "export", "--drafts").output.splitlines()
    records = {record["source_id"]: record for record in map(json.loads, lines)}
    assert len(records) == 7
    assert all(list(record) == KEYS for record in records.values())
    full = records["26-900001"]
    assert full["title"].startswith("Remplacement d'agents techniques dans les collèges")
    del full["title"]
    assert full == {
        "source": "boamp",
        "source_id": "26-900001",
        "buyer": "Département d'Essai",
        "buyer_siret": "99900011000018",
        "departments": ["01", "14", "2A"],
        "cpv": ["79620000", "90910000", "85312320"],
        "lots": [
            {"number": "1", "title": "Secteur nord", "cpv": "79620000", "reserved": True},
            {"number": "2", "title": "Secteur sud", "cpv": "85312320", "reserved": False},
        ],
        "submission_deadline": "2026-10-16T12:00:00+02:00",
        "deadline_doubtful": False,
        "reserved": True,
        "url": "https://www.boamp.fr/pages/avis/?q=idweb:26-900001",
    }
    assert records["26-900002"]["submission_deadline"] == "2026-10-12T16:00:00+02:00"
    assert records["26-900002"]["lots"] == []
    assert (records["26-900009"]["deadline_doubtful"], records["26-900009"]["reserved"]) == (True, None)


def test_export_takes_the_hour_of_its_season(session) -> None:
    make_tender(source="boamp", source_id="26-1", deadlines={DeadlineKind.SUBMISSION: paris(2027, 1, 15)})
    make_tender(source="boamp", source_id="26-2", deadlines={DeadlineKind.SUBMISSION: paris(2027, 7, 15)})
    make_tender(source="boamp", source_id="26-3", deadlines={})
    assert [record["submission_deadline"] for record in export_tenders(SYSTEM)] == [
        "2027-01-15T12:00:00+01:00",
        "2027-07-15T12:00:00+02:00",
        None,
    ]


def test_export_gives_each_only_what_exists_for_them(session) -> None:
    make_tender(title="for all", visibility=Visibility.PUBLIC)
    make_tender(title="for the network")
    make_tender(title="draft", published=False)
    assert [record["title"] for record in export_tenders(VISITOR, drafts=True)] == ["for all"]
    assert len(list(export_tenders(SYSTEM))) == 2
    assert len(list(export_tenders(SYSTEM, drafts=True))) == 3


def test_a_published_draft_is_exported_without_asking(run, session, sample, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([sample("fnsimple_one_lot")]))
    run("notices", "import", str(path))
    with clock.at(paris(2026, 9, 12)):
        publish_tender(SYSTEM, db.session.scalar(select(Tender.id)))
    (line,) = run("tenders", "export").output.splitlines()
    assert json.loads(line)["source_id"] == "26-900003"
