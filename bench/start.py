"""start_warm_s: from `dev.py run` on an installation that ran before, to its first page."""

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
SERVERS = ("DATABASE_URL", "REDIS_URL", "SMTP_URL")
"""What the start that is measured brings itself."""


def figures() -> Iterator[tuple[str, float, str]]:
    """Seconds to the first page, median of three starts after one that isn't counted."""
    _start()
    yield "start_warm_s", statistics.median(_start() for _ in range(ROUNDS)), "s"


def _start() -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if name not in SERVERS}
    began = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "dev.py", "run"],
        cwd=ROOT,
        env={**ours, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if running.poll() is not None:
                raise SystemExit("dev.py run ended: is another one running? Stop it first.")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def _answers(port: int) -> bool:
    unreachable = contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError)
    with unreachable, urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return bool(answer.status == 200)
    return False
