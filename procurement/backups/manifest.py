"""What an archive says it holds: enough to know, before anything is touched, that all of it is there and whole."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

FORMAT = 1
"""Grows when an older product couldn't read what a newer one writes."""

NAME = "manifest.json"


class Table(BaseModel):
    """A table in the archive."""

    model_config = ConfigDict(extra="forbid")

    columns: Sequence[str]
    """In the order of the piece. Those that the database computes aren't there."""
    rows: int
    sha256: str


class Counter(BaseModel):
    """Where a sequence of the database stands."""

    model_config = ConfigDict(extra="forbid")

    last: int
    called: bool
    """Whether `last` has been given out already."""


class Manifest(BaseModel):
    """The contents of an archive."""

    model_config = ConfigDict(extra="forbid")

    format: int
    made_at: datetime
    """When the rows were read: what happened later isn't in it."""
    schema_version: str
    """The migration that the tables stood at."""
    marks: Sequence[str]
    """By which a restore sees whether a key of the backup is missing; tells nothing of it. SECRET_KEY's first."""
    tables: dict[str, Table]
    sequences: dict[str, Counter]
    files: dict[str, int]
    """Bytes of each file, by SHA-256."""
    lost: Sequence[str]
    """Files that rows name and that weren't in the store, or no longer whole, when the archive was made."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def names(self) -> set[str]:
        """The names of all pieces, this one included."""
        return {NAME, *map(table_piece, self.tables), *map(file_piece, self.files)}


def table_piece(table: str) -> str:
    """The name of the piece that holds a table."""
    return f"tables/{table}"


def file_piece(digest: str) -> str:
    """The name of the piece that holds a file."""
    return f"files/{digest}"


def marks_of(keys: Iterable[str]) -> Sequence[str]:
    """Twelve bytes for each key, the same as long as the key is."""
    return [hmac.new(key.encode(), b"mark of a backup", hashlib.sha256).hexdigest()[:24] for key in keys]
