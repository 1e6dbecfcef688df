"""Dates set, moved, settled, ended: versions, events, and the copies that tenders keep."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.errors import Invalid
from procurement.core.events import Event, verify
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.operations import close_deadlines, set_deadline
from procurement.deadlines.queries import deadline_of, deadlines_of
from procurement.tenders.models import Tender
from tests.factories import make_tender, paris

NOON = paris(2027, 2, 1)
SUBMISSION, CLOSE = DeadlineKind.SUBMISSION, DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture
def tender(session):
    return make_tender(deadlines={})


def events_of(session, tender):
    rows = session.scalars(
        select(Event)
        .where(Event.subject_type == "tender", Event.subject_id == tender.id)
        .order_by(Event.rank)
    )
    return [(event.verb, event.facts) for event in rows]


def test_set_then_moved(session, tender):
    deadline = set_deadline(SYSTEM, tender, SUBMISSION, NOON, source_text="01/02/2027 à 12:00")
    assert (deadline.version, deadline.moved_at, deadline.remind_at) == (1, None, NOON)
    later = NOON + timedelta(days=7)
    moved = set_deadline(SYSTEM, tender, SUBMISSION, later)
    assert moved.id == deadline.id
    # N12: the version grows, so that a reminder of the old date is known as old.
    assert (moved.version, moved.due_at) == (2, later)
    assert moved.moved_at is not None
    assert events_of(session, tender) == [
        (
            "deadline_set",
            {
                "deadline_id": deadline.id,
                "kind": "submission",
                "version": 1,
                "before": None,
                "after": NOON_UTC,
            },
        ),
        (
            "deadline_moved",
            {
                "deadline_id": deadline.id,
                "kind": "submission",
                "version": 2,
                "before": NOON_UTC,
                "after": "2027-02-08T11:00:00+00:00",
            },
        ),
    ]
    assert verify("tender", tender.id) is None


NOON_UTC = "2027-02-01T11:00:00+00:00"


def test_the_same_date_again_is_nothing(session, tender):
    set_deadline(SYSTEM, tender, SUBMISSION, NOON)
    again = set_deadline(SYSTEM, tender, SUBMISSION, NOON)
    assert again.version == 1
    assert len(events_of(session, tender)) == 1


def test_a_doubt_counts_from_the_earlier_until_it_is_settled(session, tender):
    # N10: two sources that disagree.
    earlier = NOON - timedelta(hours=1)
    doubtful = set_deadline(
        SYSTEM, tender, SUBMISSION, NOON, doubtful=True, doubt="Two hours are given.", remind_at=earlier
    )
    assert (doubtful.due_at, doubtful.remind_at) == (NOON, earlier)
    settled = set_deadline(SYSTEM, tender, SUBMISSION, NOON)
    assert (settled.doubtful, settled.doubt, settled.remind_at, settled.version) == (False, "", NOON, 2)
    assert events_of(session, tender)[-1][0] == "deadline_settled"


def test_reminders_never_count_from_later(session, tender):
    assert set_deadline(SYSTEM, tender, SUBMISSION, NOON, remind_at=NOON + timedelta(1)).remind_at == NOON


def test_ended_and_set_again(session, tender):
    deadline = set_deadline(SYSTEM, tender, SUBMISSION, NOON)
    set_deadline(SYSTEM, tender, CLOSE, NOON - timedelta(days=21))
    ended = close_deadlines(SYSTEM, tender, [SUBMISSION])
    assert [one.id for one in ended] == [deadline.id]
    assert [one.kind for one in deadlines_of("tender", [tender.id])] == [CLOSE]
    assert events_of(session, tender)[-1] == (
        "deadline_closed",
        {"deadline_ids": [deadline.id], "kinds": ["submission"]},
    )
    again = set_deadline(SYSTEM, tender, SUBMISSION, NOON)
    assert (again.version, again.closed_at) == (2, None)
    assert events_of(session, tender)[-1][0] == "deadline_set"


def test_ending_nothing_says_nothing(session, tender):
    assert close_deadlines(SYSTEM, tender) == []
    assert events_of(session, tender) == []


@pytest.mark.parametrize("naive", ["due_at", "remind_at"])
def test_an_instant_without_zone_is_a_fault(tender, naive):
    values = {"due_at": NOON, "remind_at": None} | {naive: datetime(2027, 2, 1, 12)}  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        set_deadline(SYSTEM, tender, SUBMISSION, values["due_at"], remind_at=values["remind_at"])


def test_a_zone_that_is_none_is_refused(tender):
    with pytest.raises(Invalid):
        set_deadline(SYSTEM, tender, SUBMISSION, NOON, zone="Europe/Lutece")


def copies(session, tender):
    return session.execute(
        select(
            Tender.due_at, Tender.due_zone, Tender.due_doubtful, Tender.registrations_close_at, Tender.sort_at
        ).where(Tender.id == tender.id)
    ).one()


def test_the_tender_follows_its_dates(session, tender):
    created = tender.created_at
    assert copies(session, tender) == (None, "Europe/Paris", False, None, created)
    applications = NOON - timedelta(days=30)
    set_deadline(SYSTEM, tender, DeadlineKind.APPLICATIONS, applications)
    assert copies(session, tender) == (applications, "Europe/Paris", False, applications, applications)
    set_deadline(SYSTEM, tender, SUBMISSION, NOON, zone="Indian/Reunion", doubtful=True)
    assert copies(session, tender) == (NOON, "Indian/Reunion", True, applications, NOON)
    closes = NOON - timedelta(days=40)
    set_deadline(SYSTEM, tender, CLOSE, closes)
    set_deadline(SYSTEM, tender, DeadlineKind.SITE_VISIT, closes - timedelta(days=9))
    assert copies(session, tender) == (NOON, "Indian/Reunion", True, closes, NOON)
    set_deadline(SYSTEM, tender, SUBMISSION, NOON + timedelta(hours=1))
    assert copies(session, tender)[:3] == (NOON + timedelta(hours=1), "Europe/Paris", False)
    close_deadlines(SYSTEM, tender)
    assert copies(session, tender)[0] is None
    assert copies(session, tender)[3:] == (None, created)


def test_another_table_s_dates_leave_tenders_alone(session, tender):
    now = clock.now()
    session.add(
        Deadline(subject_type="bid", subject_id=tender.id, kind=SUBMISSION, due_at=now, remind_at=now)
    )
    session.flush()
    assert copies(session, tender)[0] is None
    assert deadline_of("tender", tender.id, SUBMISSION) is None
    assert deadline_of("bid", tender.id, SUBMISSION) is not None
