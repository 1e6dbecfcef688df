"""A new tender after the model of one before: what it says and its plan are taken up, nothing of what happened (N18)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from procurement.bids.models import Participation
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notifications.models import LeadTimes, Notification
from procurement.notifications.operations.lead_times import choose_lead_times
from procurement.notifications.rules import Lead
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts, plain
from procurement.tenders.models import (
    ClauseKind,
    Lot,
    Procedure,
    Reservation,
    ServiceNature,
    Tender,
    Visibility,
)
from procurement.tenders.operations import cancel_tender, create_tender, publish_tender
from procurement.tenders.queries import facts_of, whole_tender
from tests.factories import (
    actor_of,
    make_deadline,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    paris,
)
from tests.web.tenders.sheet import sent_from
from tests.worker import recipients

SUBMISSION, CLOSE, QUESTIONS = (
    DeadlineKind.SUBMISSION,
    DeadlineKind.REGISTRATION_CLOSE,
    DeadlineKind.QUESTIONS,
)
OLD, NEW = paris(2027, 1, 13, 12), paris(2028, 1, 12, 12)


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def delegate():
    return make_delegate()


@pytest.fixture
def model(delegate):
    """A tender of two lots, its registrations closing three weeks before the answer, with a reminder of its own."""
    tender = make_tender(
        title="Middle schools",
        reference="2026-COL-07",
        lots=["North", "South"],
        sites=2,
        deadlines={SUBMISSION: OLD, CLOSE: paris(2026, 12, 23, 17), QUESTIONS: paris(2027, 1, 4, 12)},
    )
    choose_lead_times(actor_of(delegate), tender.id, {"registration_closing": [Lead(days=7)]})
    return tender


def take_up(browser, tender, day="2028-01-12", hour="12:00"):
    return browser.post(f"/marches/{tender.id}/reprendre", data={"due_at-date": day, "due_at-time": hour})


def moment(fields: dict[str, list[str]], kind: str) -> str:
    """The day and hour that the form shows for a date."""
    return " ".join(fields[f"deadline_{kind}-{part}"][0] for part in ("date", "time"))


def saved(browser, model) -> Tender:
    """The draft that a delegate saves as it was proposed."""
    where = take_up(browser, model).location
    answer = browser.post(where, data=sent_from(browser.get(where).text))
    assert answer.status_code == 302, answer.text
    return db.session.scalars(select(Tender).order_by(Tender.id.desc())).first()


def test_all_it_says_is_proposed_before_anything_is_saved(browser_of, delegate, model):  # N18
    browser = browser_of(delegate)
    before = db.session.scalar(select(func.count()).select_from(Tender))
    page = browser.get(take_up(browser, model).location).text
    assert db.session.scalar(select(func.count()).select_from(Tender)) == before
    fields = sent_from(page)
    assert (fields["title"], fields["reference"]) == (["Middle schools"], [""])
    assert moment(fields, "submission") == "2028-01-12 12:00"
    assert moment(fields, "registration_close") == "2027-12-22 17:00"
    assert "Rien n’est encore enregistré" in page.replace("\xa0", " ")


def test_a_date_that_would_fall_on_a_day_off_comes_on_the_day_of_work_before(browser_of, delegate, model):
    """Questions end nine days before the answer: on 2 January 2028, a Sunday."""
    browser = browser_of(delegate)
    fields = sent_from(browser.get(take_up(browser, model, day="2028-01-11").location).text)
    assert moment(fields, "questions") == "2027-12-31 12:00"


def test_all_that_is_said_is_taken_up_even_what_the_form_does_not_ask(browser_of, delegate):  # N18
    said = TenderFacts(
        title="Cleaning",
        buyer_name="Département du Calvados",
        buyer_town="Caen",
        buyer_department="14",
        description="Two\nlines",
        service_nature=ServiceNature.SERVICE,
        procedure=Procedure.OPEN,
        is_framework=True,
        departments=("14", "50", "75"),
        cpv_main="90910000",
        cpv_codes=("90910000", "90911000"),
        reservation=Reservation.SIAE,
        visibility=Visibility.PUBLIC,
        ban_alone_and_grouped=True,
        ban_several_groups=True,
        lots=(
            LotFacts(
                number="1",
                title="North",
                cpv="90911000",
                description="By night",
                reservation=Reservation.EA_ESAT,
                sites=(SiteFacts(name="A", town="Caen", department="14", weekly_hours=Decimal(20)),),
            ),
            LotFacts(number="2", title="South", cpv="90911200"),
        ),
        clauses=(ClauseFacts(kind=ClauseKind.EXECUTION_CONDITION, text="5 %", hours=100),),
        deadlines={SUBMISSION: DeadlineFacts(due_at=OLD)},
    )
    of_notice = replace(
        said,
        reference="2026-07",
        source="boamp",
        source_id="26-1",
        source_url="https://example.org/notice",
        documents_url="https://example.org/documents",
        notice_published_on=date(2026, 11, 2),
    )
    model = create_tender(actor_of(delegate), of_notice)
    tender = saved(browser_of(delegate), model)
    wanted = replace(said, deadlines={SUBMISSION: DeadlineFacts(due_at=NEW)})
    assert plain(facts_of(whole_tender(tender.id, fresh=True))) == plain(wanted)
    assert (tender.source, tender.source_id) == ("typed", None)
    assert {lot.id for lot in tender.lots}.isdisjoint({lot.id for lot in model.lots})


def test_dates_said_elsewhere_are_asked_and_kept_as_clocks_show_them_there(browser_of, delegate):
    zone = ZoneInfo("America/Martinique")
    model = make_tender(deadlines={})
    for kind, due_at in (
        (SUBMISSION, datetime(2027, 1, 13, 12, tzinfo=zone)),
        (QUESTIONS, datetime(2027, 1, 6, 22, tzinfo=zone)),
    ):
        make_deadline(model, kind, due_at, zone=zone.key)
    tender = saved(browser_of(delegate), model)
    dates = db.session.scalars(select(Deadline).where(Deadline.subject_id == tender.id))
    assert {due.kind: (due.due_at, due.zone) for due in dates} == {
        SUBMISSION: (datetime(2028, 1, 12, 12, tzinfo=zone), zone.key),
        QUESTIONS: (datetime(2028, 1, 5, 22, tzinfo=zone), zone.key),
    }


def test_one_that_was_given_up_is_taken_up_with_the_dates_it_had(browser_of, delegate, model):
    cancel_tender(actor_of(delegate), model.id, "Launched again next year")
    tender = saved(browser_of(delegate), model)
    dates = db.session.scalars(select(Deadline).where(Deadline.subject_id == tender.id)).all()
    assert {due.kind for due in dates} == {SUBMISSION, CLOSE, QUESTIONS}


def test_the_new_one_has_its_plan_and_nothing_that_happened(browser_of, delegate, model, worker):  # N18
    member = make_member()
    manager = make_manager(member)
    make_participation(model, make_member())
    with clock.at(paris(2026, 12, 16, 8)):
        assert recipients(worker.tick()) == [manager.email]
    tender = saved(browser_of(delegate), model)
    assert tender.published_at is None
    assert [lot.title for lot in db.session.scalars(select(Lot).where(Lot.tender_id == tender.id))] == [
        "North",
        "South",
    ]
    dates = db.session.scalars(select(Deadline).where(Deadline.subject_id == tender.id)).all()
    assert {due.kind for due in dates} == {SUBMISSION, CLOSE, QUESTIONS}
    assert {due.version for due in dates} == {1}
    assert db.session.scalars(select(LeadTimes.leads).where(LeadTimes.tender_id == tender.id)).all() == [
        ["J-7"]
    ]
    for table in (Participation, Notification):
        assert db.session.scalars(select(table).where(table.tender_id == tender.id)).all() == []
    [created] = db.session.scalars(
        select(Event).where(Event.verb == "tender_created", Event.subject_id == tender.id)
    )
    assert created.facts["copied_from"] == model.id


def told_of(tender):
    """What was written down to be told of a tender."""
    query = select(Notification.kind, Notification.recipient_id).where(Notification.tender_id == tender.id)
    return sorted(db.session.execute(query).all())


def test_its_reminders_leave_as_those_of_any_new_tender(browser_of, delegate, model, worker):  # N18
    manager = make_manager(make_member())
    with clock.at(paris(2026, 12, 16, 8)):
        worker.tick()
    tender = saved(browser_of(delegate), model)
    of_the_model = told_of(model)
    with clock.at(paris(2027, 12, 1, 8)):
        publish_tender(actor_of(delegate), tender.id)
        worker.prepare()
    received = []
    for day in (
        2,
        14,
        15,
        16,
        20,
        21,
    ):  # news on the 2nd; of the model's own times J-7 alone, the 15th, is left
        with clock.at(paris(2027, 12, day, 8)):
            received += [day for mail in worker.tick() if mail.recipients == (manager.email,)]
    assert received == [2, 15]
    assert told_of(model) == of_the_model
    assert [kind for kind, _ in told_of(tender)] == ["registration_closing", "tender_published"]


@pytest.mark.parametrize(("day", "hour"), [("2020-01-01", "12:00"), ("", ""), ("2028-02-31", "12:00")])
def test_a_date_that_makes_no_sense_is_refused_where_it_was_typed(browser_of, delegate, model, day, hour):
    answer = take_up(browser_of(delegate), model, day, hour)
    assert answer.status_code == 422
    assert day in answer.text


@pytest.mark.parametrize(
    "query", ["modele=0&reponse=2028-01-12T11:00Z", "modele=x&reponse=y", "reponse=2028"]
)
def test_an_address_tampered_with_is_an_empty_form(browser_of, delegate, query):
    page = browser_of(delegate).get(f"/marches/nouveau?{query}")
    assert page.status_code == 200
    assert sent_from(page.text)["title"] == [""]


def test_only_the_delegate_takes_up(browser_of, model):
    assert browser_of(make_manager()).get(f"/marches/{model.id}/reprendre").status_code == 403
