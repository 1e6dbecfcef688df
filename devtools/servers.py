"""The servers of an installation: started for whoever comes first, shared with who comes after.

Who holds ``instance/lock`` has started them, and says in ``instance/running.json`` where they
are. Who comes after holds ``instance/users`` shared as long as it uses them.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import psycopg

from devtools import embedded, leftovers
from devtools.console import ROOT, DevError, instance, say
from devtools.keeper import Keeper
from devtools.secrets import secrets_of

DATABASE = "procurement"
PATIENCE = 60.0
# What the product reads, and what we tell others who use the servers we started.
TOLD = (
    *(
        "DATABASE_URL",
        "REDIS_URL",
        "SMTP_URL",
        "SECRET_KEY",
        "SEAL_KEYS",
        "PUBLIC_URL",
        "EMBEDDED",
        "SECOND_FACTOR",
    ),
    *("MAILBOX_DIR", "STORAGE_DIR", "SPOOL_DIR", "CLOCK_FILE", "PYTHONPATH"),
)
HOST = "127.0.0.1"
PYTHON_MODULE = (sys.executable, "-m")


@dataclass
class Installation:
    """An installation whose servers run. ``env`` is what the product needs to know of them."""

    folder: Path
    env: dict[str, str]
    owned: bool  # we started the servers, and hold the lock
    database_is_ours: bool  # the database is embedded
    marker: str

    def announce(self, url: str | None, *, ready: bool = True) -> None:
        """Tell others where the servers are; ``url``: of the web server, when there is one."""
        path = self.folder / "running.json"
        fresh = path.with_suffix(".fresh")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            env = {name: self.env[name] for name in TOLD if name in self.env}
            json.dump({"pid": os.getpid(), "url": url, "env": env, "ready": ready}, file, indent=1)
        fresh.replace(path)


def folder_of() -> Path:
    """Make the installation's folder, for its owner alone, and return it."""
    folder = instance()
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):
        folder.chmod(0o700)
    (folder / "log").mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def own(keeper: Keeper, url: str) -> Iterator[Installation]:
    """Start the servers that the environment doesn't name. Raises ``DevError`` when they run already.

    ``url`` is the address people will type.
    """
    folder = folder_of()
    told = False
    while True:
        with _locked(folder / "lock", wait=False) as lock:
            if lock is not None:
                with _started(keeper, folder, url) as installation:
                    yield installation
                return
        state = _state(folder)
        if state.get("url"):
            raise DevError(
                f"It runs already: {state['url']} (stop it with Ctrl-C there, or `kill {state['pid']}`)."
            )
        if not told:
            say("Another dev.py is using the data: waiting until it ends.")
            told = True
        time.sleep(0.1)


@contextlib.contextmanager
def shared(keeper: Keeper) -> Iterator[Installation]:
    """Use the servers that run, or start them. Raises ``DevError``."""
    folder = folder_of()
    while True:
        with _locked(folder / "lock", wait=False) as lock:
            if lock is not None:
                with _started(
                    keeper, folder, f"http://localhost:{os.environ.get('PORT') or 8000}"
                ) as installation:
                    yield installation
                    # Others may have joined us: they finish first.
                    with _locked(folder / "users", wait=True):
                        (folder / "running.json").unlink(missing_ok=True)
                return
        with _locked(folder / "users", wait=True, alone=False):
            state = _wait_for_state(folder)
            if state is not None:
                env = {**os.environ, **state["env"]}
                yield Installation(folder, env, owned=False, database_is_ours=False, marker="")
                return


