"""A worker and a beat alive, on a database, a Valkey database and an SMTP server of their own; a clock to move them."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from config import Settings
from procurement import create_app
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.embedded import suite
from procurement.embedded.smtp import SmtpServer
from tests.live import Product, product, until

VALKEY = 60
"""Of Valkey's databases, the one for these tests."""


class Installation:
    """The product's worker and beat, seen from a test: its clock, its database, the mail it sends."""

    def __init__(self, running: Product, app: Flask, smtp: SmtpServer) -> None:
        self.running = running
        self.app = app
        self.smtp = smtp
        self.valkey = redis.Redis.from_url(running.env["REDIS_URL"])
        self._weeks = 0

    def a_monday(self) -> datetime:
        """A Monday that no test has seen yet, at midnight UTC; the clock only goes forward."""
        self._weeks += 8
        return datetime(2027, 1, 4, tzinfo=UTC) + timedelta(weeks=self._weeks)

    def move_clock(self, instant: datetime) -> None:
        """From now on it is `instant` for worker and beat, and for this process inside `writing()`."""
        offset = instant - datetime.now(UTC)
        fresh = self.running.clock_file.with_suffix(".fresh")
        fresh.write_text(str(offset.total_seconds()))
        fresh.replace(self.running.clock_file)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction on the product's database, at the product's time."""
        clock.follow_file(self.running.clock_file)
        try:
            with self.app.app_context(), transaction():
                yield
        finally:
            clock.follow_file(None)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The product's database as it is now."""
        with self.app.app_context():
            yield
            db.session.rollback()

    def wait(self, condition: Callable[[], bool], patience: float = 30) -> None:
        """Wait until something holds of the product's database."""

        def holds() -> bool:
            with self.reading():
                return condition()

        until(holds, patience)

    def received(self) -> Counter[str]:
        """How many messages each address has received."""
        return Counter(name for mail in self.smtp.messages for name in mail.recipients)

    def start(self, *names: str) -> None:
        """Start parts that aren't running: worker, beat."""
        self.running.start(*(name for name in names if name not in self.running.parts))

    def second(self, name: str) -> Product:
        """Another worker or beat beside the first; stop it with `.stop()`."""
        other = Product(self.running.folder, self.running.env["DATABASE_URL"], self.running.env["REDIS_URL"])
        other.env = self.running.env | {"SPOOL_DIR": str(self.running.folder / "elsewhere")}
        other.start(name)
        return other


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation, for one file of tests."""
    folder: Path = tmp_path_factory.mktemp("reliability")
    with (
        SmtpServer() as smtp,
        product(
            folder,
            os.environ["TEST_DATABASE_ADMIN_URL"],
            os.environ["TEST_DATABASE_TEMPLATE"],
            suite.database_index(os.environ["TEST_REDIS_URL"], VALKEY),
            f"reliability_{os.getpid()}",
        ) as running,
    ):
        running.env["SMTP_URL"] = smtp.url
        app = create_app(
            Settings(
                database_url=running.env["DATABASE_URL"],
                redis_url=running.env["REDIS_URL"],
                smtp_url=smtp.url,
                secret_key=running.env["SECRET_KEY"],
            )
        )
        yield Installation(running, app, smtp)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def installation(alive: Installation) -> Iterator[Installation]:
    """The installation with its worker and beat running, its outbox empty and its SMTP server well."""
    alive.smtp.heal()
    alive.smtp.clear()
    alive.start("worker", "beat")
    yield alive
    alive.smtp.heal()
