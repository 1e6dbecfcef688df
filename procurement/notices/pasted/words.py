"""Running text made comparable, sign by sign, so that what is found can be shown in its own words."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Generic, TypeVar

from procurement.notices.reading.text import cut, prose

TEXT_LIMIT = 60_000
"""Characters of a pasted text that are read."""
_SHOWN = 180
"""Characters of the words shown beside a value."""
_QUOTED = re.compile(r"^(?:[>|] ?)+", re.MULTILINE)
_SPACE = str.maketrans(dict.fromkeys("\xa0\u202f\u2009\t", " "))

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value, and the words of the text that it was read from."""

    value: T
    words: str


def tidy(text: str) -> str:
    """`text` without marks of quotation, odd spaces and broken signs, on at most `TEXT_LIMIT` characters."""
    return prose(_QUOTED.sub("", text.translate(_SPACE)), TEXT_LIMIT)


def flat(text: str) -> str:
    """`text` in lower case and without accents, each sign at its own place."""
    return "".join(map(_bare, text))


def _bare(sign: str) -> str:
    if sign in "’‘´`":
        return "'"
    if sign in "–—":
        return "-"
    low = unicodedata.normalize("NFKD", sign)[0].lower()
    return low if len(low) == 1 else sign


def around(text: str, start: int, end: int) -> str:
    """The words of `text` from `start` to `end`, with the rest of their lines, shortened where these are long."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    if last - first > _SHOWN:
        first = max(first, text.find(" ", max(start - 40, 0), start) + 1, start - 40)
        last = min(last, max(end, first + _SHOWN))
    return cut(" ".join(text[first:last].split()), 2 * _SHOWN)
