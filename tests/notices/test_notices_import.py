"""Notices become drafts: once, each with its reason when it doesn't, and never over a person's work."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, VISITOR
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notices.correcting import IN_WORDS
from procurement.notices.models import Notice, NoticeState
from procurement.notices.operations import import_notices
from procurement.notices.taking import TENDER_KEPT, TWICE
from procurement.tenders.models import Buyer, ClauseKind, Procedure, Reservation, Tender
from procurement.tenders.operations import edit_tender, publish_tender
from procurement.tenders.queries import facts_of, whole_tender
from tests.factories import actor_of, make_delegate

pytestmark = pytest.mark.usefixtures("session")
NOW = datetime(2026, 9, 12, 8, 0, tzinfo=UTC)


def tender_of(source_id: str) -> Tender:
    found = db.session.scalar(
        select(Tender.id).where(Tender.source == "boamp", Tender.source_id == source_id)
    )
    assert found, source_id
    return whole_tender(found, fresh=True)


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(autouse=True)
def _present():
    with clock.at(NOW):
        yield


def test_calls_for_tenders_become_drafts_and_the_others_say_why(samples) -> None:
    report = import_notices(SYSTEM, samples)
    assert {line.source_id for line in report.new} == {
        "21-900006", "26-900001", "26-900002", "26-900003", "26-900004", "26-900005", "26-900009",
    }  # fmt: skip
    assert {line.source_id: str(line.reason) for line in report.skipped} == {
        "26-900007": IN_WORDS,
        "26-900008": "It announces a result: nothing is left to answer.",
    }
    assert (report.unreadable, report.changed, report.same, report.read) == ([], [], 0, 9)
    assert count(Tender) == 7
    assert all(tender.published_at is None for tender in db.session.scalars(select(Tender)))


def test_a_draft_says_what_the_notice_says(sample) -> None:
    import_notices(SYSTEM, [sample("eforms_two_lots")])
    tender = tender_of("26-900001")
    assert tender.title.startswith("Remplacement d'agents techniques")
    assert tender.buyer.name == "Département d'Essai"
    assert (tender.buyer.siret, tender.buyer.town, tender.buyer.department) == (
        "99900011000018", "Essaiville", "14",
    )  # fmt: skip
    assert (tender.procedure, tender.reference) == (Procedure.OPEN, "ESSAI-2026-14")
    assert tender.departments == ["01", "14", "2A"]
    assert tender.cpv_codes == ["79620000", "90910000", "85312320"]
    assert tender.reservation is Reservation.SIAE
    assert [(lot.number, lot.title, lot.cpv, lot.reservation) for lot in tender.lots] == [
        ("1", "Secteur nord", "79620000", None),
        ("2", "Secteur sud", "85312320", Reservation.NONE),
    ]
    assert tender.source_url == "https://www.boamp.fr/pages/avis/?q=idweb:26-900001"
    assert tender.documents_url == "https://portail.example.org/dce?type=DCE&id=7&copy=2"
    assert {clause.kind for clause in tender.clauses} == {
        ClauseKind.EXECUTION_CONDITION, ClauseKind.AWARD_CRITERION, ClauseKind.RESERVED,
    }  # fmt: skip


def test_deadlines_keep_the_source_s_words_and_their_doubt(sample) -> None:
    import_notices(SYSTEM, [sample("eforms_two_lots"), sample("flat"), sample("legacy_two_steps")])

    def date_of(source_id: str, kind: DeadlineKind = DeadlineKind.SUBMISSION) -> Deadline:
        return next(one for one in tender_of(source_id).deadlines if one.kind is kind)

    sure = date_of("26-900001")
    assert sure.due_at == sure.remind_at == datetime(2026, 10, 16, 10, 0, tzinfo=UTC)
    assert (sure.source_text, sure.doubtful, sure.zone) == (
        "2026-10-16T12:00:00+02:00",
        False,
        "Europe/Paris",
    )
    assert date_of("26-900001", DeadlineKind.QUESTIONS).due_at == datetime(2026, 10, 6, 10, 0, tzinfo=UTC)
    doubtful = date_of("26-900009")
    assert doubtful.due_at == datetime(2026, 7, 9, 8, 0, tzinfo=UTC)
    assert doubtful.doubtful is True
    assert "converted hour" in doubtful.doubt
    assert date_of("21-900006", DeadlineKind.APPLICATIONS).due_at == datetime(2021, 3, 1, 11, 0, tzinfo=UTC)
    assert date_of("21-900006").due_at == datetime(2021, 4, 12, 10, 0, tzinfo=UTC)


def test_reminders_count_from_the_earlier_of_two_readings(sample) -> None:
    winter = "2027-02-26T12:00:00+02:00"
    gestion = json.dumps({"INDEXATION": {"DATE_LIMITE_REPONSE": winter}})
    import_notices(SYSTEM, [sample("flat") | {"gestion": gestion, "datelimitereponse": None}])
    (deadline,) = tender_of("26-900009").deadlines
    assert deadline.due_at == datetime(2027, 2, 26, 11, 0, tzinfo=UTC)
    assert deadline.remind_at == datetime(2027, 2, 26, 10, 0, tzinfo=UTC)
    assert (deadline.doubtful, deadline.source_text) == (True, winter)


def test_a_lone_lot_with_the_tender_s_own_title_is_the_whole(sample) -> None:
    import_notices(SYSTEM, [sample("eforms_restricted")])
    (lot,) = tender_of("26-900002").lots
    assert lot.whole is True


def test_one_that_cant_be_read_is_named_while_the_others_go_in(sample) -> None:
    absurd = sample("flat") | {
        "idweb": "17-88555",
        "dateparution": "2017-06-25",
        "datelimitereponse": "7017-07-24",
    }
    damaged = sample("flat") | {"idweb": "26-900010", "donnees": "{"}
    nul = sample("flat") | {"idweb": "26-900011", "objet": "Mé\x00nage\ud800"}
    report = import_notices(SYSTEM, [absurd, "text", sample("dsp"), damaged, {"a\x00": 1}, nul])
    assert [line.source_id for line in report.new] == ["26-900005", "26-900011"]
    reasons = [(line.source_id, str(line.reason)) for line in report.unreadable]
    assert [source_id for source_id, _ in reasons] == ["17-88555", "", "26-900010", ""]
    assert "7017-07-24" in reasons[0][1]
    assert "donnees" in reasons[2][1]
    kept = db.session.scalars(select(Notice).where(Notice.state == NoticeState.UNREADABLE)).all()
    assert len(kept) == 4
    assert json.loads(next(one.raw for one in kept if one.source_id == "17-88555")) == absurd


def test_a_second_import_changes_nothing_and_names_again_what_cant_be_read(samples) -> None:
    damaged = samples[0] | {"idweb": "26-900010", "donnees": "{"}
    import_notices(SYSTEM, [*samples, damaged])
    before = {table: count(table) for table in (Tender, Buyer, Notice, Event, Deadline)}
    versions = {tender.source_id: tender.version for tender in db.session.scalars(select(Tender))}
    written: list[str] = []
    engine = db.session.get_bind()

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE")):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with clock.at(datetime(2026, 9, 13, 8, 0, tzinfo=UTC)):
            report = import_notices(SYSTEM, [*samples, damaged])
            db.session.flush()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert (report.same, report.new, report.changed, report.skipped) == (9, [], [], [])
    assert [line.source_id for line in report.unreadable] == ["26-900010"]
    assert written == []
    assert {table: count(table) for table in before} == before
    assert {tender.source_id: tender.version for tender in db.session.scalars(select(Tender))} == versions


def test_a_draft_follows_its_notice_until_somebody_works_on_it(sample) -> None:
    first = sample("fnsimple_one_lot")
    import_notices(SYSTEM, [first])
    lot_id = tender_of("26-900003").lots[0].id
    second = deepcopy(first) | {"gestion": first["gestion"].replace("2026-11-02T12", "2026-11-09T12")}
    second["donnees"] = first["donnees"].replace("2026-11-02T12", "2026-11-09T12")
    second["datelimitereponse"] = "2026-11-09T12:00:00+00:00"
    report = import_notices(SYSTEM, [second])
    assert [(line.source_id, line.reason) for line in report.changed] == [("26-900003", None)]
    tender = tender_of("26-900003")
    assert tender.due_at == datetime(2026, 11, 9, 11, 0, tzinfo=UTC)
    assert tender.lots[0].id == lot_id

    edit_tender(actor_of(make_delegate()), tender.id, _with_title(tender, "Titre du réseau"), tender.version)
    third = second | {"donnees": second["donnees"].replace('"intitule": "', '"intitule": "Autre ')}
    report = import_notices(SYSTEM, [third])
    assert [str(line.reason) for line in report.changed] == [TENDER_KEPT]
    assert tender_of("26-900003").title == "Titre du réseau"


def _with_title(tender: Tender, title: str):
    facts = facts_of(tender)
    values = {name: getattr(facts, name) for name in type(facts).__dataclass_fields__}
    return type(facts)(**(values | {"title": title}))


def test_a_published_tender_is_never_rewritten_by_its_notice(sample) -> None:
    first = sample("fnsimple_one_lot")
    import_notices(SYSTEM, [first])
    publish_tender(actor_of(make_delegate()), tender_of("26-900003").id)
    other = first["donnees"].replace('"intitule": "', '"intitule": "Autre ')
    report = import_notices(SYSTEM, [first | {"donnees": other}])
    assert [str(line.reason) for line in report.changed] == [TENDER_KEPT]
    assert db.session.scalars(select(Notice.look)).all() == [True]


def test_a_record_that_changed_where_nothing_is_read_is_the_same(sample) -> None:
    first = sample("fnsimple_one_lot")
    import_notices(SYSTEM, [first])
    report = import_notices(SYSTEM, [first | {"datefindiffusion": "2027-01-01"}])
    assert (report.same, report.changed) == (1, [])
    assert import_notices(SYSTEM, [first | {"datefindiffusion": "2027-01-01"}]).same == 1


def test_a_notice_that_its_publisher_cancels_is_told_and_its_tender_kept(sample) -> None:
    import_notices(SYSTEM, [sample("flat")])
    report = import_notices(SYSTEM, [sample("flat") | {"etat": "AVIS_ANNULE"}])
    assert "cancels" in str(report.changed[0].reason)
    assert tender_of("26-900009").cancelled_at is None


def test_what_couldnt_be_read_goes_in_once_the_source_has_mended_it(sample) -> None:
    import_notices(SYSTEM, [sample("flat") | {"donnees": "{"}])
    report = import_notices(SYSTEM, [sample("flat")])
    assert [line.source_id for line in report.new] == ["26-900009"]
    assert db.session.scalars(select(Notice.state)).all() == [NoticeState.IMPORTED]


def test_one_number_twice_with_different_contents_settles(sample) -> None:
    both = [sample("flat"), sample("flat") | {"objet": "Autre"}]
    report = import_notices(SYSTEM, both)
    assert [str(line.reason) for line in report.skipped] == [TWICE]
    again = import_notices(SYSTEM, both)
    assert (again.same, len(again.skipped), again.changed) == (1, 1, [])
    assert tender_of("26-900009").title == "Ménage de bureaux"


def test_one_record_twice_in_a_file_is_one_notice(sample) -> None:
    report = import_notices(SYSTEM, [sample("flat"), sample("award"), sample("flat"), sample("award")])
    assert (len(report.new), len(report.skipped), report.same, report.unreadable) == (1, 1, 2, [])
    assert count(Notice) == 2


def test_buyers_meet_by_siret_and_else_by_name_however_it_is_spelt(sample) -> None:
    one = sample("fnsimple_one_lot")
    two = {
        **one,
        "idweb": "26-900012",
        "donnees": one["donnees"].replace("COMMUNE D&#039;ESSAI-SUR-MER", "Mairie d'Essai"),
    }
    three = sample("flat") | {"idweb": "26-900013", "nomacheteur": "AGENCE D'ESSAI"}
    import_notices(SYSTEM, [one, two, sample("flat"), three])
    assert tender_of("26-900003").buyer_id == tender_of("26-900012").buyer_id
    assert tender_of("26-900009").buyer_id == tender_of("26-900013").buyer_id
    assert count(Buyer) == 2


def test_dates_that_contradict_each_other_keep_the_one_for_offers(sample) -> None:
    record = sample("legacy_two_steps")
    record["donnees"] = record["donnees"].replace("2021-03-01T12", "2021-05-01T12")
    record |= {"gestion": None, "datelimitereponse": None}
    report = import_notices(SYSTEM, [record])
    assert any("contradict" in str(remark) for remark in report.new[0].remarks)
    assert [deadline.kind for deadline in tender_of("21-900006").deadlines] == [DeadlineKind.SUBMISSION]


def test_lots_whose_numbers_repeat_take_their_place_as_number(sample) -> None:
    record = sample("legacy_two_steps")
    record["donnees"] = record["donnees"].replace('"2B"', '"2A"')
    import_notices(SYSTEM, [record])
    assert [lot.number for lot in tender_of("21-900006").lots] == ["1", "2"]


def test_a_reservation_to_nobody_in_particular_stays_open_and_is_written_as_a_clause(sample) -> None:
    import_notices(SYSTEM, [sample("dsp")])
    tender = tender_of("26-900005")
    assert tender.reservation is Reservation.UNKNOWN
    assert [clause.kind for clause in tender.clauses] == [ClauseKind.RESERVED]


def test_only_who_may_write_tenders_imports(sample) -> None:
    with pytest.raises(Forbidden):
        import_notices(VISITOR, [sample("flat")])


def test_real_files_go_in_once(shared) -> None:
    def records(name: str) -> list[Any]:
        return json.loads((shared / name).read_text(encoding="utf-8"))["results"]

    everything = [
        record
        for name in ("api_real_records.json", "api_derived_from_dila_xml.json", "api_flat_2026_pdl.json")
        for record in records(name)
    ]
    report = import_notices(SYSTEM, everything)
    assert report.unreadable == []
    assert (report.read, len(report.new) + len(report.skipped)) == (len(everything), len(everything))
    assert import_notices(SYSTEM, everything).same == len(everything)
    expected = {
        case["idweb"]: case["attendu_paris"]
        for case in json.loads((shared / "deadline_cases.json").read_text())
    }
    for line in report.new:
        if expected.get(line.source_id):
            due_at = tender_of(line.source_id).due_at
            assert due_at
            assert f"{due_at.astimezone(clock.PARIS):%Y-%m-%d %H:%M}" == expected[line.source_id]
