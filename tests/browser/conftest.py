"""The product alive on the demo network, and Chromium to use it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from procurement.embedded import suite
from tests.browser.chromium import WIDE, chromium
from tests.live import Product, product

PATIENCE = 30_000
"""Milliseconds that anything may take to show, on a machine with other work; a page that is right shows at once."""
expect.set_options(timeout=PATIENCE)
VALKEY = 50
"""First of Valkey's databases that whole products use; test processes take the low ones."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Web, worker, beat and SMTP server on the demo network, for one file of tests."""
    number = VALKEY + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    folder: Path = tmp_path_factory.mktemp("product")
    with product(
        folder,
        os.environ["TEST_DATABASE_ADMIN_URL"],
        os.environ["TEST_DATABASE_TEMPLATE"],
        suite.database_index(os.environ["TEST_REDIS_URL"], number),
        f"product_{os.getpid()}",
    ) as one:
        one.flask("demo", "load")
        one.start("smtp", "web", "worker", "beat")
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium, for one file of tests."""
    with chromium() as one:
        yield one


@pytest.fixture
def open_page(browser: Browser, running: Product):
    """Open a window of one's own: `open_page()` on a small laptop, `open_page(PHONE)` on a phone."""
    contexts = []

    def make(size: dict[str, int] = WIDE, *, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=running.url,
            viewport=size,
            locale="fr-FR",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
