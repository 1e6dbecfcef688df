"""A product small enough to be started and killed often, in a checkout of its own, run by the real ``dev.py``.

Its web server, worker and beat are real; its pages and its tables are next to nothing.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devtools import leftovers

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

APP = """
import os
import click
import psycopg
from flask import Flask

def database():
    return psycopg.connect("postgresql" + os.environ["DATABASE_URL"].partition("+psycopg")[2])

def create_app():
    app = Flask(__name__)

    @app.get("/")
    def home():
        with database() as connection:
            return str(connection.execute("SELECT count(*) FROM thing").fetchone()[0])

    @app.cli.group("db")
    def group():
        pass

    @group.command()
    def upgrade():
        with database() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS thing (name text)")
            connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")

    @app.cli.group()
    def demo():
        pass

    @demo.command()
    @click.option("--yes", is_flag=True)
    def load(yes):
        with database() as connection:
            connection.execute("INSERT INTO thing VALUES ('demo')")

    @demo.command()
    def accounts():
        click.echo("déléguée@reseau.example  mot de passe")

    @app.cli.command()
    @click.argument("status", type=int)
    def leave(status):
        with database() as connection:
            click.echo(connection.execute("SELECT count(*) FROM thing").fetchone()[0])
        raise SystemExit(status)

    return app
"""
WORKER = """
import os
from celery import Celery
celery = Celery("toy", broker=os.environ["REDIS_URL"])
celery.conf.broker_connection_retry_on_startup = True
celery.conf.beat_scheduler = "celery.beat:Scheduler"
"""
MIGRATION = 'revision: str = "0001"\ndown_revision = None\n'


def until(what: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until ``what()`` is true and return it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {patience} s")


class Toy:
    """The toy's checkout in ``folder``. ``run()`` starts it; ``dev(…)`` runs another verb to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.instance = folder / "instance"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        for name in ("procurement", "workers", "migrations/versions"):
            (folder / name).mkdir(parents=True)
        for name in ("devtools", "procurement/embedded"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("dev.py", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / "procurement/__init__.py").write_text(APP)
        (folder / "workers/app.py").write_text(WORKER)
        (folder / "migrations/versions/0001_things.py").write_text(MIGRATION)
        ours = (
            "DATABASE_URL",
            "REDIS_URL",
            "SMTP_URL",
            "INSTANCE_DIR",
            "PUBLIC_URL",
            "SECRET_KEY",
            "SEAL_KEYS",
            "SECOND_FACTOR",
            leftovers.NAME,
        )
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        self.env = {**kept, "PORT": str(self.port)}
        self.started: list[subprocess.Popen[str]] = []

    def run(self, **env: str) -> "subprocess.Popen[str]":
        """Start ``dev.py run`` and return when its page answers; fails when it ends before."""
        running = self.begin("run", **env)
        until(lambda: self.page() is not None or running.poll() is not None)
        assert running.poll() is None, running.communicate()
        until(lambda: self.state().get("url"))
        return running

    def begin(self, *words: str, **env: str) -> "subprocess.Popen[str]":
        """Start a verb and return at once. It leads a process group, like a command of a shell."""
        begun = subprocess.Popen(
            [sys.executable, "dev.py", *words],
            cwd=self.folder,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(begun)
        return begun

    def dev(self, *words: str, **env: str) -> tuple[int, str, str]:
        """Run a verb to its end; returns status, output and errors."""
        begun = self.begin(*words, **env)
        out, err = begun.communicate(timeout=PATIENCE)
        return begun.returncode, out, err

    def page(self) -> str | None:
        """Return what the page says, None while it says nothing."""
        unreachable = contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError)
        with unreachable, urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
            return str(answer.read().decode())
        return None

    def state(self) -> dict[str, Any]:
        """Return what the running one says of itself."""
        with contextlib.suppress(OSError, ValueError):
            state: dict[str, Any] = json.loads((self.instance / "running.json").read_text())
            return state
        return {}

    def processes(self) -> list[int]:
        """Return every process that belongs to it, save dev.py's own two."""
        return leftovers.processes_of(self.instance)

    def process(self, *words: str) -> int:
        """Return the first process whose command line holds all these words."""
        for pid in sorted(self.processes()):
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
                if all(word in line for word in words):
                    return pid
        raise AssertionError(f"no process like {words}")

    def is_gone(self) -> bool:
        """Tell whether no process of it is left and its port is free."""
        return not self.processes() and self.page() is None

    def socket_folder(self) -> Path:
        """Return where PostgreSQL's socket is."""
        return Path((self.instance / "postgres/socket").read_text())

    def close(self) -> None:
        """End everything."""
        for running in self.started:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
            running.communicate(timeout=PATIENCE)
