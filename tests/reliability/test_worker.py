"""Real worker, real beat, real broker, real mail server: what is due leaves once, whatever is killed meanwhile."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core.db import db
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.models import Delivery
from procurement.tenders.models import Tender
from procurement.tenders.operations import move_deadline
from tests.factories import make_manager, make_member, make_tender
from tests.live import until

pytestmark = [pytest.mark.reliability, pytest.mark.xdist_group("reliability")]

CLOSE = DeadlineKind.REGISTRATION_CLOSE


def people_to_remind(installation, monday, count) -> list[str]:
    """So many managers, to be reminded on the Wednesday after `monday` at 08:00 in Paris (J-7); their addresses."""
    installation.move_clock(monday)
    with installation.writing():
        member = make_member()
        member.territory = [f"{monday:%Y-%W}"]  # a part of the country that no other test has people in
        tender = make_tender(
            deadlines={CLOSE: monday + timedelta(days=9, hours=11)}, departments=member.territory
        )
        people = [make_manager(member, email=f"p{tender.id}-{n}@example.org").email for n in range(count)]
    return sorted(people)


def wednesday(monday):
    """Wednesday, 08:00 in Paris, winter or summer."""
    return monday + timedelta(days=2, hours=6)


def settled() -> bool:
    """Nothing is on its way any more."""
    waiting = select(Delivery.id).where(Delivery.wake_at.is_not(None))
    return db.session.scalars(waiting).first() is None


def test_a_reminder_leaves_by_itself_at_its_hour(installation):
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 3)
    installation.move_clock(wednesday(monday) + timedelta(hours=2))
    until(lambda: sorted(installation.received()) == people, 30)
    assert set(installation.received().values()) == {1}


def test_a_worker_killed_while_it_sends_and_a_broker_emptied_lose_nothing(installation):  # N2, N4
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 100)
    installation.smtp.fail(slow_down)
    installation.move_clock(wednesday(monday) + timedelta(hours=2))
    kills = 0
    for mark in (25, 60):
        until(lambda mark=mark: len(installation.smtp.messages) >= mark, 60)
        installation.running.kill("worker")
        installation.valkey.flushdb()
        kills += 1
        installation.start("worker")
    until(lambda: len(installation.received()) >= 100 - kills, 60)
    installation.move_clock(wednesday(monday) + timedelta(hours=3))  # doubts are tried once more
    installation.wait(settled, 60)
    received = installation.received()
    assert sorted(received) == people
    twice = sum(count - 1 for count in received.values())
    assert twice <= kills
    for person, count in received.items():
        names = {
            mail.message["Message-ID"] for mail in installation.smtp.messages if person in mail.recipients
        }
        assert (len(names), count <= 2) == (1, True)


def slow_down(_address: str) -> bool:
    """Take a moment over each recipient, so that a kill falls in the middle; fails nobody."""
    threading.Event().wait(0.02)
    return False


def test_two_workers_and_two_beats_send_each_message_once(installation):  # N3
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 60)
    others = [installation.second("worker"), installation.second("beat")]
    try:
        installation.move_clock(wednesday(monday) + timedelta(hours=2))
        until(lambda: len(installation.smtp.messages) >= 60, 60)
        installation.wait(settled)
    finally:
        for other in others:
            other.stop()
    assert sorted(installation.received()) == people
    assert set(installation.received().values()) == {1}


def test_after_three_days_without_a_worker_what_is_useful_leaves_once(installation):  # N7
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 5)
    installation.running.stop("worker")
    installation.move_clock(
        wednesday(monday) + timedelta(days=5, hours=2)
    )  # the Monday after: J-3 was on Friday
    installation.start("worker")
    until(lambda: len(installation.smtp.messages) >= 5, 60)
    installation.wait(settled)
    assert sorted(installation.received()) == people
    assert set(installation.received().values()) == {1}


def test_a_deadline_moved_is_corrected_at_once(installation):  # N12
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 4)
    installation.move_clock(wednesday(monday) + timedelta(hours=2))
    until(lambda: len(installation.smtp.messages) == 4, 30)
    with installation.writing():
        tender = db.session.scalars(select(Tender).order_by(Tender.id.desc())).first()
        move_deadline(SYSTEM, tender.id, CLOSE, monday + timedelta(days=16, hours=11), tender.version)
    until(lambda: len(installation.smtp.messages) == 8, 30)
    assert sorted(name for mail in installation.smtp.messages[4:] for name in mail.recipients) == people
    assert all("Nouvelle date" in str(mail.message["Subject"]) for mail in installation.smtp.messages[4:])


def test_a_mail_server_away_for_a_while_delays_and_loses_nothing(installation):  # N5
    monday = installation.a_monday()
    people = people_to_remind(installation, monday, 5)
    installation.smtp.stop()
    installation.move_clock(wednesday(monday) + timedelta(hours=2))
    installation.wait(
        lambda: len(db.session.scalars(select(Delivery).where(Delivery.wake_at.is_not(None))).all()) == 5
    )
    installation.smtp.start()
    until(lambda: sorted(installation.received()) == people, 30)
    assert set(installation.received().values()) == {1}
