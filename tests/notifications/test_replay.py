"""Sending again what failed or is in doubt: once, under the same Message-ID where the text is the same."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Conflict
from procurement.core.events import Event
from procurement.core.policy import Role
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Cut, Reply, Stage
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.operations import outbox
from procurement.tenders.models import Tender
from procurement.tenders.operations import cancel_tender
from tests.factories import actor_of, make_delegate, make_manager, make_tender, make_user, paris

MORNING = paris(2026, 12, 2, 8)


@pytest.fixture(autouse=True)
def _morning():
    with clock.at(MORNING):
        yield


@pytest.fixture
def office():
    """Somebody of the network's office."""
    return actor_of(make_user(roles=[Role.NETWORK_ADMIN]))


def one_written(worker) -> Delivery:
    """A reminder that is due now."""
    make_manager()
    with clock.at(paris(2026, 11, 24)):
        make_tender(title="Schools", deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.prepare()
    return the_delivery()


def the_delivery() -> Delivery:
    return db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


def ids(worker) -> list[str]:
    return [str(mail.message["Message-ID"]) for mail in worker.smtp.messages]


def in_doubt(worker) -> Delivery:
    """A mail in doubt that isn't tried by itself any more, received twice in truth."""
    delivery = one_written(worker)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP, times=2)
    worker.sweep()
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    assert (the_delivery().state, the_delivery().wake_at) == (DeliveryState.DOUBT, None)
    return delivery


def test_the_same_text_has_the_same_message_id(worker, office):
    doubtful = in_doubt(worker)
    outbox.replay(office, doubtful.id)
    worker.sweep()
    assert len(ids(worker)) == 3
    assert len(set(ids(worker))) == 1
    assert the_delivery().state is DeliveryState.SENT
    assert db.session.scalars(select(Notification.outcome)).all() == [Outcome.SENT]


def test_another_text_is_another_message(worker, office):
    doubtful = in_doubt(worker)
    db.session.scalars(select(Tender)).one().title = "Schools and kitchens"
    db.session.flush()
    outbox.replay(office, doubtful.id)
    worker.sweep()
    first, second, third = ids(worker)
    assert first == second != third
    assert the_delivery().edition == 1


def test_a_mail_tried_again_by_itself_stays_what_it_was_whatever_it_says(worker):  # N4
    one_written(worker)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP, times=1)
    worker.sweep()
    db.session.scalars(select(Tender)).one().title = "Schools and kitchens"
    db.session.flush()
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    assert len(ids(worker)) == 2
    assert len(set(ids(worker))) == 1


def test_a_doubt_sent_again_is_tried_once(worker, office):  # N4
    doubtful = in_doubt(worker)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP)
    outbox.replay(office, doubtful.id)
    for minutes in (0, 1, 2, 60):
        with clock.at(MORNING + timedelta(minutes=minutes)):
            worker.sweep()
    assert len(ids(worker)) == 3
    assert (the_delivery().state, the_delivery().wake_at) == (DeliveryState.DOUBT, None)


def test_a_doubt_that_is_tried_by_itself_is_left_to_it(worker, office):
    doubtful = one_written(worker)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP, times=1)
    worker.sweep()
    with pytest.raises(Conflict):
        outbox.replay(office, doubtful.id)


def test_what_is_no_longer_of_use_does_not_leave_and_stays_in_doubt(worker, office):
    doubtful = in_doubt(worker)
    cancel_tender(actor_of(make_delegate()), db.session.scalars(select(Tender.id)).one(), "no budget")
    outbox.replay(office, doubtful.id)
    worker.sweep()
    assert len(ids(worker)) == 2
    assert the_delivery().state is DeliveryState.DOUBT


def test_who_sent_it_again_is_recorded(worker, office):
    failed = one_written(worker)
    worker.smtp.fail(how=Reply(550, "no such user"))
    worker.sweep()
    outbox.replay(office, failed.id)
    event = db.session.scalars(select(Event).where(Event.verb == "mail_replayed")).one()
    assert (event.actor_id, event.subject_type, event.subject_id) == (office.user_id, "delivery", failed.id)
