"""What all tests stand on: a real PostgreSQL copied from a migrated template, Valkey, and the application on them.

`dev.py test` starts the servers and says where they are in the environment (see procurement/embedded/suite.py); so does
a plain `python -m pytest`. Each test process then gets DATABASE_URL and REDIS_URL of its own.
"""

import os
from collections.abc import Iterator

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from devtools.pytest_servers import pytest_configure, pytest_unconfigure  # noqa: F401 - pytest calls them
from procurement import create_app, equip_process
from procurement.accounts import sessions
from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import Base, db
from procurement.web.libraries import limiter
from tests.undone import undone

# Speed is measured in bench/, never asserted: a busy machine fails no test.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this test process: a database of its own, the suite's Valkey, a mail address nobody listens on."""
    return Settings(
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
        smtp_url=os.environ.get("SMTP_URL", "smtp://127.0.0.1:9"),
        secret_key="tests-only-secret-key-0123456789abcdef",
        seal_keys="tests-only-sealing-key-0123456789abcdef",
        second_factor="offered",
        public_url="http://localhost",
        embedded=True,
        mailbox_dir=tmp_path_factory.mktemp("mailbox"),
        storage_dir=tmp_path_factory.mktemp("files"),
        register_url="http://127.0.0.1:9",
    )


@pytest.fixture(scope="session")
def whole_app(settings: Settings) -> Iterator[Flask]:
    """The application, once a test process; its connections are closed at the end."""
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(whole_app: Flask, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application inside a context. What the test writes is rolled back; with the mark `committing` it is
    committed for real, for other processes to see, and all tables are emptied afterwards. The process's own store
    and keys are put back first: an application that another test made may have brought others."""
    equip_process(settings)
    committing = request.node.get_closest_marker("committing") is not None
    with whole_app.app_context():
        if committing:
            yield whole_app
            db.session.remove()
            _empty(db.engine)
            return
        with undone(whole_app):
            yield whole_app


def _empty(engine) -> None:
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture
def session(app: Flask) -> Session:
    """The database session of the test's own context."""
    return db.session()


class Visitor(FlaskClient):
    """A browser; `sign_in(user)` makes it that person's."""

    def open(self, *args, **kwargs):
        """As Flask's, on what the test has prepared. What a request keeps for itself is forgotten first: the test's
        context outlives requests. A refused form rolls back no further than its own request.
        """
        db.session.commit()
        for name in list(g):
            g.pop(name)
        return super().open(*args, **kwargs)

    def sign_in(self, user: User) -> "Visitor":
        """From now on requests are this person's, the second factor given; returns itself."""
        opened = sessions.begin(user, browser="", via="password", proved_at=clock.now())
        with self.session_transaction() as state:
            state["_user_id"] = user.fs_uniquifier
            state["_fresh"] = True
            state[sessions.NAME] = opened.id
        return self


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A visitor's browser; `client.sign_in(user)` makes it somebody's."""
    app.test_client_class = Visitor
    return app.test_client()


@pytest.fixture
def browser_of(app: Flask):
    """Give a browser signed in as a person: `browser_of(user)`; several people at once are several browsers."""
    app.test_client_class = Visitor

    def make(user: User) -> Visitor:
        return app.test_client().sign_in(user)

    return make
