"""A date is moved, a tender is cancelled."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.errors import Invalid, NotFound, TooLate
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.facts import (
    DeadlineFacts,
)
from procurement.tenders.operations import (
    cancel_tender,
    create_tender,
    edit_tender,
    move_deadline,
    publish_tender,
)
from procurement.tenders.rules import TenderState, state_of
from tests.factories import actor_of, make_delegate
from tests.tenders.typed import CLOSE, DUE, ENROLMENT, NOW, SUBMISSION, verbs, written


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(session):
    return actor_of(make_delegate())


def test_moved(delegate):
    tender = create_tender(delegate, written())
    moved = move_deadline(delegate, tender.id, SUBMISSION, DUE + timedelta(days=7), 1)
    assert (moved.version, moved.due_at) == (2, DUE + timedelta(days=7))
    assert verbs(tender)[-1] == "deadline_moved"


def test_moving_settles_a_doubt(session, delegate):
    doubtful = {SUBMISSION: DeadlineFacts(due_at=DUE, doubtful=True, remind_at=DUE - timedelta(hours=1))}
    tender = create_tender(SYSTEM, written(source="boamp", source_id="26-2", deadlines=doubtful))
    assert tender.due_doubtful
    move_deadline(delegate, tender.id, SUBMISSION, DUE, 1)
    deadline = session.scalars(select(Deadline).where(Deadline.subject_id == tender.id)).one()
    assert (deadline.doubtful, deadline.remind_at) == (False, DUE)
    assert verbs(tender)[-1] == "deadline_settled"


@pytest.mark.parametrize(
    ("kind", "due_at"),
    [
        (SUBMISSION, NOW - timedelta(seconds=1)),
        (SUBMISSION, DUE),  # as it stands
        (SUBMISSION, DUE - timedelta(days=21)),  # registrations would close after it
        (CLOSE, DUE),
        (DeadlineKind.APPLICATIONS, DUE - timedelta(days=22)),
    ],
)
def test_a_move_that_is_refused(delegate, kind, due_at):
    tender = create_tender(delegate, written())
    with pytest.raises(Invalid) as refused:
        move_deadline(delegate, tender.id, kind, due_at, 1)
    assert refused.value.field == "due_at"


def test_a_date_that_this_kind_does_not_have(delegate):
    tender = create_tender(delegate, written())
    with pytest.raises(NotFound):
        move_deadline(delegate, tender.id, ENROLMENT, DUE, 1)


# Cancelling


def test_cancelled(delegate, session):
    tender = create_tender(delegate, written())
    publish_tender(delegate, tender.id)
    cancel_tender(delegate, tender.id, " L'acheteur renonce. ")
    assert state_of(tender, NOW) is TenderState.CANCELLED
    assert tender.cancel_reason == "L'acheteur renonce."
    assert verbs(tender)[-2:] == ["tender_cancelled", "deadline_closed"]
    live = select(func.count()).where(Deadline.subject_id == tender.id, Deadline.closed_at.is_(None))
    assert session.scalar(live) == 0  # N14
    for verb in (
        lambda: edit_tender(delegate, tender.id, written(), 1),
        lambda: publish_tender(delegate, tender.id),
        lambda: move_deadline(delegate, tender.id, SUBMISSION, DUE, 1),
        lambda: cancel_tender(delegate, tender.id, "encore"),
    ):
        with pytest.raises(TooLate):
            verb()


def test_a_reason_is_needed(delegate):
    tender = create_tender(delegate, written())
    with pytest.raises(Invalid):
        cancel_tender(delegate, tender.id, "  ")
