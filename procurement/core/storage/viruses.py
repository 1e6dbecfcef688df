"""Files searched for viruses by clamd, where one is configured. What can't be searched isn't taken."""

from pathlib import Path

import structlog
from clamav_client.clamd import ClamdError
from clamav_client.scanner import ClamdScanner

from procurement.core.errors import Invalid
from procurement.core.i18n import N_

log = structlog.get_logger(__name__)

PATIENCE = 60.0
"""Seconds for one file."""


class _Chosen:
    """Where this process's clamd is, given once by who starts it; empty: files aren't searched."""

    def __init__(self) -> None:
        self.address = ""


_chosen = _Chosen()


def search_with(address: str) -> None:
    """From now on files are searched by the clamd at `address`: `host:port`, or the path of its socket."""
    _chosen.address = address


def search(path: Path) -> None:
    """Search the file at `path`. Raises Invalid for one that holds a virus, or that can't be searched now."""
    if not _chosen.address:
        return
    try:
        client = ClamdScanner({"backend": "clamd", "address": _chosen.address, "timeout": PATIENCE}).client
        with path.open("rb") as file:
            state, what = client.instream(file).get("stream", ("", ""))
    except (ClamdError, OSError) as error:
        state, what = "", repr(error)
    if state == "FOUND":
        log.warning("virus refused", what=what)
        raise Invalid(N_("This file holds a virus: it isn't taken. Have your computer looked at."))
    if state != "OK":
        log.error("file not searched for viruses", why=what)
        raise Invalid(
            N_("This file couldn't be searched for viruses just now: send it again in a few minutes.")
        )
