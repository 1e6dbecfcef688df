"""An installation to lose and to bring back: a database, files and a mail server of its own."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask

from procurement.core import storage
from procurement.core.db import db
from procurement.core.storage import LocalStore
from procurement.core.storage.stores import Store
from procurement.embedded import databases
from procurement.embedded.smtp import SmtpServer
from tests.live import Product
from tests.reliability.installation import Installation, installed


class Losable(Installation):
    """An installation whose commands are run as an operator runs them."""

    def __init__(self, running: Product, app: Flask, smtp: SmtpServer) -> None:
        super().__init__(running, app, smtp)
        self.keep_in(LocalStore(running.folder / "files"))

    def keep_in(self, store: Store) -> None:
        """From now on files are in `store`."""
        self.store = store
        storage.use(store)

    def lose(self) -> None:
        """The machine burns: database and files are gone; a new, empty database stands in its place."""
        self.drop()
        for path in sorted((self.running.folder / "files").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def drop(self, template: str | None = None) -> None:
        """The database alone is lost."""
        with self.app.app_context():
            db.engine.dispose()
        admin = os.environ["TEST_DATABASE_ADMIN_URL"]
        databases.create(admin, urlsplit(self.running.env["DATABASE_URL"]).path.strip("/"), template)

    def renew(self) -> None:
        """The tables are there, and nothing in them."""
        self.drop(os.environ["TEST_DATABASE_TEMPLATE"])

    def refused(self, *words: str) -> str:
        """What a command says that ends with status 1."""
        done = self._run(words)
        assert done.exit_code == 1, done.output
        return done.output

    def flask(self, *words: str) -> str:
        """What a command says; AssertionError if it fails."""
        done = self._run(words)
        assert done.exit_code == 0, f"{done.output}{done.exception!r}"
        return done.output

    def _run(self, words: tuple[str, ...]) -> Result:
        """Run a command. Nobody else is connected meanwhile."""
        storage.use(self.store)
        with self.app.app_context():
            db.engine.dispose()
        done = self.app.test_cli_runner().invoke(args=words)
        with self.app.app_context():
            db.session.remove()
        return done


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Losable]:
    """An installation whose tables are empty."""
    folder = tmp_path_factory.mktemp("house")
    with installed(
        folder,
        os.environ["TEST_DATABASE_ADMIN_URL"],
        os.environ["TEST_DATABASE_TEMPLATE"],
        os.environ["REDIS_URL"],
        f"backups_{os.getpid()}",
    ) as found:
        yield Losable(found.running, found.app, found.smtp)
