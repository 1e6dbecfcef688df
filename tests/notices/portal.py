"""The sources' interfaces on this machine: BOAMP's open-data portal and TED's search, with their paging, limits and faults.

A real HTTP server on records of the test's own: what it answers has the form of the true ones, and it refuses what
they refuse.
"""

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDS = "/api/explore/v2.1/catalog/datasets/boamp/records"
EXPORT = "/api/explore/v2.1/catalog/datasets/boamp/exports/json"
SEARCH = "/v3/notices/search"
_DAYS = re.compile(r"dateparution >= date'([\d-]{10})' AND dateparution <= date'([\d-]{10})'")
_CODES = re.compile(r'code_departement = "(\w+)"')
_TED_DAYS = re.compile(r"publication-date>=(\d{8}) AND publication-date<=(\d{8})")


@dataclass
class Fault:
    """What goes wrong with the next questions: a status with headers, or a connection that `cut`s or `hang`s."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    way: str = ""
    times: int = 1
    skip: int = 0
    """Questions answered well before it strikes."""


@dataclass
class Portal:
    """What the interfaces hold, and what was asked of them."""

    url: str = ""
    records: list[dict[str, Any]] = field(default_factory=list)
    notices: dict[str, bytes] = field(default_factory=dict)
    """TED's, as XML by number; those that are None are named and not given."""
    published: str = "20261126"
    """The day of TED's notices."""
    faults: list[Fault] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    questions: list[str] = field(default_factory=list)
    remaining: int | None = None
    ted_page: int = 2
    last_offset: int = 10_000

    def fault(self) -> Fault | None:
        """What is to go wrong now."""
        for one in self.faults:
            if one.skip:
                one.skip -= 1
                return None
            if one.times:
                one.times -= 1
                return one
        return None


class _Handler(BaseHTTPRequestHandler):
    """One question."""

    protocol_version = "HTTP/1.1"
    portal: Portal

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        portal, parts = self.portal, urlsplit(self.path)
        portal.asked[parts.path] += 1
        portal.questions.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = portal.fault()
        if fault and fault.status:
            self._send(fault.status, b'{"error_code": "told"}', fault.headers)
            return
        if fault and fault.way == "hang":
            time.sleep(2)
            self.close_connection = True
            return
        status, said = self._said(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}, body)
        if fault and fault.way == "cut":
            self._send(200, said, {"Content-Length": str(len(said))}, keep=len(said) // 2)
        elif fault and fault.way == "garbage":
            self._send(200, b"<html>maintenance</html>", {})
        else:
            etag = f'"{hashlib.sha256(said).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                self._send(304, b"", {"ETag": etag})
            else:
                self._send(status, said, {"ETag": etag})

    def _said(self, path: str, asked: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if path == SEARCH:
            return self._search(json.loads(body))
        if path in {RECORDS, EXPORT}:
            return self._records(path, asked)
        number = re.fullmatch(r"/fr/notice/([\d-]+)/xml", path)
        if number and (xml := self.portal.notices.get(number[1])):
            return 200, xml
        return 404, b""

    def _records(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        first, last = _DAYS.search(asked["where"]).groups()  # type: ignore[union-attr]
        codes = set(_CODES.findall(asked["where"]))
        found = sorted(
            (
                one
                for one in self.portal.records
                if first <= one["dateparution"] <= last
                and (not codes or codes & set(one["code_departement"] or ()))
            ),
            key=lambda one: (one["dateparution"], one["idweb"]),
        )
        assert asked["order_by"] == "dateparution asc, idweb asc"
        if path == EXPORT:
            return 200, json.dumps(found).encode()
        limit, offset = int(asked["limit"]), int(asked["offset"])
        if limit > 100 or offset + limit > self.portal.last_offset:
            return 400, b'{"error_code": "InvalidRESTParameterError"}'
        return 200, json.dumps(
            {"total_count": len(found), "results": found[offset : offset + limit]}
        ).encode()

    def _search(self, question: dict[str, Any]) -> tuple[int, bytes]:
        portal = self.portal
        first, last = _TED_DAYS.search(question["query"]).groups()  # type: ignore[union-attr]
        if question["limit"] > 250 or question["paginationMode"] != "ITERATION":
            return 400, b"{}"
        numbers = list(portal.notices) if first <= portal.published <= last else []
        at = int(question.get("iterationNextToken", "0"))
        page = numbers[at : at + portal.ted_page]
        following = at + len(page)
        said: dict[str, Any] = {
            "notices": [{"publication-number": number} for number in page],
            "totalNoticeCount": len(numbers),
            "timedOut": False,
        }
        if following < len(numbers):
            said["iterationNextToken"] = str(following)
        return 200, json.dumps(said).encode()

    def _send(self, status: int, body: bytes, headers: dict[str, str], keep: int | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json", "Content-Length": str(len(body)), **headers,
        }.items():  # fmt: skip
            self.send_header(name, value)
        if self.portal.remaining is not None:
            self.send_header("X-RateLimit-Remaining", str(self.portal.remaining))
            self.send_header("X-RateLimit-Reset", "90")
        if keep is not None:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body if keep is None else body[:keep])


@contextmanager
def serving() -> Iterator[Portal]:
    """The interfaces, for as long as the context lasts."""
    portal = Portal()
    handler = type("Handler", (_Handler,), {"portal": portal})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    portal.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
