"""The delegate chooses how long before the dates of one tender its reminders leave; the plan follows at once."""

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden, Invalid, NotFound, TooLate
from procurement.core.events import Event
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notifications.models import LeadTimes, Notification, Outcome
from procurement.notifications.operations.lead_times import choose_lead_times
from procurement.notifications.rules import Lead, read_lead
from procurement.tenders.operations import cancel_tender
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

CLOSE = DeadlineKind.REGISTRATION_CLOSE
NAME = "registration_closing"


@pytest.fixture(autouse=True)
def _tuesday():
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def delegate(session):
    return actor_of(make_delegate())


@pytest.fixture
def tender(session):
    return make_tender(deadlines={CLOSE: paris(2026, 12, 9)})


def days(*counts):
    return [Lead(days=count) for count in counts]


def sent(worker, *mornings):
    """On which of these days of December 2026 the worker sends something at eight."""
    found = []
    for day in mornings:
        with clock.at(paris(2026, 12, day, 8)):
            found += [day] * bool(worker.tick())
    return found


def choices():
    return db.session.scalar(select(func.count()).select_from(LeadTimes))


@pytest.mark.parametrize("code", ["J-7", "J-0", "H-4", "M-12"])
def test_a_lead_time_is_read_as_it_is_written(code):
    assert read_lead(code).code == code


@pytest.mark.parametrize("code", ["", "J", "J-", "X-1", "J--1", "J-²", "7"])
def test_nothing_else_is_one(code):
    with pytest.raises(ValueError, match="no lead time"):
        read_lead(code)


def test_reminders_leave_at_the_times_chosen_for_that_tender_alone(worker, delegate, tender):
    manager = make_manager()
    make_tender(deadlines={CLOSE: paris(2026, 12, 23)})
    choose_lead_times(delegate, tender.id, {NAME: days(5, 2)})
    # 23 December less seven, three and one days: the 16th, Friday the 18th for a Sunday, the 22nd.
    assert sent(worker, *range(1, 24)) == [4, 7, 16, 18, 22]
    assert set(recipients(worker.smtp.messages)) == {manager.email}


def test_the_plan_follows_at_once_and_what_has_left_stays_left(worker, delegate, tender):  # N3
    make_manager()
    assert sent(worker, 1, 2) == [2]
    with clock.at(paris(2026, 12, 2, 9)):
        choose_lead_times(delegate, tender.id, {NAME: days(10, 7, 5)})
        planned = select(Deadline.plan_at).where(Deadline.subject_id == tender.id, Deadline.kind == CLOSE)
        assert db.session.scalar(planned) == clock.now()
        assert worker.tick() == []
    assert sent(worker, 3, 4, 7, 8) == [4]


def test_what_was_about_to_leave_does_not_once_another_time_is_chosen(worker, delegate, tender):  # N3
    make_manager()
    with clock.at(paris(2026, 12, 2, 7, 55)):
        assert worker.tick() == []
        [planned] = db.session.scalars(select(Notification))
        choose_lead_times(delegate, tender.id, {NAME: days(5)})
    assert sent(worker, 2, 3, 4) == [4]
    db.session.refresh(planned)
    assert (planned.outcome, planned.reason) == (Outcome.VOID, "unchosen")


def test_no_reminder_at_all_can_be_chosen_where_it_can_be_refused(worker, delegate, tender):
    make_manager()
    choose_lead_times(delegate, tender.id, {NAME: []})
    assert sent(worker, *range(1, 10)) == []
    choose_lead_times(delegate, tender.id, {NAME: days(1)})
    assert sent(worker, 8) == [8]


def test_the_usual_times_again_are_no_choice(delegate, tender):
    choose_lead_times(delegate, tender.id, {NAME: days(5)})
    choose_lead_times(delegate, tender.id, {NAME: days(1, 3, 7)})
    assert choices() == 0
    events = db.session.scalars(select(Event).filter_by(verb="lead_times_chosen").order_by(Event.id)).all()
    assert [event.facts for event in events] == [
        {"leads_before": {NAME: ["J-7", "J-3", "J-1"]}, "leads_after": {NAME: ["J-5"]}},
        {"leads_before": {NAME: ["J-5"]}, "leads_after": {NAME: ["J-7", "J-3", "J-1"]}},
    ]


def test_choosing_what_stands_records_nothing(delegate, tender):
    choose_lead_times(delegate, tender.id, {NAME: days(7, 3, 1)})
    assert db.session.scalar(select(func.count()).where(Event.verb == "lead_times_chosen")) == 0


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("submission_nearing", []),  # nobody may miss it (N27)
        ("dues_delegate", []),
        (NAME, [Lead(days=6)]),
        (NAME, [Lead(months=1)]),
        ("standstill_over", [Lead(days=1)]),  # the law's day
        ("deadline_moved", [Lead(days=1)]),
        ("nothing", []),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(delegate, tender, name, leads):
    with pytest.raises(Invalid) as refused:
        choose_lead_times(delegate, tender.id, {name: leads})
    assert refused.value.field == name
    assert choices() == 0


def test_only_the_delegate_chooses_and_only_while_the_tender_stands(delegate, tender):
    with pytest.raises(Forbidden):
        choose_lead_times(actor_of(make_manager()), tender.id, {NAME: days(5)})
    with pytest.raises(NotFound):
        choose_lead_times(delegate, tender.id + 1000, {NAME: days(5)})
    cancel_tender(SYSTEM, tender.id, "No budget.")
    with pytest.raises(TooLate):
        choose_lead_times(delegate, tender.id, {NAME: days(5)})


def test_a_shorter_time_still_reaches_who_joins_in_between(worker, delegate, tender):  # N17
    member = make_member()
    choose_lead_times(delegate, tender.id, {NAME: days(21)})
    assert sent(worker, 1) == []
    make_participation(tender, member, interested_at=clock.now())
    manager = make_manager(member)
    assert sent(worker, 2, 3) == [2]
    assert recipients(worker.smtp.messages) == [manager.email]
