"""Many rows written at once, past the session: one statement a table, and its rows travel as one JSON text.

For what comes by the thousand. The rows are not in the session; whoever wants them there reads them, or has
`insert_new` take objects.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Column, Table, inspect, text
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from procurement.core.db import Base, Identified, db


def new_ids(model: type[Identified], count: int) -> list[int]:
    """So many ids for rows of `model` that aren't written yet, in growing order. One statement, or none."""
    if not count:
        return []
    table = _table(model)
    drawn = text(
        "SELECT array_agg(nextval(named)) FROM (SELECT pg_get_serial_sequence(:table, 'id')) AS own (named), generate_series(1, :count)"
    )
    return sorted(db.session.scalars(drawn, {"table": table.name, "count": count}).one())


def insert_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows`, which name the same columns each; the others get their defaults. One statement, or none.

    Raises IntegrityError or DataError, with none of them written, where the database refuses one; TypeError for a
    table that holds something sealed: that is never written in the clear.
    """
    if not rows:
        return
    table = _table(model)
    given = rows[0].keys()
    constants: dict[str, Any] = {}
    makers: dict[str, Any] = {}
    names = []
    for column in table.columns:
        if isinstance(column.type, TypeDecorator):
            raise TypeError(f"{table.name}.{column.name} isn't written as it is said")
        default = _default(column)
        if column.name not in given and default is not None:
            (makers if default.is_callable else constants)[column.name] = default.arg
        if column.name in given or default is not None:
            names.append(f'"{column.name}"')
    written = [
        {**constants, **{name: make(None) for name, make in makers.items()}, **row}
        if makers
        else {**constants, **row}
        for row in rows
    ]
    columns = ", ".join(names)
    db.session.execute(
        text(
            f"INSERT INTO {table.name} ({columns}) "  # noqa: S608 - names of our own tables
            f"SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
        ),
        {"rows": json.dumps(written, separators=(",", ":"), default=_plain)},
    )


def insert_new(objects: Sequence[Any]) -> None:
    """Write objects of one mapped class that nothing has written yet; from then on they are in the session, with ids.

    What hangs on their relations isn't written; columns that they don't say get their defaults. Raises as `insert_rows`.
    """
    if not objects:
        return
    model = type(objects[0])
    written = [
        attribute for attribute in inspect(model).column_attrs if attribute.columns[0].computed is None
    ]
    absent = {attribute.key: _default(attribute.columns[0]) for attribute in written}
    names = {attribute.key: attribute.columns[0].name for attribute in written}
    rows = []
    for one, number in zip(objects, new_ids(model, len(objects)), strict=True):
        one.id = number
        said = vars(one)
        for key, default in absent.items():
            if key not in said:
                # What the row gets is on the object too: nobody asks the database for it again.
                set_committed_value(one, key, _made(default))
        rows.append({name: said[key] for key, name in names.items()})
    insert_rows(model, rows)
    for one in objects:
        make_transient_to_detached(one)
    db.session.add_all(objects)


def _table(model: type[Any]) -> Table:
    return cast("Table", model.__table__)


def _default(column: Column[Any]) -> Any:
    """The value, or what makes it, that Python gives a column; None where the database does, or nobody."""
    return column.default if column.default is not None and not column.default.is_sequence else None


def _made(default: Any) -> Any:
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _plain(value: object) -> str:
    """What JSON has no form for, as the database reads it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
