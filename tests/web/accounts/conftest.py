"""What tests of signing in share."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from procurement.accounts import tokens
from procurement.accounts.tokens import LinkKind
from procurement.web.libraries import limiter


def path_of(row) -> str:
    """The path that a mail would carry for this link, reset or invitation."""
    kinds = {
        "sign_in_link": LinkKind.SIGN_IN,
        "password_reset": LinkKind.RESET,
        "invitation": LinkKind.INVITATION,
        "address_change": LinkKind.ADDRESS,
    }
    return tokens.path(kinds[row.__tablename__], row.id, row.created_at)


@pytest.fixture
def limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted as they are outside tests, from nothing: under a name of this test's own."""
    monkeypatch.setattr(limiter, "_key_prefix", uuid4().hex)
    monkeypatch.setattr(limiter, "enabled", True)


@pytest.fixture
def csrf(app: Flask) -> Iterator[None]:
    """Form tokens are asked for, as they are outside tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        yield
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def statements():
    """Count SQL statements: `with statements() as asked: …` fills `asked` with them."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting
