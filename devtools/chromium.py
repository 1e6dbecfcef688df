"""Find a Chromium for the browser tests, or have the system's package manager install one."""

import os
import shutil
import subprocess
from pathlib import Path

from devtools import system
from devtools.console import DevError, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def ensure() -> str:
    """Return the path of a Chromium that starts, installing one where we may. Raises ``DevError``."""
    found = find()
    if found is None and system.may_install():
        say("Installing Chromium for the browser tests (apt-get)")
        system.install("chromium")
        found = find()
    if found is None:
        raise DevError(
            "The browser tests need Chromium, and there is none: install it (apt install chromium, dnf install "
            "chromium, brew install --cask chromium; or set CHROMIUM to its path), or run the others: "
            "python3 dev.py test --no-browser."
        )
    return found


def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [shutil.which(name) for name in NAMES] + list(APPLICATIONS)
    return next((path for path in candidates if path and Path(path).exists() and _starts(path)), None)


def _starts(path: str) -> bool:
    """Tell whether it says its version: the one of some systems only says how to install it."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0
