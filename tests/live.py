"""The product alive: its own web server, worker, beat and SMTP server as processes, on a database of the test's own.

For tests of what only real processes show. Nothing here is a stand-in: the commands are those of the Procfile.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from procurement.embedded import databases, process

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PATIENCE = 60.0
"""Seconds after which a wait is a failure."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def until(get: Callable[[], T], patience: float = PATIENCE) -> T:
    """Wait until `get()` gives something true and return it; AssertionError after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = get()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"nothing came within {patience:.0f} s")


class Product:
    """One running installation. `url` is its address, `mails()` what its SMTP server received."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.folder = folder
        self.mailbox = folder / "mailbox"
        self.clock_file = folder / "clock"
        self.port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "SECRET_KEY": secrets.token_hex(32),
            "SEAL_KEYS": secrets.token_hex(32),
            "PUBLIC_URL": self.url,
            "EMBEDDED": "1",
            "SECOND_FACTOR": "offered",
            "MAILBOX_DIR": str(self.mailbox),
            "STORAGE_DIR": str(folder / "files"),
            "SPOOL_DIR": str(folder / "spool"),
            "INSTANCE_DIR": str(folder / "instance"),
            "CLOCK_FILE": str(self.clock_file),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "default",
        }
        self.parts: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start these parts: smtp, web, worker, beat."""
        commands = {
            "smtp": [
                sys.executable,
                "-m",
                "devtools.mail",
                "--port",
                str(self.smtp_port),
                "--dir",
                str(self.mailbox),
            ],
            "web": [
                str(BIN / "granian"),
                "--interface",
                "wsgi",
                "--factory",
                "--workers",
                "1",
                "--blocking-threads",
                "8",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "procurement:create_app",
            ],
            "worker": [
                str(BIN / "celery"),
                "-A",
                "workers.app:celery",
                "worker",
                "--concurrency",
                "1",
                "--loglevel",
                "WARNING",
            ],
            "beat": [
                str(BIN / "celery"),
                "-A",
                "workers.app:celery",
                "beat",
                "--loglevel",
                "WARNING",
                "--schedule",
                str(self.folder / "beat"),
            ],
        }
        for name in names:
            log = (self.folder / f"{name}.log").open("ab")
            self.parts[name] = process.spawn(commands[name], env=self.env, cwd=ROOT, output=log)
            log.close()
        if "web" in names:
            until(self._answers)

    def _answers(self) -> bool:
        unreachable = contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError)
        with unreachable, urllib.request.urlopen(self.url + "/", timeout=5) as answer:
            return bool(answer.status == 200)
        if self.parts["web"].poll() is not None:
            raise AssertionError((self.folder / "web.log").read_text()[-3000:])
        return False

    def stop(self, *names: str) -> None:
        """Stop these parts as an operator would; all of them when none is named."""
        for name in names or tuple(self.parts):
            process.stop(self.parts.pop(name), signal.SIGTERM, patience=8)

    def kill(self, name: str) -> None:
        """kill -9 of a part and of all it started."""
        part = self.parts.pop(name)
        process.signal_group(part, signal.SIGKILL)
        part.wait()

    def flask(self, *words: str) -> str:
        """Run a command of the product and return what it printed; AssertionError if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "procurement:create_app", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def demo_password(self) -> str:
        """The password that all demo accounts of this installation share."""
        line = next(line for line in self.flask("demo", "accounts").splitlines() if "password of all" in line)
        return line.split()[-1]

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The messages received so far, oldest first; only those to the address `to`, if one is given."""
        files = sorted(self.mailbox.glob("*.eml")) if self.mailbox.exists() else []
        read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [mail for mail in read if not to or to in str(mail["X-Envelope-To"])]

    def mail(self, to: str, containing: str) -> EmailMessage:
        """Wait for a message to `to` whose subject or text contains `containing`, and return it."""

        def find() -> EmailMessage | None:
            for mail in self.mails(to):
                part = mail.get_body(("plain",))
                if containing in str(mail["Subject"]) or (part and containing in part.get_content()):
                    return mail
            return None

        found = until(find)
        assert found is not None
        return found


@contextlib.contextmanager
def product(folder: Path, admin_url: str, template: str, redis_url: str, name: str) -> Iterator[Product]:
    """An installation on a database of its own, copied from `template` and dropped at the end, all parts stopped."""
    database_url = databases.create(admin_url, name, template)
    running = Product(folder, database_url, redis_url)
    try:
        yield running
    finally:
        running.stop()
        databases.drop(admin_url, name)
