"""The application on one connection whose work is taken back: what is done within is seen within, and nowhere after."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Connection

from procurement.core.db import db


@contextmanager
def undone(app: Flask) -> Iterator[Connection]:
    """Inside `app`'s context: commits go no further than this block. Gives the connection that everything uses."""
    engines = db._app_engines[app]
    engine, factory = engines[None], db.session.session_factory
    with engine.connect() as connection:
        outer = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield connection
        finally:
            db.session.remove()
            factory.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            outer.rollback()
