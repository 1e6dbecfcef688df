"""What the tests of notifications stand on: a real SMTP server, and the jobs run in this process as the worker would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from procurement.embedded.smtp import SmtpServer
from tests.worker import Worker


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A real SMTP server."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def worker(app: Flask, settings: Settings, smtp: SmtpServer, tmp_path: Path) -> Worker:
    """The worker, on call."""
    return Worker(settings, smtp, tmp_path / "spool")
