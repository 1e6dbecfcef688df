"""All that the tests and the benches stand on, in a throwaway folder.

``servers(folder)`` gives a PostgreSQL with a migrated template database and a Valkey, and
says where they are by environment variables:

- ``TEST_DATABASE_ADMIN_URL``: the superuser's address, to create and drop databases with
  ``databases.create(admin_url, name, template)``.
- ``TEST_DATABASE_TEMPLATE``: the name of the migrated database; copy it, don't connect to it.
- ``TEST_REDIS_URL``: Valkey's address, databases 0 to 63.

``devtools.pytest_servers`` gives each test process a database and a Valkey database of its
own from these, as ``DATABASE_URL`` and ``REDIS_URL``.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import databases
from .errors import ServerError
from .postgres import Postgres
from .valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "template_procurement"
SETTINGS = {"max_connections": "400"}


@dataclass(frozen=True)
class Suite:
    """Servers that run for tests, and the environment that tells where."""

    postgres: Postgres
    valkey: Valkey
    env: Mapping[str, str]


@contextlib.contextmanager
def servers(folder: Path, *, throwaway: bool = True) -> Iterator[Suite]:
    """Start the servers in ``folder``, migrate the template, and stop them at the end.

    ``throwaway=False`` for benches: PostgreSQL writes as safely as in production.
    Raises ``ServerError``, also when the migrations fail.
    """
    with (
        Postgres(folder / "postgres", throwaway=throwaway, settings=SETTINGS) as postgres,
        Valkey(folder / "valkey") as valkey,
    ):
        migrate(databases.create(postgres.url(), TEMPLATE), valkey.url)
        env = {
            "TEST_DATABASE_ADMIN_URL": postgres.url(),
            "TEST_DATABASE_TEMPLATE": TEMPLATE,
            "TEST_REDIS_URL": valkey.url,
        }
        yield Suite(postgres, valkey, env)


def migrate(database_url: str, redis_url: str) -> None:
    """Bring a database to the newest migration, by the product's own command."""
    env = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "SECRET_KEY": "migrations-sign-nothing-at-all-000",
        "SEAL_KEYS": "migrations-seal-nothing-at-all-000",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "procurement:create_app", "db", "upgrade"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerError(f"The migrations fail on an empty database:\n{done.stderr[-4000:]}")


def database_index(redis_url: str, number: int) -> str:
    """Return the address of another database of the same Valkey."""
    return f"{redis_url.rsplit('/', 1)[0]}/{number}"
