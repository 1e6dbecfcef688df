"""Files of BOAMP records, read one record at a time: a page of the API, an export, or one object a line.

However large a file is, only one record of it is in memory.
"""

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO, Final

from procurement.core.i18n import N_
from procurement.notices.reading.files import EMPTY, DamagedRecord, UnreadableFile

_CHUNK = 1 << 18
_RECORD_LIMIT: Final = 16 << 20
"""Characters of one record or of one page: a true page has one or two million."""
_SPACES = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()

NOT_UTF8 = N_("This file isn't text in UTF-8, as the official interface gives it.")
NOT_RECORDS = N_("This file doesn't hold notices as the official interface gives them (JSON).")
BROKEN = N_("This file is damaged after notice %(count)s: what comes before it was read.")


def iter_records(file: BinaryIO) -> Iterator[object]:
    """Each record of `file` as decoded JSON, in order; DamagedRecord for a line that can't be decoded.

    Takes a `{"results": […]}` page (also the older `records` pages), a bare array, or one object a line. What a
    record holds is not looked at. Raises UnreadableFile where the file can't be read on.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="strict")
    try:
        yield from _Values(text).records()
    except UnicodeDecodeError as error:
        raise UnreadableFile(NOT_UTF8) from error
    finally:
        text.detach()


class _Values:
    """JSON values one after the other out of a text that is read in pieces."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._ended = False
        self._count = 0

    def records(self) -> Iterator[object]:
        """The records, whichever of the three forms the text has."""
        first = self._sign()
        if not first:
            raise UnreadableFile(EMPTY)
        if first == "[":
            self._at += 1
            yield from self._elements()
        elif first == "{":
            yield from self._lines()
        else:
            raise UnreadableFile(NOT_RECORDS)

    def _elements(self) -> Iterator[object]:
        """The elements of a bare array, its bracket already passed."""
        sign = self._sign()
        while sign != "]":
            yield self._value()
            sign = self._sign()
            if sign == ",":
                self._at += 1
                sign = self._sign()
            elif sign != "]":
                raise UnreadableFile(BROKEN, count=self._count)

    def _lines(self) -> Iterator[object]:
        """One object a line; or a page, which may stand on one line or on many."""
        while self._sign():
            end = self._end_of_line()
            try:
                value: object = json.loads(self._held[self._at : end])
            except (ValueError, RecursionError):
                value = self._many_lines(end - self._at)
            else:
                self._at = end
                self._count += 1
            yield from _page_records(value)

    def _many_lines(self, length: int) -> object:
        """The first value, written over several lines; else the line of `length` signs here is damaged."""
        if self._count == 0:
            try:
                return self._value()
            except UnreadableFile:
                # What is held stays: the lines after a damaged one are good.
                pass
        raw = self._held[self._at : self._at + length]
        self._at += length
        self._count += 1
        return DamagedRecord(self._count, raw)

    def _value(self) -> object:
        """The next value, whole: it is known to be so once what follows it is seen."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as error:
                if self._ended or len(self._held) - self._at > _RECORD_LIMIT:
                    raise UnreadableFile(BROKEN, count=self._count) from error
            else:
                if end < len(self._held) or self._ended:
                    self._at = end
                    self._count += 1
                    return value
            self._more()

    def _end_of_line(self) -> int:
        """Where the line ends that begins here."""
        searched = self._at
        while (end := self._held.find("\n", searched)) < 0 and not self._ended:
            if len(self._held) - self._at > _RECORD_LIMIT:
                raise UnreadableFile(BROKEN, count=self._count)
            searched = len(self._held) - self._at
            self._more()
        return len(self._held) if end < 0 else end

    def _sign(self) -> str:
        """The next sign that isn't a space, left in place; "" at the end."""
        while True:
            self._at = _SPACES.match(self._held, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._held):
                return self._held[self._at]
            if self._ended:
                return ""
            self._more()

    def _more(self) -> None:
        """Read on: as much again as is held, so that a large record isn't decoded once per piece."""
        left = self._held[self._at :]
        piece = self._text.read(max(_CHUNK, len(left)))
        self._ended = not piece
        self._held, self._at = left + piece, 0


def _page_records(value: object) -> Iterator[object]:
    """The records of a page; a value that is no page is a record itself."""
    if isinstance(value, dict):
        for name in ("results", "records"):
            page = value.get(name)
            if isinstance(page, list):
                yield from map(_unwrapped, page)
                return
    yield value


def _unwrapped(record: object) -> object:
    """The fields of a record of the interface's older versions, which wrap them."""
    if isinstance(record, dict) and "idweb" not in record:
        inner = record.get("record", record)
        if isinstance(inner, dict) and isinstance(inner.get("fields"), dict):
            return inner["fields"]
    return record
