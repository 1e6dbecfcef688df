"""The database as PostgreSQL's own catalogue tells it: no table is left out because nobody thought of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Cursor, sql

VERSIONS = "alembic_version"
"""The one table that isn't data: the manifest says it."""

SIGNS_OF_LIFE = "heartbeat"
"""Rows that say nothing about whether anybody uses the installation."""

_SETTLED = "; ".join(
    f"SET LOCAL {name} = '{value}'"
    for name, value in {
        "datestyle": "ISO, YMD",
        "intervalstyle": "postgres",
        "timezone": "UTC",
        "bytea_output": "hex",
        "client_encoding": "UTF8",
        "lock_timeout": "10s",
    }.items()
)
"""Values are written and read the same way, whatever the server's settings."""

_TABLES = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> %s
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' ORDER BY c.relname
"""
_REFERENCES = """
SELECT t.relname, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace ORDER BY t.relname, k.conname
"""
_INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid) ORDER BY c.relname
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, as it can be made again."""

    table: str
    name: str
    definition: str


def settle(cursor: Cursor) -> None:
    """From here to the end of the transaction values are written and read in one way. Waits ten seconds for a lock."""
    cursor.execute(_SETTLED)


def tables(cursor: Cursor) -> Mapping[str, Sequence[str]]:
    """The columns of each table of the product that hold data, by table."""
    return dict(cursor.execute(_TABLES, [VERSIONS]).fetchall())


def sequences(cursor: Cursor) -> Mapping[str, tuple[int, bool]]:
    """Where each sequence stands, by name: the last number, and whether it has been given out."""
    names = [name for (name,) in cursor.execute(_SEQUENCES).fetchall()]
    query = sql.SQL("SELECT last_value, is_called FROM {}")
    return {
        name: cursor.execute(query.format(sql.Identifier(name))).fetchone() or (1, False) for name in names
    }


def references(cursor: Cursor) -> Sequence[Reference]:
    """All foreign keys."""
    return [Reference(*row) for row in cursor.execute(_REFERENCES).fetchall()]


def indexes(cursor: Cursor) -> Mapping[str, str]:
    """How each index is made that isn't a constraint's, by name."""
    return dict(cursor.execute(_INDEXES).fetchall())


def version(cursor: Cursor) -> str | None:
    """The migration that the tables stand at; None where there are no tables."""
    there = cursor.execute("SELECT to_regclass(%s)", [VERSIONS]).fetchone()
    if there is None or there[0] is None:
        return None
    row = cursor.execute(sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(VERSIONS))).fetchone()
    return str(row[0]) if row else None


def filled(cursor: Cursor) -> Sequence[str]:
    """The tables in which there is something, those of signs of life left out."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})")
    found = []
    for name in tables(cursor):
        row = cursor.execute(query.format(sql.Identifier(name))).fetchone()
        if row and row[0] and name != SIGNS_OF_LIFE:
            found.append(name)
    return found


def others(cursor: Cursor) -> int:
    """How many others are connected to the database."""
    row = cursor.execute(_OTHERS).fetchone()
    return int(row[0]) if row else 0


def identifiers(names: Sequence[str]) -> sql.Composed:
    """Names, quoted, with commas between."""
    return sql.SQL(", ").join(map(sql.Identifier, names))
