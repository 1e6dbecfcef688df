"""The world moves while mails leave: a deadline, who belongs to a structure, summer time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM
from procurement.embedded.smtp import Received
from procurement.members.models import Membership
from procurement.tenders.models import Tender
from procurement.tenders.operations import move_deadline
from tests.reliability.waves import CLOSE, Tally, send, sent_at, settled, slow_down, tally, wave

pytestmark = [pytest.mark.reliability, pytest.mark.xdist_group("reliability")]


def test_a_deadline_moved_while_mails_leave_is_corrected_for_whoever_had_the_old_one(installation):  # N12
    due = wave(installation, 250)
    installation.smtp.fail(slow_down)
    send(installation, due, wait_for=20)
    with installation.writing():
        tender = db.session.get_one(Tender, due.tender_id)
        move_deadline(SYSTEM, tender.id, CLOSE, due.close + timedelta(days=14), tender.version)
    moved = len(installation.smtp.messages)
    installation.wait(settled)
    old = [mail for mail in installation.smtp.messages if not is_correction(mail)]
    # What a sweep had already written when the deadline moved may still leave: a batch, no more.
    assert len(old) <= min(moved + 100, 249)
    installation.smtp.wait_for(2 * len(old), 60)
    installation.wait(settled)
    new = installation.smtp.messages[len(old) :]
    assert all(is_correction(mail) for mail in new)
    assert sorted(name for mail in new for name in mail.recipients) == sorted(
        name for mail in old for name in mail.recipients
    )
    assert tally(due, old).twice == tally(due, new).twice == 0
    assert tally(due, installation.smtp.messages).wrong == 0


def is_correction(mail: Received) -> bool:
    """Whether a mail tells the new date."""
    return "Nouvelle date" in str(mail.message["Subject"])


def test_people_removed_while_mails_leave_get_nothing_more(installation):  # N19
    due = wave(installation, 250)
    gone = due.people[1::2]
    installation.smtp.fail(slow_down)
    send(installation, due, wait_for=20)
    with installation.writing():
        ids = select(User.id).where(User.email.in_(gone))
        db.session.execute(update(Membership).where(Membership.user_id.in_(ids)).values(ended_at=clock.now()))
    seen = len(installation.smtp.messages)
    installation.wait(settled)
    received = installation.received()
    after = [name for mail in installation.smtp.messages[seen:] for name in mail.recipients]
    assert sum(name in gone for name in after) <= 50  # half of the batch that was being handed over
    assert all(received[name] == 1 for name in due.people if name not in gone)
    assert sum(received[name] for name in gone) < len(gone)


@pytest.mark.parametrize(
    ("sunday", "hour"),
    [(datetime(2027, 3, 28, tzinfo=UTC), 6), (datetime(2027, 10, 31, tzinfo=UTC), 7)],
    ids=["spring", "autumn"],
)
def test_the_hour_of_reminders_follows_summer_time(fresh, sunday, hour):  # N8
    tuesday = sunday + timedelta(days=2)  # the Mondays after are Easter and All Saints
    due = wave(fresh, 100, close=sunday + timedelta(days=9, hours=10))
    eight = tuesday + timedelta(hours=hour)
    fresh.move_clock(eight - timedelta(minutes=1, seconds=30))
    fresh.start("worker", "beat")
    fresh.wait(lambda: not settled())  # written down, and waiting for eight o'clock in Paris
    assert fresh.smtp.messages == []
    fresh.move_clock(eight)
    fresh.smtp.wait_for(100, 60)
    fresh.wait(settled)
    assert tally(due, fresh.smtp.messages) == Tally(reminders=100)
    assert all(eight <= sent_at(mail) < eight + timedelta(minutes=5) for mail in fresh.smtp.messages)
