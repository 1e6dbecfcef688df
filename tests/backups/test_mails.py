"""After a restore: what had left since the backup isn't sent again; what comes later leaves as ever."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.categories import Category, Rhythm
from procurement.notifications.models import Delivery, DeliveryState, Notification, Preference
from procurement.notifications.operations.outbox import replay, replayable
from procurement.notifications.rules import Reason
from procurement.tenders.operations import publish_tender
from tests.backups.conftest import Losable
from tests.factories import actor_of, make_delegate, make_manager, make_tender, paris
from tests.worker import Worker

pytestmark = pytest.mark.xdist_group("backups")

BACKUP = paris(2026, 11, 24)
"""A Tuesday at noon. Registrations close on 9 December: J-7 is the 2nd, J-1 the 8th."""
RESTORE = paris(2026, 12, 4, 21)
"""In the evening: what is late would wait for the morning."""


class Office:
    """Two managers, the delegate and a tender; the worker on call."""

    def __init__(self, house: Losable, spool: Path) -> None:
        self.house = house
        settings = house.app.config["SETTINGS"]
        self.worker = Worker(settings, house.smtp, spool)

    def settle(self) -> None:
        """A tender is published just before the backup: nobody has been told yet. One hears of things in a daily digest."""
        with self.house.app.app_context(), clock.at(BACKUP - timedelta(minutes=1)), transaction():
            self.delegate_id = make_delegate(email="delegate@example.org").id
            make_manager(email="at.once@example.org")
            daily = make_manager(email="daily@example.org")
            for category in (Category.DEADLINES, Category.TENDERS, Category.OPPORTUNITIES):
                db.session.add(Preference(user_id=daily.id, category=category, rhythm=Rhythm.DAILY))
            closes = {
                DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9),
                DeadlineKind.SUBMISSION: paris(2027, 1, 29),
            }
            publish_tender(SYSTEM, make_tender(deadlines=closes, published=False).id)

    def received(self, first: datetime, last: datetime) -> Counter[str]:
        """How many mails each gets while the worker runs from one instant to another."""
        self.house.smtp.clear()
        moment = first
        with self.house.app.app_context():
            while moment <= last:
                with clock.at(moment):
                    self.worker.tick()
                moment += timedelta(hours=3)
        return Counter(name for mail in self.house.smtp.messages for name in mail.recipients)


@pytest.fixture
def office(house: Losable, tmp_path: Path) -> Office:
    """The office, in an installation of its own."""
    house.renew()
    found = Office(house, tmp_path / "spool")
    found.settle()
    return found


def restored(office: Office, archive: Path, *options: str) -> str:
    office.house.lose()
    with clock.at(RESTORE):
        return office.house.flask("restore", str(archive), *options)


@pytest.fixture
def archive(office: Office, tmp_path: Path) -> Path:
    path = tmp_path / "backup.zip"
    with clock.at(BACKUP):
        office.house.flask("backup", str(path))
    return path


def test_what_had_left_is_in_doubt_and_what_comes_later_leaves(office: Office, archive: Path) -> None:
    left = office.received(BACKUP, RESTORE)
    assert left["at.once@example.org"] >= 2
    assert left["daily@example.org"] >= 2
    later = office.received(RESTORE + timedelta(hours=3), paris(2026, 12, 10))
    assert later.total() > 0
    said = restored(office, archive)
    assert office.received(RESTORE, paris(2026, 12, 7, 6)) == Counter()
    with office.house.app.app_context(), clock.at(paris(2026, 12, 7)):
        doubts = db.session.scalars(select(Delivery).where(Delivery.state == DeliveryState.DOUBT)).all()
        assert f"par le bureau\u00a0: {len(doubts)}" in said
        assert len(doubts) >= left.total()
        assert all(replayable(one) for one in doubts)
        reasons = set(db.session.scalars(select(Notification.reason).where(Notification.outcome == "doubt")))
        assert reasons == {Reason.RESTORED.value}
        db.session.rollback()
    assert office.received(paris(2026, 12, 7, 6), paris(2026, 12, 10)) == later


def test_the_office_sends_again_what_it_wants(office: Office, archive: Path) -> None:
    restored(office, archive)
    with office.house.app.app_context(), clock.at(RESTORE), transaction():
        wanted = db.session.scalars(
            select(Delivery.id).where(Delivery.state == DeliveryState.DOUBT).order_by(Delivery.id.desc())
        ).first()
        replay(actor_of(db.session.get(User, office.delegate_id)), wanted)
    assert office.received(RESTORE, RESTORE).total() == 1


def test_where_nothing_left_since_the_backup_what_became_due_leaves(office: Office, archive: Path) -> None:
    restored(office, archive, "--nothing-left")
    assert set(office.received(RESTORE, paris(2026, 12, 7, 12))) >= {
        "at.once@example.org",
        "daily@example.org",
    }


def test_a_mail_in_flight_when_the_backup_was_made_is_in_doubt(office: Office, tmp_path: Path) -> None:
    office.received(BACKUP, BACKUP)
    with office.house.app.app_context(), transaction():
        for one in db.session.scalars(select(Delivery)):
            one.state, one.wake_at = DeliveryState.SENDING, RESTORE + timedelta(days=1)
            one.claimed_at, one.sweep = BACKUP, "lost"
        sending = db.session.scalars(select(Delivery.id)).all()
    assert sending
    path = tmp_path / "flight.zip"
    with clock.at(BACKUP):
        office.house.flask("backup", str(path))
    restored(office, path)
    with office.house.app.app_context():
        states = db.session.scalars(select(Delivery.state).where(Delivery.id.in_(sending))).all()
        assert set(states) == {DeliveryState.DOUBT}
        db.session.rollback()
