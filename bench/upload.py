"""upload_vs_disk and upload_rss_mb: a scan of 48 MB through the product, over copying it and flushing the copy to the disk.

The product receives, measures, recognises and keeps it, on granian; memory is what its processes grow by at most while
they do, after a first small file.
"""

import http.client
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import psutil
from pypdf import PdfWriter
from pypdf.generic import StreamObject

from bench.list_page import cookie_of, served
from procurement import create_app
from procurement.core.db import transaction
from tests.factories import make_manager

SIZE, ROUNDS = 48 * 1024 * 1024, 7


class Browser(NamedTuple):
    """A person's browser: the server's port, its cookies and its form token."""

    port: int
    cookie: str
    token: str


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio, median of the rounds after one that isn't counted, and the growth in MB."""
    app = create_app()
    with app.app_context():
        with transaction():
            sender = make_manager()
        cookie = cookie_of(app, sender)
    ratios, growth = [], 0.0
    with (
        tempfile.TemporaryDirectory(dir=os.environ["STORAGE_DIR"]) as folder,
        served("procurement:create_app") as port,
    ):
        browser = _browser(port, cookie)
        _send(browser, _scan(1024 * 1024))
        resting = _memory()
        for _ in range(ROUNDS):
            content = _scan(SIZE)
            source = Path(folder) / "source"
            source.write_bytes(content)
            began = time.perf_counter()
            with source.open("rb") as read, (Path(folder) / "copy").open("wb") as copy:
                shutil.copyfileobj(read, copy)
                copy.flush()
                os.fsync(copy.fileno())
            theirs = time.perf_counter() - began
            began = time.perf_counter()
            _send(browser, content)
            ours = time.perf_counter() - began
            ratios.append(theirs / ours)
            # Whoever looks on takes time: in another turn.
            with _watched() as most:
                _send(browser, _scan(SIZE))
            growth = max(growth, most[0] - resting)
            print(
                f"# round: {SIZE / ours / 1e6:.0f} MB/s, copied {SIZE / theirs / 1e6:.0f} MB/s",
                file=sys.stderr,
            )
    yield "upload_vs_disk", statistics.median(ratios[1:]), "ratio"
    yield "upload_rss_mb", growth / 1e6, "MB"


def _scan(size: int) -> bytes:
    """A PDF that holds a picture's worth of bytes, never the same twice."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    picture = StreamObject()
    picture.set_data(os.urandom(size))
    writer._add_object(picture)  # noqa: SLF001 - it hangs on nothing, as a picture of no page
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _browser(port: int, cookie: str) -> Browser:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/", headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    kept = (response.getheader("Set-Cookie") or cookie).split(";")[0]
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has a form"
    return Browser(port, kept, found[1])


def _send(browser: Browser, content: bytes) -> None:
    """Send a file ahead of its form, as the page's script does."""
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=120)
    headers = {
        "Cookie": browser.cookie,
        "X-CSRFToken": browser.token,
        "X-File-Name": "scan.pdf",
        "Content-Type": "application/octet-stream",
    }
    connection.request("POST", "/fichiers", content, headers)
    response = connection.getresponse()
    said = response.read()
    assert response.status == 200, (response.status, said[:300])


def _memory() -> int:
    """Bytes that the server's processes hold."""
    total = 0
    for one in psutil.Process().children(recursive=True):
        try:
            total += one.memory_info().rss if "granian" in " ".join(one.cmdline()) else 0
        except psutil.Error:
            continue
    return total


class _watched:  # noqa: N801 - a context manager
    """What the server's processes hold at most within the block, looked at each 20 ms."""

    def __enter__(self) -> list[int]:
        self.most, self.over = [0], threading.Event()
        self.watching = threading.Thread(target=self._watch)
        self.watching.start()
        return self.most

    def _watch(self) -> None:
        while not self.over.wait(0.02):
            self.most[0] = max(self.most[0], _memory())

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.watching.join()
