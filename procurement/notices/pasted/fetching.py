"""A notice by its address: asked of the official site that gives it, or the page of a buyer's profile, as text."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import html

from procurement.core.outside import NOT_ALLOWED, UNREACHABLE, NotFetched, Page, Reach, fetch
from procurement.notices.boamp.records import iter_records
from procurement.notices.pasted.addresses import Site, addresses, recognised
from procurement.notices.reading.files import UnreadableFile
from procurement.notices.reading.markup import record_of
from procurement.notices.sources import BOAMP, TED

BOAMP_RECORDS = "https://boamp-datadila.opendatasoft.com/api/explore/v2.1/catalog/datasets/boamp/records"
TED_NOTICES = "https://ted.europa.eu"
HOSTS = "boamp-datadila.opendatasoft.com ted.europa.eu marches-publics.gouv.fr"
"""Sites that are asked unless the installation says otherwise (`NOTICE_HOSTS`); none when embedded."""
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "section",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_LEFT_OUT = ("script", "style", "noscript", "template", "svg", "nav", "footer", "head")


@dataclass(frozen=True, slots=True)
class Found:
    """What an address led to: records of an official `source`, else the `text` of a page."""

    source: str = ""
    records: Sequence[object] = ()
    text: str = ""
    url: str = ""


def sole_address(text: str) -> str:
    """The address that `text` is, and nothing else; "" for any other text."""
    said = text.strip()
    found = list(addresses(said))
    return found[0].url if len(found) == 1 and found[0].start == 0 and found[0].end == len(said) else ""


def look_up(url: str, reach: Reach, *, boamp: str = BOAMP_RECORDS, ted: str = TED_NOTICES) -> Found:
    """Ask for the notice at `url`: BOAMP's and TED's by their number, where these sites give them to programs.

    Raises NotFetched, with what to do instead. Nothing of the database is touched.
    """
    site, number = recognised(url)
    if site is Site.BOAMP and number:
        asked = urlencode({"where": f'idweb="{number}"', "limit": "1"})
        return Found(BOAMP, _records(fetch(f"{boamp}?{asked}", reach)), url=url)
    if site is Site.TED and number:
        page = fetch(f"{ted}/fr/notice/{number}/xml", reach)
        try:
            return Found(TED, [record_of(io.BytesIO(page.body))], url=url)
        except UnreadableFile as error:
            raise NotFetched(UNREACHABLE) from error
    if site in {Site.BOAMP, Site.TED}:
        raise NotFetched(NOT_ALLOWED)
    return Found(text=text_of(fetch(url, reach)), url=url)


def _records(page: Page) -> list[object]:
    try:
        found = list(iter_records(io.BytesIO(page.body)))
    except UnreadableFile as error:
        raise NotFetched(UNREACHABLE) from error
    if not found:
        raise NotFetched(UNREACHABLE)
    return found


def text_of(page: Page) -> str:
    """The text that a page shows, a line for each block; what isn't text gives none. Raises NotFetched."""
    if page.media_type == "text/plain":
        return page.body.decode(page.charset or "utf-8", "replace")
    if page.media_type not in {"text/html", "application/xhtml+xml"} or not page.body.strip():
        raise NotFetched(UNREACHABLE)
    try:
        parser = html.HTMLParser(encoding=page.charset or None, huge_tree=False)
        tree: html.HtmlElement = html.document_fromstring(page.body, parser=parser)
    except (ValueError, LookupError, html.etree.ParserError) as error:
        raise NotFetched(UNREACHABLE) from error
    for left_out in list(tree.iter(*_LEFT_OUT)):
        left_out.drop_tree()
    for block in tree.iter(*_BLOCKS):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in tree.text_content().splitlines())
    return "\n".join(line for line in lines if line)
