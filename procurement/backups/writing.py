"""An archive being written: beside its final name, read again and checked, then renamed."""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from psycopg import Connection, sql

from procurement.backups import tables
from procurement.backups.manifest import FORMAT, NAME, Counter, Manifest, Table, file_piece, table_piece
from procurement.backups.reading import whole
from procurement.core.errors import Conflict
from procurement.core.i18n import N_
from procurement.core.storage import open_kept, sha256_of

PIECE = 1 << 18
"""Bytes copied at a time."""


class Writer:
    """An archive on its way. Memory grows with the number of files (a kilobyte each), never with their size."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._tables: dict[str, Table] = {}
        self._sequences: dict[str, Counter] = {}
        self._files: dict[str, int] = {}
        self._lost: list[str] = []
        self._schema = ""

    def add_rows(self, connection: Connection) -> None:
        """Add all tables, then the sequences, by a connection in a transaction that sees one instant.

        Sequences are read last, as no transaction holds them: none stands behind a row. Raises Conflict for a
        database without the product's tables.
        """
        with connection.cursor() as cursor:
            tables.settle(cursor)
            version = tables.version(cursor)
            if version is None:
                raise Conflict(
                    N_("This database holds nothing of the application: there is nothing to back up.")
                )
            self._schema = version
            for name, columns in tables.tables(cursor).items():
                out = sql.SQL("COPY {} ({}) TO STDOUT").format(
                    sql.Identifier(name), tables.identifiers(columns)
                )
                digest = hashlib.sha256()
                with (
                    self._archive.open(table_piece(name), "w", force_zip64=True) as piece,
                    cursor.copy(out) as copy,
                ):
                    for data in copy:
                        digest.update(data)
                        piece.write(data)
                self._tables[name] = Table(columns=columns, rows=cursor.rowcount, sha256=digest.hexdigest())
            self._sequences = {
                name: Counter(last=last, called=called)
                for name, (last, called) in tables.sequences(cursor).items()
            }

    def add_files(self, files: Mapping[bytes, int]) -> None:
        """Add files of the store by their SHA-256. One that isn't there, or isn't whole, is noted as lost."""
        for digest, size in files.items():
            if not self._add_file(digest):
                self._lost.append(digest.hex())
            else:
                self._files[digest.hex()] = size

    def _add_file(self, digest: bytes) -> bool:
        try:
            file = open_kept(digest)
        except FileNotFoundError:
            return False
        with file:
            if sha256_of(file) != digest.hex():
                return False
            file.seek(0)
            # What people send is compressed already.
            info = zipfile.ZipInfo(file_piece(digest.hex()))
            with self._archive.open(info, "w", force_zip64=True) as piece:
                while data := file.read(PIECE):
                    piece.write(data)
        return True

    def finish(self, made_at: datetime, marks: Sequence[str]) -> Manifest:
        """Add what the archive holds, and say it."""
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at,
            schema_version=self._schema,
            marks=marks,
            tables=self._tables,
            sequences=self._sequences,
            files=self._files,
            lost=self._lost,
        )
        self._archive.writestr(NAME, manifest.model_dump_json(indent=1))
        return manifest


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """An archive to be filled; at the end it stands at `path`, whole and checked, readable by its owner only.

    Raises Conflict where something stands there already, OSError where it can't be written, Invalid where what was
    written can't be read again. In all these cases, and if the block raises, nothing is left behind.
    """
    if path.exists():
        raise Conflict(N_("%(path)s is there already: it stays as it is. Choose another name."), path=path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        with whole(beside):
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
