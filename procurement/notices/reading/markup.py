"""XML from anywhere, made into the nested records that `reading.nodes` walks.

Nothing in a file is trusted: it can't define entities, name other files or addresses, or grow in memory beyond what
it weighs. No tree of libxml2's is kept; names lose their namespaces.
"""

import re
from collections.abc import Mapping
from typing import Any, BinaryIO

from lxml import etree

from procurement.core.errors import Refusal
from procurement.core.i18n import N_
from procurement.notices.reading.files import EMPTY, UnreadableFile

SIZE_LIMIT = 10_000_000
"""Bytes of one notice: a true one has up to one or two million."""
_ELEMENTS_LIMIT = 150_000
_DEPTH_LIMIT = 100
_PIECE = 1 << 16
_DECLARED = re.compile(r"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}
_SPACES = re.compile(r"[ \t\r\n]*")

NOT_XML = N_("This record holds no XML of a notice.")
NOT_UTF8 = N_("This notice isn't text in UTF-8, as official journals give it.")
OTHER_ENCODING = N_(
    "This notice says that it is written in “%(encoding)s”, and official journals write in UTF-8."
)
OWN_DEFINITIONS = N_(
    "This file brings definitions of its own (DOCTYPE), which no notice has: it isn't opened further."
)
NOT_WELL_FORMED = N_("This file isn't well-formed XML: it is damaged or cut at line %(line)s.")
TOO_MANY = N_("This file holds more than 150,000 elements: no notice has as many.")
TOO_DEEP = N_("This file holds elements inside elements more than a hundred deep: no notice has as many.")
TOO_LARGE = N_("This file holds more than ten million bytes: no notice has as many.")


class RefusedMarkup(Refusal):
    """A file that isn't opened, or can't be: the message says why."""


def record_of(file: BinaryIO) -> dict[str, str]:
    """The record that the XML file `file` is: its bytes as text that gives them back, whatever they are.

    Raises UnreadableFile for an empty file and for one that is larger than any notice, which isn't read whole.
    """
    data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise UnreadableFile(TOO_LARGE)
    if not data.strip():
        raise UnreadableFile(EMPTY)
    return {"xml": data.decode("utf-8", "surrogateescape")}


def opened(record: object) -> dict[str, Any]:
    """The document that a record of `record_of` holds, as `parse` gives it. Raises RefusedMarkup."""
    xml = record.get("xml") if isinstance(record, Mapping) else None
    if not isinstance(xml, str):
        raise RefusedMarkup(NOT_XML)
    try:
        data = xml.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise RefusedMarkup(NOT_XML) from error
    return parse(data)


def parse(data: bytes) -> dict[str, Any]:
    """The XML document `data`, as {root: node}; a node is a text, or an object of "@attribute", "#text" and children.

    One child is a node, several of one name are a list. Raises RefusedMarkup.
    """
    _look_at(data)
    builder = _Builder()
    parser = etree.XMLParser(
        target=builder,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        for start in range(0, len(data), _PIECE):
            parser.feed(data[start : start + _PIECE])
        parser.close()
    except etree.XMLSyntaxError as error:
        raise RefusedMarkup(NOT_WELL_FORMED, line=error.lineno or 1) from error
    return builder.root


def _look_at(data: bytes) -> None:
    """Refuse, before anything is parsed, what is too large, no UTF-8, or has a document type."""
    if len(data) > SIZE_LIMIT:
        raise RefusedMarkup(TOO_LARGE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedMarkup(NOT_UTF8) from error
    if "\x00" in text:
        raise RefusedMarkup(NOT_UTF8)
    declared = _DECLARED.match(text)
    if declared and declared[1].strip().lower() not in _ENCODINGS:
        raise RefusedMarkup(OTHER_ENCODING, encoding=declared[1])
    if text.startswith("<!DOCTYPE", _root_of(text)):
        raise RefusedMarkup(OWN_DEFINITIONS)


def _root_of(text: str) -> int:
    """Where what comes after the comments and the instructions at the head of `text` begins."""
    at = 0
    while True:
        at = _SPACES.match(text, at).end()  # type: ignore[union-attr]
        end = {"<?": "?>", "<!--": "-->"}.get("<!--" if text.startswith("<!--", at) else text[at : at + 2])
        found = text.find(end, at) if end else -1
        if end is None or found < 0:
            return at
        at = found + len(end)


class _Builder:
    """Builds the records while libxml2 reads: what isn't wanted is dropped at once."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self.root: dict[str, Any] = {}
        self._count = 0

    def doctype(self, *_named: object) -> None:
        """A document type that the first look didn't see."""
        raise RefusedMarkup(OWN_DEFINITIONS)

    def start(self, tag: Any, attrib: Mapping[Any, Any]) -> None:
        """An element opens."""
        self._count += 1
        if self._count > _ELEMENTS_LIMIT:
            raise RefusedMarkup(TOO_MANY)
        if len(self._open) == _DEPTH_LIMIT:
            raise RefusedMarkup(TOO_DEEP)
        held: dict[str, Any] = {"@" + _local(name): value for name, value in attrib.items()}
        self._open.append((_local(tag), held, []))

    def comment(self, text: Any) -> None:
        """A comment: left out."""

    def data(self, data: Any) -> None:
        """A piece of text in the element that is open."""
        if self._open:
            self._open[-1][2].append(data)

    def end(self, tag: Any) -> None:  # noqa: ARG002 - libxml2 has matched it already
        """The element that is open closes: it takes its place in the one around it."""
        name, held, pieces = self._open.pop()
        text = "".join(pieces)
        node: Any = held or text
        if held and text.strip():
            held["#text"] = text
        around = self._open[-1][1] if self._open else self.root
        before = around.get(name)
        if before is None:
            around[name] = node
        elif isinstance(before, list):
            before.append(node)
        else:
            around[name] = [before, node]

    def close(self) -> None:
        """The document ends: `root` holds it."""


def _local(name: str) -> str:
    return name.rpartition("}")[2]
