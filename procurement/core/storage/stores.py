"""Where the bytes of files are: a folder, addressed by SHA-256.

A file appears under its address whole or not at all: it is written beside, flushed to the disk, then renamed.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, Protocol


class Store(Protocol):
    """What keeps bytes by their digest (64 hexadecimal figures)."""

    def arriving(self) -> "Arrival":
        """A file being written, that nobody finds before `keep` is called for it."""

    def keep(self, arrival: "Arrival", digest: str) -> None:
        """Put what has arrived under `digest`. Doing it twice is harmless."""

    def open(self, digest: str) -> BinaryIO:
        """What is kept under `digest`, to be read and closed. Raises FileNotFoundError."""

    def kept_before(self, instant: datetime) -> Iterator[str]:
        """The digests of what is kept and was put there before `instant`, by the machine's or the store's clock."""

    def has(self, digest: str) -> bool:
        """Whether something is kept under `digest`."""

    def remove(self, digest: str) -> None:
        """Forget what is kept under `digest`; harmless where there is nothing."""

    def drop_partial(self, instant: datetime) -> int:
        """Forget what was arriving before `instant` and never came to its end; returns how many files."""


class Arrival:
    """A file while it is being received: `file` to write to, `path` where it can be looked at meanwhile."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(suffix=".partial", dir=folder)
        self.path = Path(name)
        self.file = os.fdopen(number, "w+b")

    def flush_to_disk(self) -> None:
        """Everything written stands on the disk from here on."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def drop(self) -> None:
        """Forget it, unless it has been kept."""
        self.file.close()
        self.path.unlink(missing_ok=True)


class LocalStore:
    """A folder: `ab/cdef…`, two figures of the digest as a folder each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.folder / digest[:2] / digest[2:]

    def arriving(self) -> Arrival:
        """A file in the folder's own `partial`, so that renaming it is one step of the disk."""
        return Arrival(self.folder / "partial")

    def keep(self, arrival: Arrival, digest: str) -> None:
        """Flush, rename, flush the folder: a machine that stops at any moment leaves all of it or nothing."""
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        arrival.flush_to_disk()
        arrival.path.chmod(0o400)
        arrival.path.replace(path)
        for folder in (path.parent, self.folder):
            _flush_folder(folder)

    def open(self, digest: str) -> BinaryIO:
        """The file. Raises FileNotFoundError."""
        return self._path(digest).open("rb")

    def kept_before(self, instant: datetime) -> Iterator[str]:
        """By when each file was written; what is still arriving isn't kept yet."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            digest = path.parent.name + path.name
            if len(digest) == 64 and datetime.fromtimestamp(path.stat().st_mtime, UTC) < instant:
                yield digest

    def has(self, digest: str) -> bool:
        """Whether the file is there."""
        return self._path(digest).is_file()

    def remove(self, digest: str) -> None:
        """Unlink the file."""
        self._path(digest).unlink(missing_ok=True)

    def drop_partial(self, instant: datetime) -> int:
        """What a crash left in `partial`."""
        return drop_old(self.folder / "partial", instant)


def drop_old(folder: Path, instant: datetime) -> int:
    """Unlink the arrivals of a folder that nobody has written to since `instant`; returns how many."""
    old = [p for p in folder.glob("*.partial") if datetime.fromtimestamp(p.stat().st_mtime, UTC) < instant]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class _Chosen:
    """The store of this process, given once by who starts it."""

    def __init__(self) -> None:
        self.store: Store | None = None


_chosen = _Chosen()


def use(store: Store) -> None:
    """From now on files of this process are in `store`."""
    _chosen.store = store


def the_store() -> Store:
    """The store of this process. Raises RuntimeError when nobody has given one."""
    if _chosen.store is None:
        raise RuntimeError("no store for files: call storage.use() first")
    return _chosen.store


@contextmanager
def receiving() -> Iterator[Arrival]:
    """A file being received by this process's store; forgotten at the end unless it was kept."""
    arrival = the_store().arriving()
    try:
        yield arrival
    finally:
        arrival.drop()


def kept_before(instant: datetime) -> Iterator[str]:
    """The digests (64 hexadecimal figures) of what was put into the store before `instant` (aware)."""
    return the_store().kept_before(instant)


def drop_kept(digest: str) -> None:
    """Forget what is kept under this digest: for what nothing names any more. Harmless where there is nothing."""
    the_store().remove(digest)


def open_kept(digest: bytes) -> BinaryIO:
    """What is kept under this SHA-256 (32 bytes), to be read and closed. Raises FileNotFoundError."""
    return the_store().open(digest.hex())


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of what is left to read of a file, in hexadecimal figures."""
    total = hashlib.sha256()
    while piece := file.read(1 << 18):
        total.update(piece)
    return total.hexdigest()


def put_back(source: IO[bytes], digest: str) -> None:
    """Keep what `source` holds under `digest`, as it stood in a store before.

    Raises ValueError, and keeps nothing, where that isn't its digest; OSError where it can't be written.
    """
    with receiving() as arrival:
        shutil.copyfileobj(source, arrival.file, 1 << 18)
        arrival.file.seek(0)
        if sha256_of(arrival.file) != digest:
            raise ValueError("not what was kept under this digest")
        the_store().keep(arrival, digest)


def is_kept(digest: bytes) -> bool:
    """Whether the store of this process has a file of this SHA-256 (32 bytes)."""
    return the_store().has(digest.hex())


def drop_partial(instant: datetime) -> int:
    """Forget what was arriving on this machine before `instant` and never came to its end; returns how many files."""
    return the_store().drop_partial(instant)
