"""What an archive holds, put back: files first, then all rows in one transaction."""

from collections.abc import Iterable

from psycopg import Connection, Cursor, sql

from procurement.backups import tables
from procurement.backups.reading import Archive
from procurement.core.errors import Conflict
from procurement.core.i18n import N_
from procurement.core.storage import put_back

PIECE = 1 << 20
"""Bytes handed to the database at a time."""


def load_files(archive: Archive) -> int:
    """Put all files of the archive into the store, those that are there already again; returns how many.

    Harmless to what the store has: a file stands under the digest of what it holds. Raises OSError.
    """
    for digest in archive.manifest.files:
        with archive.file(digest) as file:
            put_back(file, digest)
    return len(archive.manifest.files)


def load_rows(connection: Connection, archive: Archive) -> int:
    """Replace all rows by the archive's, and have the sequences stand where they stood; returns how many rows.

    In the caller's transaction, by the owner of the tables. Rules of the product that write by themselves rest
    meanwhile; every constraint is proven again. Raises Conflict where the tables aren't those of the archive.
    """
    manifest = archive.manifest
    with connection.cursor() as cursor:
        tables.settle(cursor)
        there = tables.tables(cursor)
        kept = {name: list(table.columns) for name, table in manifest.tables.items()}
        if {name: list(columns) for name, columns in there.items()} != kept:
            raise Conflict(
                N_(
                    "The tables of this database aren't those of the archive. Restore into a new, empty database."
                )
            )
        # What leans on rows is made again when all are there: faster by far, and proven at once.
        references, indexes = tables.references(cursor), tables.indexes(cursor)
        for one in references:
            _alter(cursor, one.table, "DROP CONSTRAINT {}", one.name)
        for name in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables.identifiers(list(there))))
        _each(cursor, there, "DISABLE TRIGGER USER")
        for name, table in manifest.tables.items():
            columns = tables.identifiers(table.columns)
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)
            with archive.table(name) as piece, cursor.copy(into) as copy:
                while data := piece.read(PIECE):
                    copy.write(data)
        _each(cursor, there, "ENABLE TRIGGER USER")
        for definition in indexes.values():
            cursor.execute(definition.encode())
        for one in references:
            _alter(cursor, one.table, "ADD CONSTRAINT {} " + one.definition, one.name)
        for name, counter in manifest.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', counter.last, counter.called])
        # Without it the first questions would be answered by guesswork.
        cursor.execute("ANALYZE")
    return manifest.rows


def _each(cursor: Cursor, names: Iterable[str], what: str) -> None:
    for name in names:
        _alter(cursor, name, what)


def _alter(cursor: Cursor, table: str, what: str, *names: str) -> None:
    """ALTER TABLE; `what` is the product's own or the database's, names are quoted."""
    change = sql.SQL(what).format(*map(sql.Identifier, names))
    cursor.execute(sql.SQL("ALTER TABLE {} ").format(sql.Identifier(table)) + change)
