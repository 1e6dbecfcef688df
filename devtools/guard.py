"""Run a verb's inner half in ``.venv``, and see that nothing outlives either half.

The halves hold the ends of a socket. When this half ends, however it ends, the inner one
reads the end of the socket and stops everything. When the inner half is killed, this one
finds in the socket which process groups it had started, and stops those.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from types import FrameType

from devtools.console import ROOT
from devtools.venv import PYTHON, VENV

PATIENCE = 5.0
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_inside(verb: str, arguments: Sequence[str], extra: dict[str, str] | None = None) -> int:
    """Run ``python -m devtools.inside VERB ARGUMENTS`` and return its exit status.

    Signals that ask us to end are handed on. ``extra`` is added to its environment.
    """
    ours, theirs = socket.socketpair()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(VENV / "pycache"),
        "DEV_LIFELINE": str(theirs.fileno()),
        **(extra or {}),
    }
    # Compiled once, out of the checkout: without it each start takes some ten seconds more.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    inner: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if inner is None:
            early.append(number)
        else:
            with contextlib.suppress(ProcessLookupError):
                inner.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in FORWARDED}
    try:
        inner = subprocess.Popen(
            [str(PYTHON), "-m", "devtools.inside", verb, *arguments],
            env=environment,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        for number in early:
            inner.send_signal(number)
        status = inner.wait()
        end_groups(_told(ours))
    finally:
        ours.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _told(ours: socket.socket) -> list[tuple[int, signal.Signals]]:
    """Return the groups that the inner half started and did not end, with the signal each obeys."""
    ours.settimeout(0)
    text = b""
    with contextlib.suppress(OSError):
        while more := ours.recv(65536):
            text += more
    groups: dict[int, signal.Signals] = {}
    for line in text.decode().splitlines():
        word, _, rest = line.partition(" ")
        group, _, number = rest.partition(" ")
        if word == "started":
            groups[int(group)] = signal.Signals(int(number))
        elif word == "ended":
            groups.pop(int(group), None)
    return list(groups.items())


def end_groups(groups: Sequence[tuple[int, signal.Signals]]) -> None:
    """Ask process groups to end, and kill those that don't within ``PATIENCE`` seconds."""
    left = [group for group, number in groups if _signal(group, number)]
    end = time.monotonic() + PATIENCE
    while left and time.monotonic() < end:
        time.sleep(0.05)
        left = [group for group in left if _signal(group, 0)]
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Signal a group; False when it is gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
