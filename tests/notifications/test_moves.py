"""A deadline that moves: the old date is silenced, the new one planned, whoever heard the old one is corrected (N12)."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.tenders.operations import move_deadline
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    paris,
)
from tests.worker import Worker, recipients, subject_of, text_of

CLOSE, SUBMISSION = DeadlineKind.REGISTRATION_CLOSE, DeadlineKind.SUBMISSION
BEFORE, AFTER = paris(2026, 12, 9, 12), paris(2026, 12, 16, 15, 30)


def a_tender(**fields):
    with clock.at(paris(2026, 11, 24)):
        return make_tender(**({"deadlines": {CLOSE: BEFORE, SUBMISSION: paris(2027, 1, 13)}} | fields))


def move(tender, due_at=AFTER, kind=CLOSE, actor=SYSTEM):
    db.session.refresh(tender)
    return move_deadline(actor, tender.id, kind, due_at, tender.version)


def at(worker: Worker, moment) -> list:
    with clock.at(moment):
        return worker.tick()


def test_the_reminder_of_the_old_date_does_not_leave(worker, session):  # N12
    make_manager()
    tender = a_tender()
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
        move(tender)
    assert at(worker, paris(2026, 12, 2, 8)) == []
    told = session.scalars(select(Notification)).one()
    session.refresh(told)
    assert (told.outcome, told.reason) == (Outcome.VOID, "moved")


def test_the_new_date_is_planned_at_once(worker):  # N12
    manager = make_manager()
    tender = a_tender()
    with clock.at(paris(2026, 12, 1, 9)):
        move(tender, paris(2026, 12, 4, 12))
        [mail] = worker.tick()  # J-7 of the new date is past, J-3 was this morning
    assert mail.recipients == (manager.email,)
    assert subject_of(mail).startswith("Répondez avant le ven. 4 déc., 12 h 00 (heure de Paris)")
    assert at(worker, paris(2026, 12, 2, 8)) == []
    assert len(at(worker, paris(2026, 12, 3, 8))) == 1


def test_whoever_was_told_the_old_date_is_corrected_at_once(worker):  # N12
    told, joined_since = make_manager(), make_member()
    tender = a_tender(title="Schools")
    assert recipients(at(worker, paris(2026, 12, 2, 8))) == [told.email]
    unaware = make_manager(joined_since)
    sunday_night = paris(2026, 12, 6, 23)
    with clock.at(sunday_night):
        move(tender)
        [mail] = worker.tick()
    assert mail.recipients == (told.email,)
    assert subject_of(mail) == "Nouvelle date, mer. 16 déc., 15 h 30 (heure de Paris) : Schools"
    assert text_of(mail).startswith(
        "Notez la nouvelle date : mercredi 16 décembre 2026 à 15 h 30 (heure de Paris)."
    )
    assert "Au lieu du : mercredi 9 décembre 2026 à 12 h 00 (heure de Paris)" in text_of(mail)
    assert unaware.email not in recipients(worker.smtp.messages)


def test_the_correction_stands_for_the_reminder_that_is_late(worker):  # N17, N20
    """Moved to a date whose J-7 has just passed, the person hears of it once."""
    make_manager()
    tender = a_tender()
    assert len(at(worker, paris(2026, 12, 2, 8))) == 1
    with clock.at(paris(2026, 12, 3, 9)):
        move(tender, paris(2026, 12, 10, 12))
        assert [subject_of(mail)[:8] for mail in worker.tick()] == ["Nouvelle"]
    assert at(worker, paris(2026, 12, 3, 9, 5)) == []
    assert len(at(worker, paris(2026, 12, 7, 8))) == 1


def test_those_who_take_part_are_told_without_having_been_reminded(worker):
    registered, seated, withdrawn, stranger = (make_member() for _ in range(4))
    managers = [make_manager(member) for member in (registered, seated)]
    make_manager(withdrawn)
    make_manager(stranger)
    delegate = make_delegate()
    tender = a_tender()
    with clock.at(paris(2026, 11, 25)):
        make_participation(tender, registered)
        make_bid(tender, members=[seated], confirmed=False)
        make_participation(tender, withdrawn, applied_at=clock.now(), withdrawn_at=clock.now())
        move(tender, paris(2027, 1, 20), SUBMISSION)
        mails = worker.tick()
    assert recipients(mails) == sorted([*(one.email for one in managers), delegate.email])


def test_who_moved_it_is_corrected_too_if_told_the_old_date(worker):  # N12
    delegate = make_delegate()
    tender = a_tender(deadlines={SUBMISSION: BEFORE})
    make_participation(tender)
    assert recipients(at(worker, paris(2026, 12, 2, 8))) == [delegate.email]
    with clock.at(paris(2026, 12, 3, 9)):
        move(tender, kind=SUBMISSION, actor=actor_of(delegate))
        assert recipients(worker.tick()) == [delegate.email]


def test_moved_twice_before_anybody_hears_says_the_last_date_only(worker):  # N12
    told = make_manager()
    tender = a_tender()
    at(worker, paris(2026, 12, 2, 8))
    with clock.at(paris(2026, 12, 2, 9)):
        move(tender, paris(2026, 12, 11))
        worker.prepare()
        move(tender, paris(2026, 12, 18))
        mails = worker.tick()
    assert recipients(mails) == [told.email]
    assert "18 décembre" in text_of(mails[0])
    assert "11 décembre" not in subject_of(mails[0])


def test_two_dates_moved_together_are_one_mail(worker):  # N20
    manager = make_manager()
    tender = a_tender()
    make_participation(tender, db.session.get(type(make_member()), next(iter(actor_of(manager).memberships))))
    with clock.at(paris(2026, 11, 25, 9)):
        move(tender)
        move(tender, paris(2027, 1, 20), SUBMISSION)
        [mail] = worker.tick()
    assert subject_of(mail).startswith("2 ")
    assert text_of(mail).count("Notez la nouvelle date") == 2


def test_who_left_the_network_gets_no_correction(worker):  # N19
    manager = make_manager()
    tender = a_tender()
    assert len(at(worker, paris(2026, 12, 2, 8))) == 1
    with clock.at(paris(2026, 12, 2, 9)):
        db.session.execute(Notification.metadata.tables["membership"].update().values(ended_at=clock.now()))
        move(tender)
        assert worker.tick() == []
    assert manager.active


def test_moving_the_date_of_a_draft_tells_nobody(worker):
    make_delegate()
    tender = a_tender(published=False)
    with clock.at(paris(2026, 11, 25)):
        move(tender)
        assert worker.tick() == []


def test_a_date_moved_back_reminds_again_at_the_new_leads(worker):  # N12
    make_manager()
    tender = a_tender()
    assert len(at(worker, paris(2026, 12, 2, 8))) == 1
    with clock.at(paris(2026, 12, 2, 9)):
        move(tender)
        worker.tick()
    sent = [
        moment
        for moment in (paris(2026, 12, 3, 8) + timedelta(days=n) for n in range(14))
        if at(worker, moment)
    ]
    assert sent == [paris(2026, 12, 9, 8), paris(2026, 12, 11, 8), paris(2026, 12, 15, 8)]


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.DOUBT])
def test_the_mail_in_flight_counts_as_told(worker, session, state):  # N12
    manager = make_manager()
    tender = a_tender()
    with clock.at(paris(2026, 12, 2, 8)):
        worker.prepare()
        delivery = session.scalars(select(Delivery)).one()
        delivery.state, delivery.claimed_at, delivery.doubts = state, clock.now(), int(state == "doubt")
        delivery.wake_at = None
        session.flush()
        move(tender)
        assert recipients(worker.tick()) == [manager.email]


@pytest.mark.committing
def test_a_deadline_being_moved_at_this_very_moment_is_waited_for(worker, app):  # N12
    """The mail is written either before the move, and corrected, or after it, and void: never in between."""
    with clock.at(paris(2026, 11, 24)), transaction():
        manager = make_manager()
        tender = make_tender(deadlines={CLOSE: BEFORE})
    moving, swept = threading.Event(), threading.Event()

    def mover() -> None:
        with app.app_context(), transaction():
            move_deadline(SYSTEM, tender.id, CLOSE, AFTER, 1)
            moving.set()
            assert swept.wait(20)

    with clock.at(paris(2026, 12, 2, 8)):
        worker.prepare()
        other = threading.Thread(target=mover)
        other.start()
        assert moving.wait(20)
        worker.sweep()
        assert worker.smtp.messages == []
        assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.QUEUED]
        db.session.rollback()
        swept.set()
        other.join()
    with clock.at(paris(2026, 12, 2, 8, 1)):
        assert worker.tick() == []
        assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.VOID]
    with clock.at(paris(2026, 12, 9, 8)):
        [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert "16 déc." in subject_of(mail)
