"""What a worker notes on its own disk while it sends: which message it is speaking of, what the server answered.

Settling each message in the database as it leaves would cost a statement a mail; settling them together loses, at
a kill, what the server had already taken. These few bytes survive the kill, and an emptied broker as well: at the
next sweep of the same machine they say what was sent, what wasn't, and which one message is in doubt.
"""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import uuid4


@dataclass(frozen=True)
class Marks:
    """What a journal says: messages begun without an answer, and the answers (as code, words) of the others."""

    sweep: str
    begun: frozenset[int] = frozenset()
    answers: dict[int, tuple[str, str]] = field(default_factory=dict)


class Journal:
    """The notes of one batch, written as it is sent. `sweep` is its name, which the rows of the batch bear."""

    def __init__(self, path: Path | None, sweep: str) -> None:
        self.sweep = sweep
        self._path = path
        self._file = path.open("ab", buffering=0) if path is not None else None

    @property
    def kept(self) -> bool:
        """Whether notes are really taken: not when the disk is full. Then send one message at a time."""
        return self._file is not None

    def begins(self) -> bool:
        """Whether notes can be taken at all: a first line is written."""
        return self._note(["sweep", self.sweep])

    def speaking(self, delivery_id: int) -> bool:
        """Note that the text of this message is about to leave. False when it can't be noted: then don't send it."""
        return not self.kept or self._note(["?", delivery_id])

    def answered(self, delivery_id: int, answer: str, said: str) -> None:
        """Note what the server answered."""
        self._note(["=", delivery_id, answer, said])

    def settled(self) -> None:
        """The database knows everything now: the notes have done their work."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop writing; notes that weren't settled stay for the next sweep."""
        if self._file is not None:
            self._file.close()

    def _note(self, words: list[object]) -> bool:
        if self._file is None:
            return False
        line = json.dumps(words, ensure_ascii=True).encode() + b"\n"
        try:
            return self._file.write(line) == len(line)
        except OSError:
            return False


class Spool:
    """The folder of the journals of one installation on this machine."""

    def __init__(self, folder: Path, installation: str) -> None:
        self._folder = folder
        self._mark = sha256(installation.encode()).hexdigest()[:12]

    @contextlib.contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is our turn to sweep: no other process of this machine does so at this moment.

        The lock ends with the process, however it ends. Where it can't be taken at all (a disk that is full), the
        turn is ours: two sweeps at once do no harm.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / f"{self._mark}.lock").open("ab")
        except OSError:
            yield True
            return
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            except OSError:
                pass
            yield True

    @contextlib.contextmanager
    def journal(self) -> Iterator[Journal]:
        """A journal for one batch, closed at the end; without notes where none can be taken."""
        sweep = uuid4().hex
        try:
            journal = Journal(self._folder / f"{self._mark}-{sweep}.journal", sweep)
        except OSError:
            journal = Journal(None, sweep)
        if not journal.begins():
            journal.close()
            journal.settled()
            journal = Journal(None, sweep)
        try:
            yield journal
        finally:
            journal.close()

    def left(self) -> list[Marks]:
        """What sweeps that died left behind. To be asked during our turn: nobody else is writing then."""
        paths = sorted(self._folder.glob(f"{self._mark}-*.journal"))
        return [_read(path, path.stem.partition("-")[2]) for path in paths]

    def forget(self, sweep: str) -> None:
        """What a dead sweep left has been settled."""
        with contextlib.suppress(OSError):
            (self._folder / f"{self._mark}-{sweep}.journal").unlink(missing_ok=True)


def _read(path: Path, sweep: str) -> Marks:
    """The marks of a journal; a last line cut short by the kill is no answer."""
    begun: set[int] = set()
    answers: dict[int, tuple[str, str]] = {}
    for line in path.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            match json.loads(line):
                case ["?", int(delivery_id)]:
                    begun.add(delivery_id)
                case ["=", int(delivery_id), str(answer), str(said)]:
                    answers[delivery_id] = (answer, said)
    return Marks(sweep, frozenset(begun - answers.keys()), answers)
