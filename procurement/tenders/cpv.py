"""The common procurement vocabulary (CPV 2008): all codes in French and English, looked for by words or digits."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from procurement.core.text import folded

_FILE = Path(__file__).parent / "data" / "cpv.csv"
_DIGITS = 8
_SERVICES = "45"
"""Works and services begin there; before stand goods, which structures of inclusion seldom supply."""
_SMALL = frozenset(["service", "services", "de", "d", "des", "du", "la", "le", "les", "l", "of", "the"])
MOST = 12
"""Codes proposed at once: more aren't read."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its eight digits, the check digit that some write after it, and what it stands for."""

    digits: str
    check: str
    fr: str
    en: str

    @property
    def depth(self) -> int:
        """How precise it is: 2 digits for a division, 8 for what can't be divided any more."""
        return max(2, len(self.digits.rstrip("0")))

    def words(self, locale: str) -> str:
        """What it stands for, in French or else in English."""
        return self.fr if locale.startswith("fr") else self.en


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Code]:
    """All codes by their eight digits, in their own order; read once."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        every = [Code(row["code"][:_DIGITS], row["code"][-1], row["fr"], row["en"]) for row in rows]
    return {code.digits: code for code in every}


def said(digits: str, locale: str) -> str:
    """What a code stands for; of one that the list doesn't have, what the nearest above it does; "" for none at all."""
    known = codes()
    for length in range(_DIGITS, 1, -1):
        code = known.get(digits[:length].ljust(_DIGITS, "0"))
        if code is not None:
            return code.words(locale)
    return ""


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, Code]:
    """The 45 divisions by their two digits."""
    return {digits[:2]: code for digits, code in codes().items() if code.depth == 2}


def look_for(text: str, most: int = MOST) -> list[Code]:
    """The codes that `text` finds, the nearest first: by the digits they begin with, or by words of either language.

    Accents, case and plurals are forgiven; each word is enough by its beginning. By digits the broadest come first; by
    words those that say least else, services before goods.
    """
    digits = bare(text)
    if digits.isdecimal():
        begun = [code for code in codes().values() if code.digits.startswith(digits[:_DIGITS])]
        return sorted(begun, key=lambda code: (code.depth, code.digits))[:most]
    asked = [re.sub(r"[sx]$", "", word) for word in folded(text).split()]
    if not asked:
        return []
    found = [
        (min(lengths), code.digits < _SERVICES, code)
        for code, *known in _words()
        if (lengths := [len(words.split()) for words in known if _holds(words, asked)])
    ]
    found.sort(key=lambda one: (*one[:-1], one[-1].depth, one[-1].digits))
    return [code for *_, code in found[:most]]


def bare(text: str) -> str:
    """A code as written, without its check digit and spaces."""
    return re.sub(r"-\d$", "", re.sub(r"\s", "", text))


def named(text: str) -> Code | None:
    """The one code that `text` says in full: its digits, or its words in French or English.

    The word "services" and small words may be left out of two words and more, where one code only is then meant.
    """
    same = _apart(text)
    known = codes().get(bare(text)) or next((code for code, *words in _words() if same in words), None)
    if known is not None:
        return known
    core = _core(same)
    meant = {code.digits: code for code in _cores().get(core, ())} if " " in core else {}
    return next(iter(meant.values())) if len(meant) == 1 else None


def _apart(text: str) -> str:
    """`text` as it is searched: its words apart by one space, one before and one after."""
    return f" {folded(text)} "


def _holds(words: str, asked: list[str]) -> bool:
    return all(f" {word}" in words for word in asked)


@lru_cache(maxsize=1)
def _words() -> list[tuple[Code, str, str]]:
    return [(code, _apart(code.fr), _apart(code.en)) for code in codes().values()]


def _core(words: str) -> str:
    """The words of what is said (words apart) that tell it from others."""
    return " ".join(word for word in words.split() if word not in _SMALL)


@lru_cache(maxsize=1)
def _cores() -> Mapping[str, list[Code]]:
    found: dict[str, list[Code]] = {}
    for code, *words in _words():
        for said in words:
            found.setdefault(_core(said), []).append(code)
    return found
