"""Start and stop a server so that it never outlives the one who started it.

Each server leads a session and a process group of its own: a Ctrl-C in the terminal does
not reach it, and the whole group can be signalled at once. On Linux the kernel signals it
when its parent dies, even by ``kill -9``.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

LAUNCH = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.01


def spawn(
    command: Sequence[str],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    uid: int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | Path = "/",
    output: int | IO[bytes] | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
    niceness: int = 0,
) -> subprocess.Popen[bytes]:
    """Start ``command`` (its program given by absolute path) and return the process.

    It gets ``death_signal`` when the calling *thread* ends (Linux): call this from the main
    thread. ``uid`` drops root's rights to that user and the group of the same number.
    ``niceness`` lets others go first (Linux). ``output`` takes both standard output and error (None: those of this process).
    """
    words = list(command)
    if uid is not None or sys.platform == "linux":
        facts = (int(death_signal), -1 if uid is None else uid, os.getpid(), niceness)
        words = [sys.executable, "-I", "-S", str(LAUNCH), *map(str, facts), *words]
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=output,
        stderr=output if output is None else subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        pass_fds=pass_fds,
        start_new_session=True,
        umask=0o077,
    )


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to every process of the group that ``process`` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def stop(process: subprocess.Popen[bytes], number: signal.Signals, patience: float) -> None:
    """Ask ``process`` to end by ``number``; after ``patience`` seconds kill its whole group.

    Whatever the group left behind is killed too. Harmless on a process that has ended.
    """
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    signal_group(process, signal.SIGKILL)
    process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], patience: float) -> bool:
    """Wait until ``ready()`` says yes; False when the process ends or ``patience`` seconds pass."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(POLL_SECONDS)
    return False


def is_alive(pid: int) -> bool:
    """Tell whether a process of that id exists and isn't a zombie (Linux)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
