"""The database: the base of all tables, and the one transaction at the edge."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, ColumnElement, DateTime, MetaData, Select, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry


class Base(DeclarativeBase):
    """Base of every table. Instants are aware, text is unbounded, constraints have names that don't change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(type_annotation_map={datetime: DateTime(timezone=True), str: Text()})


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Identified:
    """Mix-in: a number given by the database is the row's identity."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)


@contextmanager
def transaction() -> Iterator[None]:
    """The one transaction of a write request, a task's step or a command: commit at its end, or nothing.

    Needs an application context. Nothing else in the product commits, and nothing leaves the process inside it.
    Raises RuntimeError when one is already open: two edges can't both decide.
    """
    session = db.session()
    if session.info.get("edge"):
        raise RuntimeError("a transaction is already open: only the edge opens one")
    session.info["edge"] = True
    try:
        yield
        session.flush()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("edge", None)


def add(row: Any) -> Any:
    """Add `row` to the session and flush it, so that it has its id; returns it."""
    db.session.add(row)
    db.session.flush()
    return row


def one_of(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether `column` is one of `values`, however many: they travel as one array, so the statement stays the same."""
    return cast("ColumnElement[bool]", column == any_(literal(list(values), ARRAY(column.type))))


def estimate(query: Select[Any]) -> int:
    """How many rows the database expects of `query`, without running it: right within a factor, in a millisecond."""
    compiled = query.compile(db.engine, compile_kwargs={"render_postcompile": True})
    [[plan]] = db.session.connection().exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", dict(compiled.params)
    )
    return int(plan[0]["Plan"]["Plan Rows"])
