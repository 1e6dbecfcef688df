"""What goes wrong with an embedded server, in words for whoever typed the command."""

import errno
from pathlib import Path

NO_SPACE = "no space left on device"


class ServerError(Exception):
    """A server can't be started; the message is one line and says the way out."""


def tail(log: Path, lines: int = 12) -> str:
    """Return the last ``lines`` lines of a log file, or an empty text when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.strip().splitlines()[-lines:])


def explain(name: str, log: Path, fallback: str) -> ServerError:
    """Return the error to raise when ``name`` doesn't start, from what its log says.

    ``fallback`` is the sentence used when the log names no cause we know.
    """
    said = tail(log)
    if NO_SPACE in said.lower():
        return full_disk(log)
    last = said.splitlines()[-1] if said else ""
    return ServerError(f"{name}: {fallback}" + (f" It said: {last}" if last else "") + f" (log: {log})")


def full_disk(path: Path) -> ServerError:
    """Return the error that tells a full disk."""
    return ServerError(f"The disk that holds {path} is full: free some space, then start again.")


def is_full_disk(error: OSError) -> bool:
    """Tell whether an ``OSError`` means that no space is left (or a quota is reached)."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}
