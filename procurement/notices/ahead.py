"""Records on their way in, read one lot ahead: a second process reads the next while this one writes the last.

Reading asks nothing of the database and is nearly half of an import's work.
"""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from procurement.notices.parsed import ParsedNotice, UnreadableNotice
from procurement.notices.sources import Read

Understood = ParsedNotice | UnreadableNotice
"""What a record says, or why it can't be read."""
_PATIENCE = 5.0
"""Seconds that a process with nothing left to do gets to end."""


@dataclass(frozen=True, slots=True)
class Came:
    """A record with its exact text."""

    record: object
    raw: str
    digest: bytes
    place: int | str | None = None
    """Where it came from, for one that may not tell its number."""
    reason: str = ""
    """Why it can't be read, where that is known before it is looked at."""


def understood(came: Came, read: Read) -> Understood:
    """What `came` says as `read` understands it."""
    if came.reason:
        return UnreadableNotice("", came.reason)
    try:
        return read(came.record)
    except UnreadableNotice as unreadable:
        return unreadable


def read_ahead(
    lots: Iterable[Sequence[Came]], read: Read, *, beside: bool
) -> Generator[list[tuple[Came, Understood]]]:
    """Each lot with what its records say; where `beside`, the next one is being read meanwhile.

    The second process begins with the second lot: one alone gives it nothing to do beside. Where it can't be had (a
    single processor; other threads, whose locks a fork would copy), or dies, all is read here.
    """
    second = _Second(read)
    began: Sequence[Came] | None = None
    try:
        for lot in lots:
            if began is None:
                began = lot
                continue
            found = second.answer(began)
            if beside:
                second.ask(lot)
            yield found
            began = lot
        if began is not None:
            yield second.answer(began)
    finally:
        second.end()


class _Second:
    """The process beside this one."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._process: BaseProcess | None = None
        self._other: Connection | None = None
        self._asked: Sequence[Came] | None = None

    def ask(self, lot: Sequence[Came]) -> None:
        """Have it read `lot`, if it can and if there is anything in it."""
        if not lot:
            return
        if self._process is None and _may_fork():
            context = multiprocessing.get_context("fork")
            self._other, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(self._read, theirs, self._other), daemon=True
            )
            self._process.start()
            theirs.close()
        if self._other is not None:
            try:
                self._other.send(lot)
                self._asked = lot
            except (OSError, ValueError):  # it died, or this is more than a pipe takes
                self.end()

    def answer(self, lot: Sequence[Came]) -> list[tuple[Came, Understood]]:
        """What `lot` says: by its answer where it was asked, else read here."""
        if self._other is not None and self._asked is lot:
            try:
                return list(zip(lot, map(_whole, self._other.recv()), strict=True))
            except (OSError, EOFError):
                # What it died of is met, and told, here.
                self.end()
        return [(one, understood(one, self._read)) for one in lot]

    def end(self) -> None:
        """Let it go: it ends when nobody is at the other end."""
        if self._other is not None and self._process is not None:
            self._other.close()
            self._other = None
            self._process.join(_PATIENCE)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()


def _may_fork() -> bool:
    return (
        "fork" in multiprocessing.get_all_start_methods()
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1
    )


def _serve(read: Read, ours: Connection, other: Connection) -> None:
    """Read what comes, until nobody sends any more."""
    # Else this process itself would keep the first one's end open.
    other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # The first process's connections are its own: nothing of them is ever cleared away here.
    gc.freeze()
    while True:
        try:
            lot = ours.recv()
        except (OSError, EOFError):
            return
        ours.send([_plain(understood(one, read)) for one in lot])


_Plain = ParsedNotice | tuple[str, str, dict[str, object]]


def _plain(found: Understood) -> _Plain:
    """What travels; a refusal as what it is made of."""
    return found if isinstance(found, ParsedNotice) else (found.source_id, found.message, dict(found.params))


def _whole(said: _Plain) -> Understood:
    return said if isinstance(said, ParsedNotice) else UnreadableNotice(said[0], said[1], **said[2])
