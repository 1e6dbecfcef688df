"""Corrections find their notice and move what moved, the way a delegate's edit does; words alone move nothing."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden, NotFound
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.notices import correcting
from procurement.notices.models import Notice
from procurement.notices.operations import import_notices
from procurement.tenders.models import Tender
from procurement.tenders.operations import move_deadline, publish_tender
from procurement.tenders.queries import whole_tender
from tests.factories import actor_of, make_delegate, paris

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime(2026, 9, 12, 8, 0, tzinfo=UTC)
NUMBER = "26-900004"
BEFORE = paris(2026, 12, 18, 12)


@pytest.fixture(autouse=True)
def _present():
    with clock.at(NOW):
        yield


@pytest.fixture
def call(sample):
    """A call for tenders in the MAPA form, due on 18 December at noon."""
    record = sample("mapa_prose")
    record["gestion"] = json.dumps({"INDEXATION": {"DATE_LIMITE_REPONSE": "2026-12-18T12:00:00"}})
    record["donnees"] = json.dumps(
        {
            "MAPA": json.loads(record["donnees"])["MAPA"]
            | {"initial": _with_date(record, "2026-12-18T12:00:00")}
        }
    )
    return record | {"datelimitereponse": None}


def _with_date(record: dict, date: str) -> dict:
    return json.loads(record["donnees"])["MAPA"]["initial"] | {"delais": {"receptionOffres": date}}


@pytest.fixture
def correct(sample):
    """A correction of that call: with words, and with a date or none."""

    def make(words: str = "Le nombre de pages est porté à vingt.", date: str = "", **fields) -> dict:
        record = sample("correction")
        record["gestion"] = json.dumps(
            {
                "REFERENCE": {"ANNONCE_ANTERIEUR": {"IDWEB": NUMBER}},
                **({"INDEXATION": {"DATE_LIMITE_REPONSE": date}} if date else {}),
            }
        )
        record["donnees"] = record["donnees"].replace(
            "La date limite est portée au 8 janvier 2027 à 12 h 00.", words
        )
        return record | fields

    return make


def tender() -> Tender:
    found = db.session.scalars(select(Notice.tender_id).where(Notice.source_id == NUMBER)).one()
    return whole_tender(found, fresh=True)


def correction() -> Notice:
    return db.session.scalars(select(Notice).where(Notice.source_id == "26-900007")).one()


def verbs(subject: Tender) -> list[str]:
    rows = select(Event.verb).where(Event.subject_type == "tender", Event.subject_id == subject.id)
    return list(db.session.scalars(rows.order_by(Event.rank)))


def published() -> Tender:
    return publish_tender(actor_of(make_delegate()), tender().id)


def test_a_date_that_is_given_anew_moves_and_whoever_it_binds_can_be_told(call, correct) -> None:
    import_notices(SYSTEM, [call])
    published()
    import_notices(SYSTEM, [correct("La date change.", "2027-01-08T12:00:00")])
    moved = tender()
    assert moved.due_at == paris(2027, 1, 8)
    assert verbs(moved)[-3:] == ["correction_came", "deadline_moved", "tender_edited"]
    (due,) = moved.deadlines
    assert (due.version, due.source_text, due.doubtful) == (2, "2027-01-08T12:00:00", False)
    found = correction()
    assert (found.tender_id, found.look, found.reason) == (moved.id, False, correcting.MOVED)
    assert import_notices(SYSTEM, [correct("La date change.", "2027-01-08T12:00:00")]).same == 1
    assert tender().deadlines[0].version == 2


def test_a_date_that_stands_in_words_only_is_kept_and_shown_as_doubtful(call, correct) -> None:
    import_notices(SYSTEM, [call])
    published()
    words = "La date limite est fixée au lundi 5 janvier et non au vendredi 18 décembre."
    import_notices(SYSTEM, [correct(words)])
    kept = tender()
    (due,) = kept.deadlines
    assert (due.due_at, due.doubtful, due.doubt) == (BEFORE, True, correcting.MAY_HAVE_MOVED)
    assert (correction().look, correction().correction) == (True, words)
    assert correction().reason == correcting.IN_WORDS
    delegate = actor_of(make_delegate())
    with pytest.raises(Forbidden):
        correcting.heed(VISITOR, correction().id)
    correcting.heed(delegate, correction().id)
    assert correction().look is False
    assert verbs(kept)[-1] == "notice_heeded"
    with pytest.raises(NotFound):
        correcting.heed(delegate, correction().id)


def test_what_moves_no_date_is_to_be_looked_at(call, correct) -> None:
    import_notices(SYSTEM, [call, correct()])
    assert (tender().due_at, tender().due_doubtful) == (BEFORE, False)
    assert (correction().look, correction().reason) == (True, correcting.NO_DATE)


def test_a_date_that_a_person_typed_holds(call, correct) -> None:
    import_notices(SYSTEM, [call])
    known = tender()
    move_deadline(
        actor_of(make_delegate()), known.id, DeadlineKind.SUBMISSION, paris(2026, 12, 21), known.version
    )
    import_notices(SYSTEM, [correct("La date change.", "2027-01-08T12:00:00")])
    assert tender().due_at == paris(2026, 12, 21)
    assert correction().reason == correcting.OTHER_THAN_TYPED


def test_a_date_that_contradicts_the_others_is_left_to_a_person(call, correct) -> None:
    import_notices(SYSTEM, [call])
    known = tender()
    move_deadline(
        actor_of(make_delegate()), known.id, DeadlineKind.SITE_VISIT, paris(2026, 12, 1), known.version
    )
    import_notices(SYSTEM, [correct("La date change.", "2026-11-20T12:00:00")])
    assert tender().due_at == BEFORE
    assert correction().reason == correcting.NOT_TAKEN


def test_a_correction_that_came_first_is_applied_when_its_notice_comes(call, correct) -> None:
    import_notices(SYSTEM, [correct("La date change.", "2027-01-08T12:00:00")])
    assert correction().tender_id is None
    import_notices(SYSTEM, [call])
    assert tender().due_at == paris(2027, 1, 8)
    assert correction().tender_id == tender().id


def test_one_that_corrects_what_is_not_known_is_told_as_before(correct) -> None:
    report = import_notices(SYSTEM, [correct()])
    assert NUMBER in str(report.skipped[0].reason)
    assert correction().look is False


def test_a_cancellation_of_the_whole_cancels_and_says_so(call, correct) -> None:
    import_notices(SYSTEM, [call])
    published()
    cancelled = correct("Procédure déclarée sans suite.", nature="ANNULATION", etat="ANNULATION")
    import_notices(SYSTEM, [cancelled])
    gone = tender()
    assert gone.cancelled_at == NOW
    assert gone.cancel_reason.startswith("Annulé par l’acheteur (avis officiel 26-900007).")
    assert "sans suite" in gone.cancel_reason
    assert correction().reason == correcting.CANCELLED


@pytest.mark.parametrize("late", [False, True])
def test_a_cancellation_of_a_part_or_too_late_is_left_to_a_person(call, correct, late) -> None:
    import_notices(SYSTEM, [call])
    words = "Sans suite." if late else "Le lot 2 est déclaré sans suite."
    with clock.at(paris(2027, 1, 1) if late else NOW):
        import_notices(SYSTEM, [correct(words, nature="ANNULATION", etat="ANNULATION")])
    assert tender().cancelled_at is None
    assert (correction().look, correction().reason) == (True, correcting.MAY_CANCEL)
