"""Installations to break: one for each file of tests, or one of a test's own."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from procurement.embedded import suite
from tests.reliability.installation import Installation, installed

VALKEY = 60
"""Of Valkey's databases, the one for these tests: they run one after the other."""


def _on_shared_servers(folder: Path, name: str) -> AbstractContextManager[Installation]:
    return installed(
        folder,
        os.environ["TEST_DATABASE_ADMIN_URL"],
        os.environ["TEST_DATABASE_TEMPLATE"],
        suite.database_index(os.environ["TEST_REDIS_URL"], VALKEY),
        f"reliability_{name}_{os.getpid()}",
    )


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation, for one file of tests."""
    with _on_shared_servers(tmp_path_factory.mktemp("reliability"), "file") as installation:
        yield installation


@pytest.fixture
def installation(alive: Installation) -> Iterator[Installation]:
    """The installation with its worker and beat running, no mail received yet and its SMTP server well."""
    alive.smtp.heal()
    alive.smtp.clear()
    alive.start("worker", "beat")
    yield alive
    alive.smtp.heal()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    """An installation that no other test has moved to another year, its worker and beat running."""
    with _on_shared_servers(tmp_path, "fresh") as installation:
        yield installation
