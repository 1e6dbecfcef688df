"""Processes killed at random, doubled, or gone for days: what is due leaves once."""

from datetime import timedelta

import pytest

from tests.reliability.waves import Tally, finish, send, settled, slow_down, strike, tally, wave

pytestmark = [pytest.mark.reliability, pytest.mark.xdist_group("reliability")]

ALL = Tally(reminders=100)
"""A hundred reminders to a hundred people, nothing lost, wrong, late or twice."""


def test_a_reminder_leaves_by_itself_at_its_hour(installation):
    due = wave(installation, 100, members=10)
    send(installation, due, wait_for=100)
    assert finish(installation, due) == ALL


def test_a_worker_killed_while_it_sends_and_a_broker_emptied_lose_nothing(installation):  # N2, N4
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    send(installation, due)

    def blow():
        installation.valkey.flushdb()
        installation.restart("worker")

    strike(installation, 100, 3, blow, seed=1)
    came = finish(installation, due)
    assert came == Tally(reminders=100, twice=came.twice)
    assert came.twice <= 3  # the message in flight at each kill


def test_a_beat_killed_while_mails_leave_loses_nothing(installation):  # N2
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    send(installation, due)
    strike(installation, 100, 2, lambda: installation.restart("beat"), seed=2)
    assert finish(installation, due) == ALL


def test_two_workers_and_two_beats_send_each_message_once(installation):  # N3
    due = wave(installation, 100)
    with installation.second("worker", "beat"):
        send(installation, due, wait_for=100)
        assert finish(installation, due) == ALL


def test_after_three_days_without_a_worker_what_is_useful_leaves_once(installation):  # N7
    due = wave(installation, 100)
    installation.running.stop("worker")
    monday = due.due_at + timedelta(days=5)  # three days after J-3, which fell on a Sunday, would have left
    installation.move_clock(monday)
    installation.start("worker")
    installation.smtp.wait_for(100, 60)
    installation.move_clock(monday + timedelta(minutes=20))
    installation.wait(settled)
    assert tally(due, installation.smtp.messages) == ALL
