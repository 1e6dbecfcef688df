"""Many rows as one parameter of one statement, whatever their number."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import BigInteger, Column, TableValuedAlias, any_, func, literal
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine


def recordset(
    name: str, columns: Mapping[str, TypeEngine[Any]], rows: Iterable[Mapping[str, Any]]
) -> TableValuedAlias:
    """`rows` as a table called `name`, to select from or to join; each row has the keys of `columns`."""
    data = [{key: _plain(row[key]) for key in columns} for row in rows]
    made: list[Column[Any]] = [sql_column(key, kind) for key, kind in columns.items()]  # type: ignore[misc]
    return (
        func.jsonb_to_recordset(literal(data, JSONB))
        .table_valued(*made, name=name)
        .render_derived(with_types=True)
    )


def ids(values: Iterable[int | None]) -> list[int]:
    """Each of `values` once, in order, None left out."""
    return sorted({value for value in values if value is not None})


def among(values: Iterable[int | None]) -> Any:
    """What a column equals when it is one of `values`: one parameter, however many they are."""
    return any_(literal(ids(values), ARRAY(BigInteger)))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | time) else value
