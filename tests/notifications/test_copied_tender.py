"""A new tender after the model of one before: what it says and its plan are taken up, nothing of what happened (N18)."""

import re

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
from procurement.tenders.models import Lot, Tender
from procurement.tenders.operations import publish_tender
from tests.factories import (
    actor_of,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    paris,
)
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


def typed(page: str) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    form = re.search(r'<form[^>]*id="tender-form".*?</form>', page, re.DOTALL).group(0)
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    for block in re.findall(r"<input[^>]*>", form):
        kind, name = re.search(r'type="(\w+)"', block), re.search(r'name="([^"]+)"', block)
        if kind and name and kind.group(1) in {"checkbox", "radio"} and "checked" not in block:
            found.pop(name.group(1), None)
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = body.strip()
    for name, body in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        if chosen:
            found[name] = chosen.group(1)
    return found


def saved(browser, model) -> Tender:
    """The draft that a delegate saves as it was proposed."""
    where = take_up(browser, model).location
    answer = browser.post(where, data=typed(browser.get(where).text))
    assert answer.status_code == 302, answer.text
    return db.session.scalars(select(Tender).order_by(Tender.id.desc())).first()


def test_all_it_says_is_proposed_before_anything_is_saved(browser_of, delegate, model):  # N18
    browser = browser_of(delegate)
    before = db.session.scalar(select(func.count()).select_from(Tender))
    page = browser.get(take_up(browser, model).location).text
    assert db.session.scalar(select(func.count()).select_from(Tender)) == before
    fields = typed(page)
    assert (fields["title"], fields["reference"]) == ("Middle schools", "")
    assert (fields["deadline_submission-date"], fields["deadline_submission-time"]) == ("2028-01-12", "12:00")
    assert (fields["deadline_registration_close-date"], fields["deadline_registration_close-time"]) == (
        "2027-12-22",
        "17:00",
    )
    assert "Rien n’est encore enregistré" in page.replace("\xa0", " ")


def test_a_date_that_would_fall_on_a_day_off_comes_on_the_day_of_work_before(browser_of, delegate, model):
    """Questions end nine days before: on 3 January 2028, a Monday. From a Wednesday three days later, on a Sunday."""
    browser = browser_of(delegate)
    fields = typed(browser.get(take_up(browser, model, day="2028-01-11").location).text)
    assert fields["deadline_questions-date"] == "2027-12-31"


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


def test_its_reminders_leave_as_those_of_any_new_tender(browser_of, delegate, model, worker):  # N18
    manager = make_manager(make_member())
    with clock.at(paris(2026, 12, 16, 8)):
        worker.tick()
    tender = saved(browser_of(delegate), model)
    publish_tender(actor_of(delegate), tender.id)
    received = []
    for day in (14, 15, 20, 21):  # J-7 is a Wednesday; the model's own times leave out J-3 and J-1
        with clock.at(paris(2027, 12, day, 8)):
            received += [day for mail in worker.tick() if mail.recipients == (manager.email,) and day != 14]
    assert received == [15]


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
    assert typed(page.text).get("title", "") == ""


def test_only_the_delegate_takes_up(browser_of, model):
    assert browser_of(make_manager()).get(f"/marches/{model.id}/reprendre").status_code == 403
