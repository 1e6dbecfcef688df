"""Statements that a piece of code sends to the database, counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

ACCOUNT = ("FROM user_account", "FROM role_grant", "FROM membership")
"""What loading the signed-in person reads; not counted for a page."""


@contextmanager
def counted(*, account: bool = False) -> Iterator[list[str]]:
    """The statements sent within the block, as a list that grows; those for the person signed in only with `account`."""
    sent: list[str] = []

    def note(_connection, _cursor, sql, _values, _context, _many):
        starts = sql.lstrip().upper()
        if starts.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return
        if account or not any(table in sql for table in ACCOUNT) or "FROM tender" in sql:
            sent.append(sql)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
