"""The machine's own Chromium, driven by Playwright, without a word to the network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def executable() -> str:
    """The path of Chromium: CHROMIUM if it is set, else the first that is installed. Raises FileNotFoundError."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("Chromium is needed: apt install chromium, or set CHROMIUM to its path")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the page that people use."""
    page.goto("/connexion")
    form = page.locator("form").filter(has=page.get_by_label("Mot de passe"))
    form.get_by_label("Adresse électronique").fill(email)
    form.get_by_label("Mot de passe").fill(password)
    form.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda address: "/connexion" not in address)


def clean(page: Page) -> None:
    """axe finds nothing on this page.

    A click that leads elsewhere returns once the next page begins to arrive: it is read when it has arrived whole.
    """
    page.wait_for_load_state()
    expect(page.get_by_role("contentinfo")).to_be_attached()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == [], page.url
