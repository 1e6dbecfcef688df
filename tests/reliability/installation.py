"""A worker and a beat alive, on a database, a Valkey database and an SMTP server of their own; a clock to move them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import redis
from flask import Flask

from config import Settings
from procurement import create_app
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.embedded.smtp import SmtpServer
from tests.live import Product, product, until


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

    def wait(self, condition: Callable[[], bool], patience: float = 60) -> None:
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

    def restart(self, name: str) -> None:
        """kill -9 of a part and of all it started, and another in its place."""
        self.running.kill(name)
        self.start(name)

    @contextmanager
    def second(self, *names: str) -> Iterator[None]:
        """Another worker, or beat, beside the first, as on another machine: it has a spool of its own."""
        other = Product(self.running.folder, self.running.env["DATABASE_URL"], self.running.env["REDIS_URL"])
        other.env = self.running.env | {"SPOOL_DIR": str(self.running.folder / "elsewhere")}
        other.start(*names)
        try:
            yield
        finally:
            other.stop()


@contextmanager
def installed(
    folder: Path, admin_url: str, template: str, redis_url: str, name: str
) -> Iterator[Installation]:
    """An installation whose database `name` is copied from `template`; no part of it runs yet."""
    with SmtpServer() as smtp, product(folder, admin_url, template, redis_url, name) as running:
        running.env["SMTP_URL"] = smtp.url
        app = create_app(
            Settings(
                database_url=running.env["DATABASE_URL"],
                redis_url=running.env["REDIS_URL"],
                smtp_url=smtp.url,
                secret_key=running.env["SECRET_KEY"],
                seal_keys=running.env["SEAL_KEYS"],
            )
        )
        try:
            yield Installation(running, app, smtp)
        finally:
            with app.app_context():
                db.engine.dispose()
