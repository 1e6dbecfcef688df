"""Questions to a source's interface: bounded in time and size, its limits obeyed, its faults told apart.

What may pass by itself raises TryLater, with the seconds of rest that the source asks for; the rest raises Refused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import IO, Any, Self

import requests

from procurement.core import clock
from procurement.core.errors import Refusal
from procurement.core.i18n import N_

CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 30.0
"""How long a connection, and the next bytes of an answer, may take."""
WHOLE_SECONDS = 60.0
"""How long a page may take in all: a source that trickles is no better than one that is silent."""
PAGE_LIMIT = 64_000_000
"""Bytes of one page: a true one has one or two million."""
_CHUNK = 1 << 16
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

UNREACHABLE = N_("The source can't be reached.")
TOO_SLOW = N_("The source didn't answer in time.")
CUT = N_("The source's answer broke off before its end.")
BUSY = N_("The source asks to come back later (answer %(status)s).")
DOWN = N_("The source has a fault of its own (answer %(status)s).")
REFUSED = N_("The source refuses the question (answer %(status)s): its interface may have changed.")
TOO_LARGE = N_("The source's answer is larger than any true one: it wasn't read.")
NOT_UNDERSTOOD = N_("The source's answer isn't in the form that its interface promises.")


class TryLater(Refusal):
    """A fault that may pass: the message says which, `seconds` how long the source asks to be left alone."""

    def __init__(self, reason: str, seconds: float | None = None, **params: Any) -> None:
        super().__init__(reason, **params)
        self.seconds = seconds


class Refused(Refusal):
    """A fault that asking again doesn't mend: the message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `unchanged` where the source says that it is what we have; `pause` seconds of rest that it asks for."""

    body: bytes
    etag: str
    unchanged: bool
    pause: float

    def decoded(self) -> Any:
        """The body as JSON. Raises TryLater for JSON that breaks off, Refused for anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if self.body.lstrip()[:1] in {b"{", b"["}:
                raise TryLater(CUT) from error
            raise Refused(NOT_UNDERSTOOD) from error


class Web:
    """One conversation with sources, on kept connections."""

    def __init__(self, agent: str) -> None:
        """`agent`: what we are called, with an address where whoever runs the source may write."""
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": agent, "Accept-Encoding": "gzip, deflate"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, params: Mapping[str, str] | None = None, etag: str = "") -> Answer:
        """What stands at `url`, unless it is still what `etag` names. Raises TryLater, Refused."""
        headers = {"If-None-Match": etag} if etag else {}
        return self._asked("GET", url, params=params or {}, headers=headers)

    def post(self, url: str, question: Mapping[str, Any]) -> Answer:
        """The answer to a question in JSON. Raises TryLater, Refused."""
        return self._asked("POST", url, json=question)

    def save(self, url: str, params: Mapping[str, str], file: IO[bytes], limit: int, seconds: float) -> None:
        """Write what stands at `url` into `file`: at most `limit` bytes, within `seconds`. Raises TryLater, Refused."""
        with self._answer("GET", url, params=params) as response:
            for piece in _pieces(response, limit, seconds):
                file.write(piece)

    def _asked(self, method: str, url: str, **options: Any) -> Answer:
        with self._answer(method, url, **options) as response:
            body = b"".join(_pieces(response, PAGE_LIMIT, WHOLE_SECONDS))
            return Answer(
                body, response.headers.get("ETag", ""), response.status_code == 304, _pause(response.headers)
            )

    @contextmanager
    def _answer(self, method: str, url: str, **options: Any) -> Iterator[requests.Response]:
        """The answer, its head looked at and its body still to be read."""
        try:
            with self._session.request(
                method,
                url,
                stream=True,
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                allow_redirects=False,
                **options,
            ) as response:
                _look_at(response)
                yield response
        except requests.Timeout as error:
            raise TryLater(TOO_SLOW) from error
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
            raise TryLater(CUT) from error
        except requests.ConnectionError as error:
            silent = "timed out" in str(error).lower()
            raise TryLater(TOO_SLOW if silent else UNREACHABLE) from error
        except requests.RequestException as error:
            raise Refused(NOT_UNDERSTOOD) from error


def _look_at(response: requests.Response) -> None:
    status = response.status_code
    if status in _PASSING:
        asked = _seconds(response.headers.get("Retry-After", ""))
        if status == 429 and asked is None:
            asked = _until_reset(response.headers)
        raise TryLater(BUSY if status in {429, 503} else DOWN, asked, status=status)
    if status not in {200, 304}:
        raise Refused(REFUSED, status=status)
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) > 12:
        raise Refused(TOO_LARGE)


def _pieces(response: requests.Response, limit: int, seconds: float) -> Iterator[bytes]:
    """The body, decompressed, piece by piece. Raises TryLater where it is cut or slow, Refused where it is too large."""
    end, size = monotonic() + seconds, 0
    for piece in response.iter_content(_CHUNK):
        size += len(piece)
        if size > limit:
            raise Refused(TOO_LARGE)
        if monotonic() > end:
            raise TryLater(TOO_SLOW)
        yield piece


def _pause(headers: Mapping[str, str]) -> float:
    """Seconds to wait before the next question, where this one was the last that the source allows for now."""
    if headers.get("X-RateLimit-Remaining", "").strip() != "0":
        return 0.0
    return _until_reset(headers) or 0.0


def _until_reset(headers: Mapping[str, str]) -> float | None:
    return _seconds(headers.get("X-RateLimit-Reset", ""))


def _seconds(text: str) -> float | None:
    """How many seconds from now: a number of them, an instant since 1970, or a date as headers or ISO write it."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        number = float(text)
        return number if number < 1e8 else max(number - clock.now().timestamp(), 0.0)
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
        except ValueError:
            continue
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return max((aware - clock.now()).total_seconds(), 0.0)
    return None
