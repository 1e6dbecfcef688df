"""The outbox: once and only once, one failing address alone, doubts visible, crashes repaired by what was noted."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.errors import Conflict, Forbidden, NotFound
from procurement.core.policy import Role
from procurement.embedded.smtp import Cut, Reply, Stage
from procurement.notifications.journal import Spool
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.operations import outbox
from tests.factories import actor_of, make_user, paris
from tests.notifications.sending import (
    MORNING,
    Killed,
    people_to_remind,
    states,
    the_delivery,
    the_first,
    written,
)
from tests.worker import recipients
from workers import notifications as jobs


@pytest.fixture(autouse=True)
def _morning():
    with clock.at(MORNING):
        yield


# Once, and only once


def test_sweeping_twice_sends_once(worker):  # N3
    people = written(worker, 3)
    worker.sweep()
    worker.sweep()
    worker.prepare()
    worker.sweep()
    assert recipients(worker.smtp.messages) == people
    assert states() == {"sent": 3}


@pytest.mark.committing
def test_two_sweeps_at_the_same_moment_send_each_mail_once(worker, app, tmp_path):  # N3
    with transaction():
        people = people_to_remind(40)
    gate = threading.Barrier(4)

    def work(number: int) -> None:
        ours = worker.settings.model_copy(update={"spool_dir": tmp_path / str(number)})
        with app.app_context():
            gate.wait()
            jobs.prepare()
            gate.wait()
            jobs.run_sweep(ours)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    while worker.sweep():
        pass
    assert recipients(worker.smtp.messages) == people
    assert states() == {"sent": 40}


@pytest.mark.committing
def test_on_one_machine_one_process_sweeps_at_a_time(worker):
    with transaction():
        people_to_remind(1)
    worker.prepare()
    with Spool(worker.settings.spool_dir, worker.settings.database_url).turn() as ours:
        assert ours
        assert worker.sweep() == 0
    assert worker.sweep() == 1


def abandon(work) -> None:
    """Do `work` in a transaction that is given up."""
    with transaction():
        work(2)
        raise Killed


@pytest.mark.committing
def test_what_is_rolled_back_sends_nothing(worker):  # N6
    with pytest.raises(Killed):
        abandon(people_to_remind)
    assert worker.tick() == []
    assert states() == {}


@pytest.mark.committing
def test_the_text_is_committed_before_the_server_hears_of_it_and_no_transaction_is_open(worker, app):  # N4
    with transaction():
        people_to_remind(1)
    worker.prepare()
    seen = []

    def look(_address: str) -> bool:
        with db_engine.connect() as other:
            row = other.execute(text("SELECT state, text FROM delivery")).one()
            busy = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            )
            seen.append((row.state, "Dites si" in row.text, other.scalar(busy)))
        return False

    db_engine = db.engine
    worker.smtp.fail(look)
    worker.sweep()
    assert seen == [("sending", True, 0)]


# One address alone


def test_a_refusal_for_now_holds_up_nobody_and_is_tried_again(worker):  # N5
    people = written(worker, 5)
    worker.smtp.fail(people[2], Stage.RCPT, Reply(451, "greylisted"), times=1)
    worker.sweep()
    assert recipients(worker.smtp.messages) == [*people[:2], *people[3:]]
    waiting = db.session.scalars(select(Delivery).where(Delivery.state == DeliveryState.QUEUED)).one()
    assert (waiting.attempts, waiting.error) == (1, "451 greylisted")
    assert worker.sweep() == 0
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    assert recipients(worker.smtp.messages) == people
    assert states() == {"sent": 5}


def test_a_third_of_the_recipients_refused_for_now_get_theirs_later(worker):  # N5
    people = written(worker, 30)
    unlucky = set(people[::3])
    worker.smtp.fail(lambda address: address in unlucky, Stage.RCPT, Reply(451))
    worker.sweep()
    assert recipients(worker.smtp.messages) == sorted(set(people) - unlucky)
    worker.smtp.heal()
    with clock.at(MORNING + timedelta(minutes=2)):
        worker.sweep()
    assert recipients(worker.smtp.messages) == people


def test_an_address_that_does_not_exist_fails_and_can_be_replayed(worker):  # N5
    [nobody] = written(worker, 1)
    worker.smtp.fail(nobody, Stage.RCPT, Reply(550, "no such user"))
    worker.sweep()
    failed = the_delivery()
    assert (failed.state, failed.error, failed.wake_at) == (DeliveryState.FAILED, "550 no such user", None)
    told = db.session.scalars(select(Notification)).one()
    assert (told.outcome, told.reason) == (Outcome.FAILED, "refused")
    worker.smtp.heal()
    outbox.replay(actor_of(make_user(roles=[Role.NETWORK_ADMIN])), failed.id)
    worker.sweep()
    assert recipients(worker.smtp.messages) == [nobody]
    assert states() == {"sent": 1}


def test_only_the_office_replays_and_only_what_failed(worker):
    written(worker, 1)
    admin = actor_of(make_user(roles=[Role.NETWORK_ADMIN]))
    delivery = the_delivery()
    with pytest.raises(Forbidden):
        outbox.replay(actor_of(make_user()), delivery.id)
    with pytest.raises(Conflict):
        outbox.replay(admin, delivery.id)
    with pytest.raises(NotFound):
        outbox.replay(admin, delivery.id + 1)


def test_refused_again_and_again_it_fails_in_the_end(worker):  # N5
    written(worker, 1)
    worker.smtp.fail(how=Reply(451))
    moment, tries = MORNING, 0
    while the_delivery().wake_at is not None and tries < 20:
        moment, tries = the_delivery().wake_at, tries + 1
        with clock.at(moment):
            worker.sweep()
    assert the_delivery().state is DeliveryState.FAILED
    assert tries == 8
    assert moment - MORNING == timedelta(hours=22, minutes=21)


def test_a_mail_no_longer_useful_when_its_next_attempt_comes_expires(worker):  # N7
    written(worker, 1)
    worker.smtp.fail(how=Reply(451))
    worker.sweep()
    worker.smtp.heal()
    with clock.at(paris(2026, 12, 4, 9)):
        worker.sweep()
    assert the_delivery().state is DeliveryState.EXPIRED
    assert worker.smtp.messages == []


def test_a_mail_that_cannot_be_written_fails_alone(worker):  # N5
    people = written(worker, 3)
    broken = db.session.scalars(select(Delivery).order_by(Delivery.id)).first()
    db.session.execute(
        text("UPDATE user_account SET email = 'no address' WHERE id = :id"), {"id": broken.recipient_id}
    )
    db.session.expire_all()
    worker.sweep()
    assert len(worker.smtp.messages) == 2
    assert set(recipients(worker.smtp.messages)) < set(people)
    assert states() == {"failed": 1, "sent": 2}


def test_a_server_out_of_reach_costs_no_attempt(worker):  # N5
    people = written(worker, 2)
    worker.smtp.stop()
    worker.sweep()
    assert states() == {"queued": 2}
    assert the_first().attempts == 0
    worker.smtp.start()
    worker.sweep()
    assert recipients(worker.smtp.messages) == people


def test_many_mails_leave_on_one_connection(worker):
    written(worker, 30)
    worker.sweep()
    assert len(worker.smtp.messages) == 30
    assert worker.smtp.connections == 1


# Doubts


def test_a_connection_lost_after_the_final_dot_is_a_doubt_tried_once_more(worker):  # N4
    [person] = written(worker, 1)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP, times=1)
    worker.sweep()
    doubt = the_delivery()
    assert (doubt.state, doubt.doubts) == (DeliveryState.DOUBT, 1)
    assert worker.sweep() == 0
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    assert recipients(worker.smtp.messages) == [person, person]
    assert len({mail.message["Message-ID"] for mail in worker.smtp.messages}) == 1
    assert states() == {"sent": 1}


def test_after_a_second_doubt_nobody_tries_again_and_it_shows(worker):  # N4
    written(worker, 1)
    worker.smtp.fail(stage=Stage.KEPT, how=Cut.DROP)
    worker.sweep()
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    with clock.at(MORNING + timedelta(hours=5)):
        worker.sweep()
    assert len(worker.smtp.messages) == 2
    assert (the_delivery().state, the_delivery().wake_at) == (DeliveryState.DOUBT, None)
    assert db.session.scalars(select(Notification.outcome)).all() == [Outcome.DOUBT]


def test_a_connection_lost_in_the_middle_holds_up_nobody(worker):  # N4, N5
    people = written(worker, 6)
    worker.smtp.fail(people[1], Stage.RCPT, Cut.DROP, times=1)
    worker.smtp.fail(people[3], Stage.DATA, Cut.DROP, times=1)
    worker.smtp.fail(people[4], Stage.DOT, Reply(421, "going down"), times=1)
    worker.sweep()
    assert len(worker.smtp.messages) == 3
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    assert recipients(worker.smtp.messages) == people


# Costs


def test_statements_a_mail(worker):
    """At most 0.2 SQL statements a mail, in batches of a hundred."""
    written(worker, 200)
    counted = []
    listen = (db.session.connection(), "before_cursor_execute", lambda *args: counted.append(args[2]))
    event.listen(*listen)
    worker.sweep()
    event.remove(*listen)
    assert len(worker.smtp.messages) == 200
    own = [one for one in counted if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert len(own) / 200 <= 0.2


def test_an_urgent_mail_leaves_before_the_others(worker):
    written(worker, 2)
    last = db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
    last.priority = 0
    db.session.flush()
    worker.sweep()
    first = worker.smtp.messages[0].recipients[0]
    assert first == db.session.get(type(make_user()), last.recipient_id).email
