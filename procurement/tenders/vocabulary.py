"""Ordinary words of tenders, and those that a misspelt one may stand for. Pure, and no secret: no tender is read.

The words are those of the CPV in French and English, of the network's trades, and a few that the CPV lacks.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from procurement.core.i18n import DEFAULT_LOCALE, translate
from procurement.core.text import folded
from procurement.members.departments import DEPARTMENTS
from procurement.members.rules import TRADES
from procurement.tenders import cpv

SHORTEST = 4
"""Letters from which on a word can be misspelt: of fewer, all words are alike."""
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_FAULTS = ((11, 3), (6, 2), (0, 1))
"""Faults that are forgiven, from so many letters on."""
_EVERYDAY = """
    remplacement remplacements école écoles collège collèges lycée lycées crèche crèches gymnase gymnases cantine
    cantines intérim renfort renforts ménage déménagement déménagements maraîchage logistique insertion encombrants
    recyclerie ressourcerie réemploi numérisation portage secrétariat médiation conciergerie couture plonge sentiers
    débroussaillage désherbage élagage mairie mairies commune communes communal communale communaux communales
    métropole agglomération département départemental région hôpital clinique résidence agent agents polyvalent
    entretien nettoyage restauration propreté vitres locaux bureaux voirie espaces verts accueil gardiennage
"""
"""Words of our tenders that the CPV says otherwise or not at all."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A word that another may stand for: as it is written, and how many faults lie between."""

    word: str
    faults: int


@dataclass(frozen=True, slots=True)
class _Known:
    folded: str
    written: str
    letters: int
    """One bit a letter that it has: words whose letters differ much needn't be compared."""
    rank: tuple[int, int]
    """French before English, then what stands in most labels."""


def alike(word: str, most: int) -> Sequence[Alike]:
    """The words that `word` may stand for, the nearest first; none for one that is known, too short or unlike all."""
    asked = folded(word)
    if asked in _written():
        return []
    for allowed in range(1, faults_forgiven(asked) + 1):
        near = _within(asked, allowed)
        if near:
            return [Alike(one.written, allowed) for one in near[:most]]
    return []


def _within(asked: str, allowed: int) -> Sequence[_Known]:
    """The words with so many faults at most, what most texts have first, French before English."""
    letters = _letters(asked)
    near = [
        one
        for length in range(len(asked) - allowed, len(asked) + allowed + 1)
        for one in _by_length().get(length, ())
        if (one.letters ^ letters).bit_count() <= 2 * allowed
        and faults_between(asked, one.folded, allowed) <= allowed
    ]
    return sorted(near, key=lambda one: (one.rank, one.folded))


def faults_forgiven(word: str) -> int:
    """How many faults a word (folded) may have; 0 for one that is too short."""
    return 0 if len(word) < SHORTEST else next(faults for letters, faults in _FAULTS if len(word) >= letters)


def faults_between(one: str, other: str, most: int = 99) -> int:
    """Letters added, left out, changed or exchanged with their neighbour on the way from `one` to `other`.

    Where there are more than `most`, any number above it.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, its in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return row[-1]


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) - ord("0"))
    return bits


def _texts() -> Iterator[tuple[str, bool]]:
    """Where the words come from, and whether in English."""
    yield _EVERYDAY, False
    for trade in TRADES.values():
        yield translate(trade, DEFAULT_LOCALE), False
        yield trade, True
    for name in DEPARTMENTS.values():
        yield name, False
    for code in cpv.codes().values():
        yield code.fr, False
        yield code.en, True


@lru_cache(maxsize=1)
def _written() -> Mapping[str, tuple[str, bool, int]]:
    """Each word by what two spellings share: as it is written, whether only in English, in how many texts."""
    spelt: dict[str, tuple[str, bool]] = {}
    counted: Counter[str] = Counter()
    for text, english in _texts():
        for word in _WORD.findall(text):
            bare = folded(word)
            counted[bare] += 1
            if bare not in spelt or (spelt[bare][1] and not english):
                spelt[bare] = word.lower(), english
    return {bare: (*known, counted[bare]) for bare, known in spelt.items()}


@lru_cache(maxsize=1)
def _by_length() -> Mapping[int, Sequence[_Known]]:
    found = defaultdict(list)
    for bare, (written, english, count) in _written().items():
        found[len(bare)].append(_Known(bare, written, _letters(bare), (int(english), -count)))
    return found
