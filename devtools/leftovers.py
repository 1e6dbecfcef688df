"""Find and end what a run left behind when all its keepers were killed at once."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

NAME = "DEV_INSTANCE"
PATIENCE = 3.0


def marker(folder: Path) -> str:
    """Return what every part of that installation carries in its environment, as NAME."""
    return f"{folder}:{os.getuid()}"


def clear(folder: Path) -> None:
    """End every process of that installation, and remove its sockets. Only for the holder of its lock."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = processes_of(folder)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        end = time.monotonic() + PATIENCE
        while left and time.monotonic() < end:
            time.sleep(0.02)
            left = processes_of(folder)
    with contextlib.suppress(OSError):
        sockets = Path((folder / "postgres" / "socket").read_text())
        if sockets.name.startswith("mg-") and not sockets.is_symlink():
            shutil.rmtree(sockets)


def processes_of(folder: Path) -> list[int]:
    """Return the ids of the processes that carry its marker, and of the PostgreSQL that works in it."""
    wanted = f"{NAME}={marker(folder)}".encode()
    if sys.platform != "linux":
        said = subprocess.run(
            ["/bin/ps", "-axEwwo", "pid=,command="], capture_output=True, check=False
        ).stdout
        lines = [line.split(None, 1) for line in said.splitlines() if wanted in line]
        return [int(words[0]) for words in lines if int(words[0]) != os.getpid()]
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                carries = wanted in (entry / "environ").read_bytes().split(b"\0")
                where = (entry / "cwd").readlink()
                if carries or (
                    where.is_relative_to(folder) and (entry / "comm").read_text().startswith("postgres")
                ):
                    found.append(int(entry.name))
    return found
