"""Give every test process a database and a Valkey database of its own.

``tests/conftest.py`` imports the two hooks. Under ``dev.py test`` the servers run already; a
plain ``python -m pytest`` starts them, in a temporary folder, and stops them at the end.
"""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from procurement.embedded import databases, suite

_STACK = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Set DATABASE_URL and REDIS_URL for this process, before any test is collected."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None and "TEST_DATABASE_ADMIN_URL" not in os.environ:
        _start_servers()
    if worker is None and getattr(config.option, "numprocesses", None):
        return  # the processes that run tests come next
    number = 1 + int(worker.removeprefix("gw")) if worker else 0
    admin, template = os.environ["TEST_DATABASE_ADMIN_URL"], os.environ["TEST_DATABASE_TEMPLATE"]
    name = f"test_{os.getpid()}"
    os.environ["DATABASE_URL"] = databases.create(admin, name, template)
    os.environ["REDIS_URL"] = suite.database_index(os.environ["TEST_REDIS_URL"], number % 64)
    _STACK.callback(databases.drop, admin, name)


def pytest_unconfigure() -> None:
    """Drop this process's database; stop what ``pytest_configure`` started."""
    _STACK.close()


def _start_servers() -> None:
    # Nobody cleans up after a plain pytest but itself, also when it is told to end.
    signal.signal(signal.SIGTERM, lambda _number, _frame: pytest.exit("SIGTERM", 143))
    folder = Path(tempfile.mkdtemp(prefix="mg-test-"))
    folder.chmod(0o711)
    _STACK.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(_STACK.enter_context(suite.servers(folder)).env)
