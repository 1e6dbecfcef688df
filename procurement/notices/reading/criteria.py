"""By what running text says that offers are judged: "Prix des prestations : 60 % ; valeur technique : 40 %"."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, islice

from procurement.notices.parsed import ReadCriterion
from procurement.notices.reading.text import one_line

LIMIT, NAME_LIMIT = 60, 200
WHOLE = Decimal(100)
"""What the weights of all criteria come to."""
_REACH = 2000
"""Characters after the word that announces criteria in which they stand."""
_TRIES = 20
"""How many such words are tried."""
_PROSE_LIMIT = 60_000
_SHORTEST = 3
_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_PERCENT = re.compile(rf"(?<![\d.,])({_NUMBER})\s?(?:%|pour cent\b)", re.ASCII | re.IGNORECASE)
_POINTS = re.compile(rf"(?<![\d.,])({_NUMBER})\s?(?:points?|pts?)\b", re.ASCII | re.IGNORECASE)
"""Of a hundred in all, a point is a percent."""
_BEGINS = re.compile(r"(?i)\bcrit[èe]res?\b|\bjugement des offres\b|\baward criteria\b")
_HEADING = re.compile(
    r"(?i)^(?:\s|d['’]attribution|de (?:jugement|s[ée]lection|choix)|des offres|(?:sont )?(?:les )?suivants?"
    r"|de la (?:fa[çc]on|mani[èe]re) suivante|sont|ci-(?:dessous|apr[èe]s)|(?:et )?(?:leur )?pond[ée]r(?:ation|[ée]s?)|retenus?|:)*"
)
_WITHIN = re.compile(r"(?i)\b(?:dont|sous-crit)[^()\n]*(?=\))|^[^\n]*sous-crit[^\n]*$", re.MULTILINE)
"""Parts of one criterion: their weights are in that of the whole."""
_PIECES = re.compile(r"[\n;•]|(?<=\w\w)[.]\s")
_LEADING = re.compile(r"(?i)^(?:[\W_]|et\b|puis\b|n[°o] ?\d|\d{1,2} ?[.):/-])+")
_JOINING = re.compile(
    r"(?i)(?:^|(?<=[\W_]))(?:pond[ée]r(?:ation|[ée]e?s?)|not[ée]e?s?|compte(?:nt)?|coefficient|pour|sur|[àa]|de)$"
)


def percent_of(said: str) -> Decimal | None:
    """The percentage that `said` is, from 0 to 100; None for anything else."""
    found = re.fullmatch(_NUMBER, said.strip(), re.ASCII)
    value = Decimal(found[0].replace(",", ".")) if found else None
    return None if value is None or value > WHOLE else value


def criteria_in_prose(said: str) -> Sequence[ReadCriterion]:
    """The criteria that a text names with weights that come to a hundred percent, else points; none where they don't.

    They stand after a word that announces them, within two thousand signs. Looks at sixty thousand signs.
    """
    said = said[:_PROSE_LIMIT]
    for unit in (_PERCENT, _POINTS):
        if len(unit.findall(said)) > 1:
            for begins in islice(_BEGINS.finditer(said), _TRIES):
                place = begins.end()
                if found := _weighted(_WITHIN.sub("", said[place : place + _REACH]), unit):
                    return found
    return ()


def _weighted(said: str, unit: re.Pattern[str]) -> Sequence[ReadCriterion]:
    """The criteria at the head of `said`, until their weights come to the whole; none where they go past it.

    None either where the last ones may be parts of one before them, as what follows makes the whole without them.
    """
    said = _HEADING.sub("", said)
    marks: list[re.Match[str]] = []
    total = Decimal()
    every = list(unit.finditer(said))
    for mark in every:
        marks.append(mark)
        total += percent_of(mark[1]) or WHOLE
        if total >= WHOLE:
            break
    if total != WHOLE or len(marks) < 2:  # one criterion of 100 % is rather a turn of phrase
        return ()
    weights = [percent_of(mark[1]) or Decimal() for mark in every]
    rests = set(accumulate(weights[len(marks) :]))
    if any(sum(weights[n + 1 : len(marks)]) == weights[n] in rests for n in range(len(marks) - 2)):
        return ()
    ends = [0, *(mark.end() for mark in marks)]
    starts = [*(mark.start() for mark in marks), len(said)]
    before = [
        _PIECES.split(_bare(said[end:start]))[-1] for end, start in zip(ends, starts[:-1], strict=False)
    ]
    after = [
        _PIECES.split(_bare(said[end:start]))[0] for end, start in zip(ends[1:], starts[1:], strict=True)
    ]
    for names in (before, after):
        clean = [one_line(_bare(name.rpartition(":")[2]), NAME_LIMIT) for name in names]
        if len(set(clean)) == len(clean) and all(
            len(re.findall(r"[^\W\d_]", name)) >= _SHORTEST for name in clean
        ):
            return [
                ReadCriterion(name[:1].upper() + name[1:], weight=percent_of(mark[1]))
                for name, mark in zip(clean, marks, strict=True)
            ]
    return ()


def _bare(name: str) -> str:
    """A criterion's words without what joins them to their weight and to the one before."""
    name, joined = _LEADING.sub("", name), ""
    while name != joined:
        joined = name
        end = next(
            (
                place
                for place in range(len(name), 0, -1)
                if name[place - 1].isalnum() or name[place - 1] == ")"
            ),
            0,
        )
        name = _JOINING.sub("", name[:end])
    return name if "(" in name else name.rstrip(")")
