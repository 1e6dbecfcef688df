"""Which kept searches a tender may fit: each is kept under keys, of which a tender that fits it has one at least.

A new tender looks up the searches under its own words, beginnings of words and marks; the others are never read, so
that what a tender costs doesn't grow with searches that ask for something else.
"""

import re
from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, func

from procurement.tenders.models import SavedSearch, Tender

ALWAYS = ""
"""The key of searches that any tender may fit; every tender has it."""
BEGINNING = 4
"""Letters of a word's beginning that are a key; followed by a star."""
_RAREST = "bcosrpdk"
"""Letters of marks, the rarest first."""
_TOKEN = re.compile(r"'((?:[^']|'')*)'(?::(\*?)[A-D]*)?|(<->|<\d+>|[&|!()])")


def keys_of(words: str, marks: Sequence[str]) -> list[str]:
    """The keys of a search: `words` as the database writes a tsquery, `marks` those that it asks for."""
    cover = _cover(words) if words else None
    by_mark = sorted(marks, key=lambda mark: _RAREST.index(mark[0]))
    if by_mark and (cover is None or by_mark[0].startswith("b:")):
        cover = {by_mark[0]}
    return sorted(cover) if cover else [ALWAYS]


def may_fit() -> ColumnElement[bool]:
    """Whether `Tender` has a key of `SavedSearch`."""
    shared: ColumnElement[bool] = SavedSearch.keys.overlap(func.tender_keys(Tender.search, Tender.marks))
    return shared


def _cover(words: str) -> set[str] | None:
    """Words of which a text has one at least if a tsquery finds it; None where there are no such words."""
    tokens = [match.groups() for match in _TOKEN.finditer(words)]
    return _Reader(tokens).either()


class _Reader:
    """A tsquery read from its tokens: ! binds tightest, then <->, & and |."""

    def __init__(self, tokens: list[tuple[Any, ...]]) -> None:
        self.tokens, self.at = tokens, 0

    def sign(self) -> str | None:
        return self.tokens[self.at][2] if self.at < len(self.tokens) else None

    def either(self) -> set[str] | None:
        """One of several: all their words; none where one of them has none."""
        covers = [self.all()]
        while self.sign() == "|":
            self.at += 1
            covers.append(self.all())
        return reduce(lambda one, other: one and other and one | other, covers)

    def all(self) -> set[str] | None:
        """All of several: the words of one are enough, the fewest and longest."""
        covers = [self.one()]
        while (sign := self.sign()) and sign not in "|)":
            self.at += 1
            covers.append(self.one())
        known = [cover for cover in covers if cover]
        return min(known, key=lambda cover: (len(cover), -min(map(len, cover)))) if known else None

    def one(self) -> set[str] | None:
        """A word, what stands in brackets, or what must not be there."""
        word, prefix, sign = self.tokens[self.at]
        self.at += 1
        if sign == "!":
            self.one()
            return None
        if sign == "(":
            inside = self.either()
            self.at += 1
            return inside
        plain = word.replace("''", "'")
        return {plain[:BEGINNING] + "*" if prefix else plain}
