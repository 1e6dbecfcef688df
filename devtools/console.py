"""What ``dev.py`` tells the person in front of it. Everything goes to standard error, save results."""

import contextlib
import errno
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class DevError(Exception):
    """Something that stops us, in one line that says the way out; ``status`` is the exit status."""

    def __init__(self, line: str, status: int = 1) -> None:
        super().__init__(line)
        self.status = status


def instance() -> Path:
    """Return the folder of this installation's data, secrets and logs (INSTANCE_DIR, or ``instance/``)."""
    return Path(os.environ.get("INSTANCE_DIR") or ROOT / "instance").absolute()


def say(line: str) -> None:
    """Tell one line."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def progress(line: str) -> None:
    """Tell how far we are: over the line before on a terminal, else on a line of its own."""
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)


def progress_ends() -> None:
    """End the line of ``progress``."""
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            print(file=sys.stderr, flush=True)


def in_words(error: OSError) -> DevError:
    """Return the failure that tells an ``OSError`` nobody expected."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return full_disk(error.filename or ROOT)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DevError(
            f"{error.filename or ROOT} can't be written: give yourself the right to, or run as its owner."
        )
    return DevError(f"{error.filename or 'The system'}: {error.strerror or error}.")


def full_disk(where: object) -> DevError:
    """Return the failure that tells a full disk."""
    return DevError(f"The disk that holds {where} is full: free some space, then start again.")
