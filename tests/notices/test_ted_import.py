"""`flask notices import` takes TED's XML as it takes BOAMP's JSON."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from procurement.core.db import db
from procurement.notices.models import Notice, NoticeState
from procurement.tenders.models import Procedure, Reservation, Tender
from procurement.tenders.queries import whole_tender
from tests.notices.conftest import SAMPLES

pytestmark = pytest.mark.usefixtures("session")
FILES = [str(path) for path in sorted(SAMPLES.glob("ted_*.xml"))]


@pytest.fixture
def run(app):
    """Type a command; returns its result."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["notices", "import", *words])


def tender_of(source_id: str) -> Tender:
    found = db.session.scalar(select(Tender.id).where(Tender.source == "ted", Tender.source_id == source_id))
    assert found, source_id
    return whole_tender(found, fresh=True)


def test_calls_become_drafts_the_others_say_why_and_again_changes_nothing(run) -> None:
    done = run(*FILES)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert {line.split("\t")[1] for line in lines if line.startswith("brouillon")} == {
        "900001-2026", "900006-2026", "7b6e5f3a-0000-4000-8000-00000000000b-02",
    }  # fmt: skip
    left_out = {line.split("\t")[1]: line for line in lines if line.startswith("écarté")}
    assert left_out.keys() == {"900003-2026", "900004-2026", "7b6e5f3a-0000-4000-8000-00000000000d-01"}
    assert "Il rectifie l’avis" in left_out["900003-2026"]
    assert lines[-1].startswith("6 avis lus")
    assert run("--language", "en", *FILES).output.splitlines()[-1] == (
        "6 notices read: 0 new drafts, 0 changed, 6 known as they are, 0 left out, 0 unreadable."
    )


def test_a_draft_says_what_the_notice_says(run) -> None:
    run(*FILES)
    tender = tender_of("900001-2026")
    assert (tender.title, tender.buyer.name) == (
        "Remplacement d'agents techniques dans les collèges", "Département d'Essai",
    )  # fmt: skip
    assert (tender.procedure, tender.reservation, tender.is_framework) == (
        Procedure.OPEN,
        Reservation.SIAE,
        True,
    )
    assert tender.departments == ["14", "27", "76"]
    assert [(lot.number, lot.reservation) for lot in tender.lots] == [("1", None), ("2", Reservation.NONE)]
    assert tender.source_url == "https://ted.europa.eu/fr/notice/-/detail/900001-2026"
    assert {due.kind.value: due.source_text for due in tender.deadlines} == {
        "submission": "2026-10-16 12:00:00+02:00",
        "questions": "2026-10-06 12:00:00+02:00",
    }


def test_json_and_xml_in_one_go(run, tmp_path: Path, sample) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps([sample("fnsimple_one_lot")]))
    done = run(str(page), *FILES, "--language", "en")
    assert done.output.splitlines()[-1].startswith("7 notices read: 4 new drafts")


def test_what_cant_be_read_is_kept_as_it_came_by_the_name_of_its_file(run, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xml"
    bomb.write_text('<!DOCTYPE n [<!ENTITY a "b">]><n>&a;</n>')
    latin = tmp_path / "latin.xml"
    latin.write_bytes("<n>é</n>".encode("cp1252"))
    done = run(str(bomb), str(latin), *FILES, "--language", "en")
    assert done.exit_code == 0
    refused = [line for line in done.output.splitlines() if line.startswith("unreadable")]
    assert [line.split("\t")[1] for line in refused] == ["bomb.xml", "latin.xml"]
    assert "DOCTYPE" in refused[0]
    assert "UTF-8" in refused[1]
    kept = db.session.scalars(
        select(Notice).where(Notice.state == NoticeState.UNREADABLE).order_by(Notice.id)
    ).all()
    assert [json.loads(notice.raw)["xml"].encode("utf-8", "surrogateescape") for notice in kept] == [
        bomb.read_bytes(), latin.read_bytes(),
    ]  # fmt: skip
    again = run(str(bomb), "--language", "en").output.splitlines()
    assert again[0].startswith("unreadable\tbomb.xml\t")
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 8


def test_a_file_too_large_or_empty_stops_no_other(run, tmp_path: Path) -> None:
    huge, empty = tmp_path / "huge.xml", tmp_path / "empty.xml"
    with huge.open("wb") as file:
        file.truncate(11_000_000)
    empty.touch()
    done = run(str(huge), str(empty), *FILES, "--language", "en")
    assert done.exit_code == 1
    assert "huge.xml: This file holds more than ten million bytes" in done.output
    assert "empty.xml: This file is empty." in done.output
    assert "6 notices read" in done.output


def test_xml_is_known_by_its_first_sign(run, tmp_path: Path) -> None:
    nameless = tmp_path / "notice"
    nameless.write_bytes(b"\xef\xbb\xbf\n" + (SAMPLES / "ted_interest.xml").read_bytes().partition(b"?>")[2])
    assert "900006-2026" in run(str(nameless)).output
