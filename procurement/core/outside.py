"""Asking another site for a page that somebody named: only sites that are allowed, never an address of our own network.

A name is looked up once and the connection goes to the address that was checked, so that a name that answers
otherwise a moment later leads nowhere else. Redirections are checked as the first address was.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin, urlsplit

from procurement.core.errors import Refusal
from procurement.core.i18n import N_

LARGEST = 4_000_000
"""Bytes of a page that are read at most."""
SECONDS = 12.0
"""How long all of it may take."""
REDIRECTIONS = 3
_CHUNK = 1 << 16

NOT_ALLOWED = N_("This site isn't read from here. Open the page, copy its text, and paste that.")
UNREACHABLE = N_("The site can't be reached just now. Open the page, copy its text, and paste that.")
TOO_LARGE = N_("This page is too large to be read. Open it, copy its text, and paste that.")


class NotFetched(Refusal):
    """A page that wasn't fetched: the message says why, and what to do instead."""

    status = 422


@dataclass(frozen=True, slots=True)
class Page:
    """What a site answered."""

    body: bytes
    media_type: str
    charset: str
    url: str
    """Where it stood in the end."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network: not of this machine, of a local network, nor reserved."""
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked: `hosts`, each with what stands under it; by https alone, at its usual port.

    `may`: whether an IP address may be connected to. `plain`: by http too and at any port, for a test's own server.
    """

    hosts: frozenset[str]
    may: Callable[[str], bool] = is_public
    plain: bool = False

    def allows(self, url: str) -> bool:
        """Whether `url` is an address of an allowed site."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        if not self.plain and (parts.scheme != "https" or port not in (None, 443)):
            return False
        known = any(host == one or host.endswith("." + one) for one in self.hosts)
        return parts.scheme in {"http", "https"} and known


def fetch(url: str, reach: Reach) -> Page:
    """The page at `url`. Raises NotFetched: not allowed, out of reach, refused by the site, too large, too slow."""
    until = monotonic() + SECONDS
    for _ in range(REDIRECTIONS + 1):
        if not reach.allows(url):
            raise NotFetched(NOT_ALLOWED)
        try:
            page, onwards = _ask(url, reach, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotFetched(UNREACHABLE) from error
        if page is not None:
            return page
        url = urljoin(url, onwards)
    raise NotFetched(UNREACHABLE)


def _ask(url: str, reach: Reach, until: float) -> tuple[Page | None, str]:
    """The page, or where it has gone."""
    parts = urlsplit(url)
    connection = _connected(parts.scheme, (parts.hostname or "").rstrip("."), parts.port, reach)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET", path, headers={"Accept-Encoding": "identity", "User-Agent": "marches-groupes"}
        )
        with connection.getresponse() as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                return None, answer.headers.get("Location", "")
            if answer.status != http.HTTPStatus.OK:
                raise NotFetched(UNREACHABLE)
            charset = answer.headers.get_content_charset() or ""
            return Page(_read(answer, until), answer.headers.get_content_type(), charset, url), ""
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > LARGEST:
            raise NotFetched(TOO_LARGE)
        if monotonic() > until:
            raise NotFetched(UNREACHABLE)
    return bytes(body)


def _connected(scheme: str, host: str, port: int | None, reach: Reach) -> http.client.HTTPConnection:
    """A connection to the address that was looked up and checked; by https it must prove that it is `host`."""
    secure = scheme == "https"
    port = port or (443 if secure else 80)
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(reach.may, found)):
        raise NotFetched(NOT_ALLOWED)
    raw = socket.create_connection((found[0], port), timeout=SECONDS)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.sock = (
            ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        )
    except BaseException:
        raw.close()
        raise
    return connection