def _wait_for_state(folder: Path) -> dict[str, Any] | None:
    """Return what the lock's holder announces; None when it is gone meanwhile."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with _locked(folder / "lock", wait=False) as lock:
            if lock is not None:
                return None
        state = _state(folder)
        if state.get("ready"):
            return state
        time.sleep(0.1)
    raise DevError("dev.py is starting elsewhere and doesn't get ready: stop it, then try again.")


def _state(folder: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads((folder / "running.json").read_text())
    except (OSError, ValueError):
        return {}
    return state


@contextlib.contextmanager
def _locked(path: Path, *, wait: bool, alone: bool = True) -> Iterator[IO[bytes] | None]:
    """Hold a file's lock, which ends with us; gives None when another holds it and we don't wait."""
    with path.open("ab") as file:
        how = (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            yield None
            return
        yield file


@contextlib.contextmanager
def _started(keeper: Keeper, folder: Path, url: str) -> Iterator[Installation]:
    """Start the servers that the environment doesn't name, in ``folder``, and stop them at the end."""
    (folder / "running.json").unlink(missing_ok=True)
    leftovers.clear(folder)
    marker = leftovers.marker(folder)
    secrets = secrets_of(folder)
    env = {
        "SECRET_KEY": secrets["SECRET_KEY"],
        "SEAL_KEYS": secrets["SEAL_KEYS"],
        "PUBLIC_URL": url,
        "STORAGE_DIR": str(folder / "files"),
        "SPOOL_DIR": str(folder / "spool"),
        **{name: value for name, value in os.environ.items() if value},
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    ours = not os.environ.get("DATABASE_URL")
    with contextlib.ExitStack() as stack:
        installation = Installation(folder, env, owned=True, database_is_ours=ours, marker=marker)
        installation.announce(None, ready=False)
        if ours:
            postgres: Any = import_module(f"{embedded.NAME}.postgres").Postgres(
                folder / "postgres", password=secrets["DATABASE_PASSWORD"]
            )
            stack.callback(postgres.stop)
            postgres.start()
            stack.callback(keeper.release, keeper.adopt("postgres", postgres.server, signal.SIGINT))
            env["DATABASE_URL"] = _database(postgres)
        if not os.environ.get("REDIS_URL"):
            valkey: Any = import_module(f"{embedded.NAME}.valkey").Valkey(
                folder / "valkey", password=secrets["REDIS_PASSWORD"]
            )
            stack.callback(valkey.stop)
            valkey.start()
            stack.callback(keeper.release, keeper.adopt("valkey", valkey.server))
            env["REDIS_URL"] = valkey.url
        if not os.environ.get("SMTP_URL"):
            env |= {"EMBEDDED": "1", "MAILBOX_DIR": str(folder / "mailbox")}
            # The demo is looked at by people without the telephone that a delegate has: the page says so.
            env.setdefault("SECOND_FACTOR", "offered")
            mail = _start_mail(keeper, env, marker)
            env["SMTP_URL"] = f"smtp://{HOST}:{mail}"
        try:
            yield installation
        finally:
            (folder / "running.json").unlink(missing_ok=True)
            keeper.end([part for part in keeper.parts if part.name not in {"postgres", "valkey"}])


def _database(postgres: Any) -> str:
    """Make the product's database when it is missing; return its address."""
    databases: Any = import_module(f"{embedded.NAME}.databases")
    admin = postgres.url()
    try:
        if not databases.exists(admin, DATABASE):
            databases.create(admin, DATABASE)
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise DevError(f"PostgreSQL runs, and can't be reached: {error}") from error
        raise DevError(
            f"The data in {postgres.folder} were made with another password than that of secrets.json: put the "
            "old secrets.json back, or begin again with `python3 dev.py reset`."
        ) from None
    address: str = postgres.url(DATABASE)
    return address


def _start_mail(keeper: Keeper, env: dict[str, str], marker: str) -> int:
    """Start the SMTP server on a socket that listens already; return its port."""
    with socket.create_server((HOST, 0)) as listening:
        listening.set_inheritable(True)
        command = [
            *PYTHON_MODULE,
            "devtools.mail",
            "--dir",
            env["MAILBOX_DIR"],
            "--fd",
            str(listening.fileno()),
        ]
        keeper.start(
            "mail", command, {**env, leftovers.NAME: marker}, cwd=ROOT, pass_fds=[listening.fileno()]
        )
        port: int = listening.getsockname()[1]
    return port
