"""Addresses of notices and of buyers' profiles: which site, and the number of the notice there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from procurement.notices.reading.text import web_address

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'«»]{4,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>"


class Site(StrEnum):
    """Where an address leads."""

    BOAMP = "boamp"
    TED = "ted"
    PLACE = "place"
    PROFILE = "profile"
    """Another buyer's profile."""
    OTHER = "other"


_PROFILES = (
    "achatpublic.com", "achatpublic.fr", "e-marchespublics.com", "marches-securises.fr", "maximilien.fr",
    "megalis.bretagne.bzh", "aws-achat.info", "aws-france.com", "marches-publics.info", "klekoon.com", "xmarches.fr",
    "synapse-entreprises.com", "ternum-bfc.fr", "demat-ampa.fr", "omnikles.com", "mgdis.fr", "francemarches.com",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """An address found in a text: which site, the notice's number there ("" where it gives none), where it stands."""

    url: str
    site: Site
    number: str
    start: int
    end: int


def addresses(text: str) -> Iterator[Address]:
    """The addresses of `text`, in order; what can't be one is left out."""
    for match in _ADDRESS.finditer(text):
        said = match.group().rstrip(_TRAILING)
        url = web_address(said)
        if url:
            site, number = recognised(url)
            yield Address(url, site, number, match.start(), match.start() + len(said))


def recognised(url: str) -> tuple[Site, str]:
    """The site that `url` belongs to, and the number of its notice there; "" where it gives none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    rest = unquote(f"{parts.path}?{parts.query}#{parts.fragment}")
    if _is_under(host, "boamp.fr") or host == "boamp-datadila.opendatasoft.com":
        return Site.BOAMP, _first(r"(?<!\d)(\d{2}-\d{1,7})(?!\d)", rest)
    if _is_under(host, "ted.europa.eu"):
        return Site.TED, _first(r"(?<!\d)(\d{1,8}-20\d{2})(?!\d)", rest)
    if _is_under(host, "marches-publics.gouv.fr"):
        asked = parse_qs(parts.query)
        named = next(iter(asked.get("refConsultation") or asked.get("id") or []), "")
        return Site.PLACE, named or _first(r"/consultation/(\d+)", rest)
    if any(_is_under(host, known) for known in _PROFILES):
        return Site.PROFILE, ""
    return Site.OTHER, ""


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
