"""`dev.py run`: whatever ends one of its processes ends all, and the next start finds nothing in its way."""

import contextlib
import os
import signal
import stat
import sys
from collections.abc import Callable

import pytest

from tests.dev.toy import Toy, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def inner(toy: Toy) -> int:
    return int(toy.state()["pid"])


def kill_both(toy: Toy, running: int) -> None:
    """Neither half may see the other die first."""
    os.kill(running, signal.SIGSTOP)
    os.kill(inner(toy), signal.SIGKILL)
    os.kill(running, signal.SIGKILL)


def kill_all(toy: Toy, running: int) -> None:
    for pid in (running, inner(toy), *toy.processes()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


ENDS: dict[str, tuple[Callable[[Toy, int], None], int]] = {
    "Ctrl-C": (lambda _toy, running: os.kill(running, signal.SIGINT), 130),
    "SIGTERM": (lambda _toy, running: os.kill(running, signal.SIGTERM), 143),
    "kill -9 of dev.py": (lambda _toy, running: os.kill(running, signal.SIGKILL), -9),
    "kill -9 of its group": (lambda _toy, running: os.killpg(running, signal.SIGKILL), -9),
    "kill -9 of its inner half": (lambda toy, _running: os.kill(inner(toy), signal.SIGKILL), 137),
    "kill -9 of both halves": (kill_both, -9),
    "kill -9 of everything": (kill_all, -9),
    "web's death": (lambda toy, _running: os.kill(toy.process("granian"), signal.SIGKILL), 1),
    "worker's death": (lambda toy, _running: os.kill(toy.process("celery", " worker "), signal.SIGKILL), 1),
    "beat's death": (lambda toy, _running: os.kill(toy.process("celery", " beat "), signal.SIGKILL), 1),
    "mail's death": (lambda toy, _running: os.kill(toy.process("devtools.mail"), signal.SIGKILL), 1),
    "PostgreSQL's death": (lambda toy, _running: os.kill(toy.process("bin/postgres"), signal.SIGKILL), 1),
}


@pytest.mark.parametrize("name", ENDS)
def test_ends_whole_and_starts_again(toy: Toy, name: str) -> None:
    end, status = ENDS[name]
    # Each start but the first follows the end of another of these tests, in any order.
    running = toy.run()
    assert toy.page() == "1"
    until(lambda: toy_has_beat(toy))
    sockets = toy.socket_folder()
    end(toy, running.pid)
    out, err = running.communicate(timeout=30)
    assert running.returncode == status, err
    until(toy.is_gone, patience=15)
    assert out.count("is ready") == 1
    if "both" not in name and "everything" not in name:
        assert not sockets.exists() or "inner" in name


def toy_has_beat(toy: Toy) -> bool:
    try:
        toy.process("celery", " beat ")
    except AssertionError:
        return False
    return True


def test_tells_the_address_and_the_accounts_and_keeps_secrets(toy: Toy) -> None:
    running = toy.run()
    running.terminate()
    out, _ = running.communicate(timeout=30)
    assert f"http://localhost:{toy.port}" in out
    assert "déléguée@reseau.example" in out
    assert "/dev/mailbox" in out
    assert stat.S_IMODE((toy.instance / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(toy.instance.stat().st_mode) == 0o700


def test_a_second_one_is_told_where_the_first_runs(toy: Toy) -> None:
    toy.run()
    status, _, err = toy.dev("run", PORT=str(toy.port + 1))
    assert (status, err.count("\n")) == (1, 1)
    assert f"It runs already: http://localhost:{toy.port}" in err
    status, _, err = toy.dev("reset", "--yes")
    assert status == 1
    assert "stop it first" in err
    assert toy.page() == "1"


def test_reset_asks_and_begins_again(toy: Toy) -> None:
    running = toy.run()
    sockets = toy.socket_folder()
    kill_all(toy, running.pid)
    toy.close()
    assert sockets.exists()
    before = (toy.instance / "secrets.json").read_text()
    status, _, err = toy.dev("reset")
    assert (status, "--yes" in err) == (2, True)
    assert (toy.instance / "secrets.json").read_text() == before
    assert toy.dev("reset", "--yes")[0] == 0
    assert not sockets.exists()
    toy.run()
    assert toy.page() == "1"
    assert (toy.instance / "secrets.json").read_text() != before
