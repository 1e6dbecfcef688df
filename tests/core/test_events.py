"""The trail: append-only, chained, provable after an erasure."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.events import Event, EventDetail
from procurement.core.policy import SYSTEM, Actor
from procurement.tenders.models import Buyer

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


@pytest.fixture
def subject(session):
    """Any row that can be the subject of events."""
    return add(Buyer(name="Département du Calvados", match_name="departement du calvados", created_at=NOON))


def test_each_event_is_chained_to_the_one_before(subject):  # G5
    with clock.at(NOON):
        first = events.record(SYSTEM, "created", subject)
        second = events.record(Actor(user_id=7), "edited", subject, facts={"fields": ["name"]})
    assert (first.rank, first.previous) == (1, None)
    assert (second.rank, second.previous) == (2, first.digest)
    assert second.at == NOON
    assert events.verify("buyer", subject.id) is None


def test_the_database_refuses_to_edit_or_delete_an_event(subject):  # G5
    event = events.record(SYSTEM, "created", subject)
    for statement in (
        update(Event).where(Event.id == event.id).values(verb="something else"),
        delete(Event).where(Event.id == event.id),
    ):
        with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
            db.session.execute(statement)


def test_marking_an_event_as_handled_is_no_change_of_the_trail(subject):
    event = events.record(SYSTEM, "created", subject)
    db.session.execute(update(Event).where(Event.id == event.id).values(handled_at=NOON))
    assert events.verify("buyer", subject.id) is None


def test_a_forged_event_is_found(subject):  # G5
    events.record(SYSTEM, "created", subject)
    second = events.record(SYSTEM, "edited", subject)
    db.session.execute(text("ALTER TABLE event DISABLE TRIGGER event_is_append_only"))
    db.session.execute(update(Event).where(Event.id == second.id).values(verb="cancelled"))
    db.session.expire_all()
    assert events.verify("buyer", subject.id) == events.Broken("buyer", subject.id, 2)


def test_an_altered_detail_is_found_and_an_erased_one_breaks_nothing(subject):
    event = events.record(SYSTEM, "edited", subject, values={"reason": "too far"})
    db.session.execute(
        update(EventDetail).where(EventDetail.event_id == event.id).values(values={"reason": "?"})
    )
    db.session.expire_all()
    assert events.verify("buyer", subject.id) == events.Broken("buyer", subject.id, 1)
    db.session.execute(delete(EventDetail).where(EventDetail.event_id == event.id))
    db.session.expire_all()
    assert events.verify("buyer", subject.id) is None


def test_history_gives_the_latest_first_with_their_details(subject):
    events.record(SYSTEM, "created", subject)
    events.record(SYSTEM, "edited", subject, values={"reason": "typo"})
    found = events.history([("buyer", subject.id)])
    assert [event.verb for event in found] == ["edited", "created"]
    assert found[0].detail.values == {"reason": "typo"}
    assert events.history([]) == []
