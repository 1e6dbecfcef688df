"""Ordinary words of tenders, and those that a misspelt one may stand for. Pure, and no secret: no tender is read.

The words are those of the CPV in French and English, of the network's trades, and a few that the CPV lacks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

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


class _Known(NamedTuple):
    """A word as it is written, whether it stands in English only, and in how many texts."""

    word: str
    english: bool
    texts: int


def alike(word: str, most: int) -> Sequence[Alike]:
    """The words that `word` may stand for, the nearest first; none for one that is known, too short or unlike all.

    Of words with as many faults French comes before English, then what stands in most texts.
    """
    asked = folded(word)
    forgiven = faults_forgiven(asked)
    if asked in _written() or not forgiven:
        return []
    near = process.extract(asked, list(_written()), scorer=OSA.distance, score_cutoff=forgiven, limit=None)
    fewest = min((faults for _, faults, _ in near), default=0)
    found = sorted(
        (_written()[bare].english, -_written()[bare].texts, bare)
        for bare, faults, _ in near
        if faults == fewest
    )
    return [Alike(_written()[bare].word, int(fewest)) for *_, bare in found[:most]]


def faults_forgiven(word: str) -> int:
    """How many faults a word (folded) may have; 0 for one that is too short."""
    return 0 if len(word) < SHORTEST else next(faults for letters, faults in _FAULTS if len(word) >= letters)


def faults_between(one: str, other: str) -> int:
    """Letters added, left out, changed or exchanged with their neighbour on the way from `one` to `other`."""
    return int(OSA.distance(one, other))


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
def _written() -> Mapping[str, _Known]:
    """Each word by what two spellings share."""
    spelt: dict[str, tuple[str, bool]] = {}
    counted: Counter[str] = Counter()
    for text, english in _texts():
        for word in _WORD.findall(text):
            bare = folded(word)
            counted[bare] += 1
            if bare not in spelt or (spelt[bare][1] and not english):
                spelt[bare] = word.lower(), english
    return {bare: _Known(*known, counted[bare]) for bare, known in spelt.items()}
