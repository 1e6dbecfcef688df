"""Crashes: what a dead sweep left is settled by what it noted."""

from datetime import timedelta

import pytest

from procurement.core import clock
from procurement.notifications.journal import Spool
from procurement.notifications.operations import composing, outbox
from tests.notifications.sending import MORNING, Killed, states, written
from tests.worker import Worker, recipients
from workers import notifications as jobs


@pytest.fixture(autouse=True)
def _morning():
    with clock.at(MORNING):
        yield


def die(worker: Worker, monkeypatch, *, at: int) -> None:
    """Sweep, and die when the `at`-th message has been answered, before that is noted (or settled)."""
    taken = []
    answered = jobs.Journal.answered

    def note(self, delivery_id, answer, said):
        taken.append(delivery_id)
        if len(taken) == at:
            raise Killed
        answered(self, delivery_id, answer, said)

    with monkeypatch.context() as patch:
        patch.setattr(jobs.Journal, "answered", note)
        with pytest.raises(Killed):
            worker.sweep()


def test_a_kill_leaves_one_message_in_doubt_and_the_others_leave_in_the_next_sweep(
    worker, monkeypatch
):  # N2, N4
    people = written(worker, 8)
    die(worker, monkeypatch, at=4)
    assert len(worker.smtp.messages) == 4
    worker.sweep()
    assert recipients(worker.smtp.messages) == people
    assert states() == {"doubt": 1, "sent": 7}
    with clock.at(MORNING + timedelta(minutes=1)):
        worker.sweep()
    names = recipients(worker.smtp.messages)
    twice = {name for name in names if names.count(name) == 2}
    assert len(names) == 9
    assert len(twice) == 1
    again = [mail.message["Message-ID"] for mail in worker.smtp.messages if mail.recipients[0] in twice]
    assert len(set(again)) == 1


def test_a_kill_between_sending_and_settling_sends_nothing_twice(worker, monkeypatch):  # N2, N4
    people = written(worker, 5)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "settle", _raise_killed)
        with pytest.raises(Killed):
            worker.sweep()
    assert states() == {"sending": 5}
    worker.sweep()
    with clock.at(MORNING + timedelta(hours=1)):
        worker.sweep()
    assert recipients(worker.smtp.messages) == people
    assert states() == {"sent": 5}


def _raise_killed(*_: object) -> None:
    raise Killed


def test_a_kill_between_claim_and_text_leaves_everything_due(worker, monkeypatch):  # N2
    people = written(worker, 5)
    with monkeypatch.context() as patch:
        patch.setattr(composing, "compose", _raise_killed)
        with pytest.raises(Killed):
            worker.sweep()
    assert states() == {"claimed": 5}
    worker.sweep()
    assert recipients(worker.smtp.messages) == people


def test_a_machine_that_never_comes_back_leaves_doubts_once_its_lease_is_over(
    worker, monkeypatch, tmp_path
):  # N4
    written(worker, 2)
    elsewhere = Worker(worker.settings, worker.smtp, tmp_path / "elsewhere")
    die(elsewhere, monkeypatch, at=2)
    worker.sweep()
    assert states() == {"sending": 2}
    with clock.at(MORNING + outbox.LEASE):
        worker.sweep()
    assert states() == {"doubt": 2}


def test_without_a_disk_to_note_on_mails_leave_one_at_a_time(worker, tmp_path):
    people = written(worker, 4)
    (tmp_path / "file").touch()
    full = Worker(worker.settings, worker.smtp, tmp_path / "file")
    full.sweep()
    assert recipients(worker.smtp.messages) == people
    assert states() == {"sent": 4}


def test_a_journal_cut_short_is_read_as_far_as_it_goes(tmp_path):
    spool = Spool(tmp_path, "one")
    with spool.journal() as journal:
        journal.speaking(1)
        journal.answered(1, "accepted", "250 ok")
        journal.speaking(2)
    [path] = tmp_path.glob("*.journal")
    path.write_bytes(path.read_bytes() + b'["=", 2, "acc')
    [marks] = spool.left()
    assert (marks.begun, marks.answers) == ({2}, {1: ("accepted", "250 ok")})
    assert Spool(tmp_path, "another").left() == []
