"""A mail server that says not now, breaks off, or goes away, and disks that are full: nothing is lost, nothing sent twice."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from procurement.core.db import db
from procurement.embedded.smtp import Cut, Reply, Stage
from procurement.notifications.models import IN_FLIGHT, Delivery
from tests.reliability.waves import Tally, finish, send, slow_down, strike, wave

pytestmark = [pytest.mark.reliability, pytest.mark.xdist_group("reliability")]

ALL = Tally(reminders=100)


def a_third(address: str) -> bool:
    """Every third of a wave's people."""
    return int(address.partition("@")[0].partition("-")[2]) % 3 == 0


def test_a_third_put_off_by_the_server_get_theirs_later(installation):  # N5
    due = wave(installation, 100)
    installation.smtp.fail(a_third, Stage.RCPT, Reply(451))
    send(installation, due, wait_for=66)
    assert not any(a_third(name) for name in installation.received())
    installation.smtp.heal()
    assert finish(installation, due) == ALL


def test_a_connection_dropped_in_the_middle_of_the_text_sends_nothing_twice(installation):  # N4, N5
    due = wave(installation, 100)
    installation.smtp.fail("*", Stage.DATA, Cut.DROP, times=6)
    send(installation, due)
    assert finish(installation, due) == ALL


def test_a_connection_lost_after_the_final_dot_repeats_that_message_under_its_name(installation):  # N4
    due = wave(installation, 100)
    installation.smtp.fail("*", Stage.KEPT, Cut.DROP, times=4)
    send(installation, due)
    assert finish(installation, due) == Tally(reminders=100, twice=4)


def test_a_mail_server_away_for_a_while_delays_and_loses_nothing(installation):  # N5
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    send(installation, due)

    def away():
        installation.smtp.stop()
        installation.wait(lambda: not in_flight())
        installation.smtp.start()

    strike(installation, 100, 2, away, seed=3)
    came = finish(installation, due)
    # A server that goes while it answers a final dot leaves that message in doubt.
    assert came == Tally(reminders=100, twice=came.twice)
    assert came.twice <= 2


def in_flight() -> bool:
    """Whether a sweep has mails in its hands."""
    return (
        db.session.scalars(select(Delivery.id).where(Delivery.state.in_(IN_FLIGHT)).limit(1)).first()
        is not None
    )


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 64 KiB mounted on `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "small", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: the worker may have a file open there.
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte on a disk; returns the file that takes them."""
    stuffing = disk / "stuffing"
    with stuffing.open("ab", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"0" * size)
            except OSError:
                continue
    return stuffing


def test_a_full_disk_under_the_spool_slows_and_loses_nothing(installation):  # N4
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    with small_disk(Path(installation.running.env["SPOOL_DIR"])) as disk:
        send(installation, due)
        fill(disk)
        # Without notes one message leaves at a time, so that a kill leaves one in doubt.
        came = finish(installation, due)
    assert came == ALL


def test_a_full_disk_under_the_mail_server_delays_and_loses_nothing(installation, tmp_path):  # N5
    due = wave(installation, 100)
    with small_disk(tmp_path / "queue") as disk, installation.smtp.kept_in(disk):
        stuffing = fill(disk)
        send(installation, due, wait_for=0)
        installation.wait(lambda: refused() == 100)
        assert installation.smtp.messages == []
        stuffing.unlink()
    assert finish(installation, due) == ALL


def refused() -> int:
    """How many mails the server has put off."""
    put_off = select(func.count()).where(Delivery.wake_at.is_not(None), Delivery.error.contains("452"))
    return db.session.scalar(put_off) or 0
