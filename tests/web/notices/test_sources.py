"""The pages of the sources: how they stand, a run under way, what couldn't be read, read once more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM, Role
from procurement.notices import runs
from procurement.notices.live.boamp import Boamp
from procurement.notices.models import ImportRun, Notice, NoticeState
from procurement.tenders.models import Tender
from tests.counting import counted
from tests.factories import make_delegate, make_user, paris
from tests.notices.conftest import sample, samples

__all__ = ["sample", "samples"]

NOW = paris(2026, 11, 27, 9)


@pytest.fixture(autouse=True)
def _clock(app):
    with clock.at(NOW):
        yield


@pytest.fixture
def live(app):
    """This installation asks BOAMP, at an address where nobody answers: pages never do it themselves."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"boamp_url": "http://127.0.0.1:9"})
    yield
    app.config["SETTINGS"] = before


@pytest.fixture
def office(browser_of):
    return browser_of(make_delegate())


def damaged(sample, number: int) -> dict:
    return sample("flat") | {"idweb": f"26-{number}", "donnees": "{<script>alert(1)</script>"}


def test_nothing_yet_says_what_will_stand_here(office) -> None:
    page = office.get("/sources").text
    assert "Aucune source n’a encore été lue" in page
    assert "Lire maintenant" not in page
    assert "Tous les avis ont pu être lus" in office.get("/sources/illisibles").text


@pytest.mark.usefixtures("live")
def test_a_source_is_read_now_once_however_often_it_is_pressed(office) -> None:
    assert "Lire maintenant" in office.get("/sources").text
    answer = office.post("/sources/boamp/lire")
    run = db.session.scalars(select(ImportRun)).one()
    assert answer.location == f"/sources/lectures/{run.id}"
    assert (run.wanted_by is not None, run.wake_at, run.cursor["since"]) == (True, NOW, "2026-10-28")
    again = office.post("/sources/boamp/lire", follow_redirects=True)
    assert "en cours de lecture" in again.text
    assert db.session.scalars(select(ImportRun)).one() is not None
    assert office.post("/sources/ted/lire").status_code == 422
    assert office.post("/sources/nowhere/lire").status_code == 404


@pytest.mark.usefixtures("live")
def test_a_run_says_how_far_it_is_until_it_has_ended(office, sample) -> None:
    runs.begin_due({"boamp": Boamp("http://127.0.0.1:9").begin})
    mine = runs.claim(["boamp"])
    assert mine is not None
    records = [sample("fnsimple_one_lot"), damaged(sample, 77)]
    runs.take_step(SYSTEM, mine, runs.Step(records, mine.cursor, done=False, total=8))
    page = office.get(f"/sources/lectures/{mine.run_id}").text
    assert f'data-poll="/sources/lectures/{mine.run_id}/etat"' in page
    piece = office.get(f"/sources/lectures/{mine.run_id}/etat").text
    assert "<html" not in piece
    assert "2 avis sur 8" in piece
    assert '<progress class="run-bar" max="8" value="2">' in piece
    assert "26-900003" in page
    again = runs.claim(["boamp"])
    runs.postpone(SYSTEM, again, "The source can't be reached.", {})
    piece = office.get(f"/sources/lectures/{mine.run_id}/etat").text
    assert "La source est injoignable." in piece
    assert "Rien n’est perdu" in piece
    with clock.at(NOW + timedelta(hours=1)):
        last = runs.claim(["boamp"])
        runs.take_step(SYSTEM, last, runs.Step([], last.cursor, done=True))
        ended = office.get(f"/sources/lectures/{mine.run_id}").text
    assert "data-poll" not in ended
    assert "Lecture terminée" in ended
    assert office.get("/sources/lectures/999").status_code == 404


def test_what_can_t_be_read_is_shown_as_it_came_and_read_once_more(office, sample) -> None:
    runs.import_files(SYSTEM, "boamp", [damaged(sample, 77), sample("flat") | {"idweb": "26-78"}])
    bad = db.session.scalars(select(Notice).where(Notice.state == NoticeState.UNREADABLE)).one()
    assert "donnees" in office.get("/sources/illisibles").text
    page = office.get(f"/sources/illisibles/{bad.id}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    same = office.post(f"/sources/illisibles/{bad.id}/relire", follow_redirects=True)
    assert "il reste incompréhensible" in same.text
    assert bad.replayed_at == NOW
    # As when a reader has been mended since.
    good = db.session.scalars(select(Notice).where(Notice.source_id == "26-78")).one()
    tender = db.session.get(Tender, good.tender_id)
    bad.raw = good.raw.replace("26-78", "26-77")
    db.session.flush()
    answer = office.post(f"/sources/illisibles/{bad.id}/relire")
    assert (bad.state, bad.source_id) == (NoticeState.IMPORTED, "26-77")
    assert answer.location == f"/marches/{bad.tender_id}"
    assert bad.tender_id != tender.id
    assert office.get(f"/sources/illisibles/{bad.id}").status_code == 404
    assert office.post(f"/sources/illisibles/{bad.id}/relire").status_code == 404


def test_all_are_read_once_more_at_one_press_and_a_nameless_one_finds_its_number(office, sample) -> None:
    runs.import_files(SYSTEM, "boamp", ["text", damaged(sample, 77), sample("flat") | {"idweb": "26-78"}])
    nameless = db.session.scalars(select(Notice).where(Notice.source_id == "")).one()
    good = db.session.scalars(select(Notice).where(Notice.source_id == "26-78")).one()
    nameless.raw = good.raw
    db.session.flush()
    answer = office.post("/sources/illisibles/relire", follow_redirects=True)
    assert "2 avis relus" in answer.text
    assert "1 compris cette fois" in answer.text
    assert sorted(db.session.scalars(select(Notice.source_id))) == ["26-77", "26-78"]


@pytest.mark.usefixtures("live")
def test_the_desk_and_the_page_of_health_tell_of_a_silent_source(office, browser_of) -> None:
    runs.begin_due({"boamp": Boamp("http://127.0.0.1:9").begin})
    mine = runs.claim(["boamp"])
    runs.take_step(SYSTEM, mine, runs.Step([], mine.cursor, done=True))
    assert "Rien n’est venu de" not in office.get("/").text
    with clock.at(NOW + timedelta(hours=25)):
        assert "Rien n’est venu de BOAMP" in office.get("/").text
        assert "Muette depuis plus d’un jour" in office.get("/sources").text
        health = browser_of(make_user(roles=[Role.NETWORK_ADMIN])).get("/sante").text
        assert "Aucune consultation n’a été lue du BOAMP" in health


def test_lists_cost_the_same_whatever_their_length(office, sample) -> None:
    def cost(path: str) -> int:
        with counted() as statements:
            assert office.get(path).status_code == 200
        return len(statements)

    runs.import_files(SYSTEM, "boamp", [damaged(sample, 1)])
    before = {path: cost(path) for path in ("/sources", "/sources/illisibles")}
    for number in range(2, 32):
        runs.import_files(SYSTEM, "boamp", [damaged(sample, number)])
    assert {path: cost(path) for path in before} == before
    page = office.get("/sources/illisibles").text
    assert page.count("BOAMP 26-") == 25
    assert "before=" in page
