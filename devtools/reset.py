"""``dev.py reset``: forget the data of this installation, after asking."""

import fcntl
import shutil
import sys

from devtools import leftovers
from devtools.console import DevError, instance, say

KEPT = {"lock", "users"}


def reset(*, sure: bool) -> int:
    """Remove everything in the installation's folder; returns the exit status.

    Raises ``DevError`` when it is in use, or when nobody can be asked.
    """
    folder = instance()
    if not folder.exists():
        say("There are no data yet.")
        return 0
    with (folder / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevError("It is running: stop it first (Ctrl-C where it runs), then reset.") from None
        if not sure and not _ask(str(folder)):
            say("Nothing was touched.")
            return 1
        leftovers.clear(folder)
        for entry in folder.iterdir():
            if entry.name not in KEPT:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    say("The data are gone: the next `python3 dev.py run` starts afresh.")
    return 0


def _ask(folder: str) -> bool:
    if not sys.stdin.isatty():
        raise DevError("Nobody is there to be asked: `python3 dev.py reset --yes` does it without asking.", 2)
    answer = input(f"All data in {folder} will be lost (database, files, mails). Type yes to go on: ")
    return answer.strip().lower() in {"yes", "y", "oui", "o"}
