"""Programs that come from the system: found, or installed by its package manager where we may."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from devtools.console import say

TESTED_WITH = {"dovecot": "dovecot-imapd", "clamd": "clamav-daemon"}
"""Programs of which tests start one of their own, each with the Debian package that brings it. Where one is missing
and can't be installed, those tests are skipped and say so."""

PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where servers stand, and where the search path of an ordinary user doesn't look."""
_START_NOTHING = Path("/usr/sbin/policy-rc.d")


def find(program: str) -> str | None:
    """Return the path of a program, or None."""
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *PLACES)))


def ensure_for_tests() -> None:
    """Install what is missing of ``TESTED_WITH``, if we may; say so when we can't."""
    for program, package in TESTED_WITH.items():
        if find(program) is None and may_install():
            say(f"Installing {package} for the tests (apt-get)")
            install(package)
            if find(program) is None:
                say(f"{package} can't be installed: the tests that need {program} are skipped.")


def may_install() -> bool:
    """Tell whether packages can be installed: as root, on a system that has apt-get."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> bool:
    """Install a package of the system, starting none of its servers; tell whether that succeeded."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]
    _succeeds([*quiet, "update"], environment)
    with _nothing_started():
        return _succeeds([*quiet, "install", "-y", "--no-install-recommends", package], environment)


@contextlib.contextmanager
def _nothing_started() -> Iterator[None]:
    """Have packages start no server when they are installed, as Debian's own policy file says it."""
    if _START_NOTHING.exists():
        yield
        return
    _START_NOTHING.write_text("#!/bin/sh\nexit 101\n")
    try:
        _START_NOTHING.chmod(0o755)
        yield
    finally:
        _START_NOTHING.unlink(missing_ok=True)


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0
