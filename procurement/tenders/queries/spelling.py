"""Words that stand in no tender, and the words that they were perhaps meant for."""

import re
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.core.text import folded
from procurement.tenders.models import Buyer, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.words import TEXT_LENGTH, found_by
from procurement.tenders.vocabulary import SHORTEST, alike, faults_between, faults_forgiven

_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_NEAR, _ALIKE = "0.45", 0.35
"""How alike a part of a buyer's name must be to be looked at, and then a word of it to be taken (1: the same)."""
_TRIED = 4
"""Words of the vocabulary that are looked for in tenders."""


@dataclass(frozen=True, slots=True)
class _Meant:
    word: str
    faults: int
    found: bool
    """Whether it stands in a tender that the person sees."""


def nearest(actor: Actor, text: str) -> str:
    """`text` with each word that stands in no tender as the most alike of our vocabulary or of a buyer's name.

    "" where nothing is alike. No word is told that stands only in tenders which `actor` may not see: the vocabulary is
    public, the buyers are those of tenders that are seen. For a search that has found nothing: seven statements a word
    at most, and one.
    """
    text = text[:TEXT_LENGTH]
    db.session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", _NEAR, True)))  # noqa: FBT003 - SQL
    meant = {
        word: _nearest(actor, word) for word in dict.fromkeys(_WORD.findall(text)) if not _known(actor, word)
    }
    found = {word: other for word, other in meant.items() if other}
    return _WORD.sub(lambda match: found.get(match[0], match[0]), text) if found else ""


def _known(actor: Actor, word: str) -> bool:
    begun = func.to_tsquery(
        cast(literal("plain_words"), REGCONFIG), literal(f"{word}:*", Text, literal_execute=True)
    )
    stem = func.plainto_tsquery(cast(literal("french_plain"), REGCONFIG), word)
    holds = select(Tender.id).where(found_by(begun.op("||")(stem)), visible_to(actor)).limit(1)
    return db.session.scalar(holds) is not None


def _nearest(actor: Actor, word: str) -> str:
    """What `word` was meant for: what stands in tenders first, then with the fewest faults; "" for nothing."""
    ways = [way for way in (_of_vocabulary(actor, word), _of_buyers(actor, word)) if way is not None]
    if not ways:
        return ""
    bare = folded(word)
    return min(ways, key=lambda way: (way.faults > faults_forgiven(bare), not way.found, way.faults)).word


def _of_vocabulary(actor: Actor, word: str) -> _Meant | None:
    """The nearest word of the vocabulary that stands in a tender, else the nearest."""
    near = alike(word, _TRIED)
    for one in near:
        if _known(actor, one.word):
            return _Meant(one.word, one.faults, found=True)
    return _Meant(near[0].word, near[0].faults, found=False) if near else None


def _of_buyers(actor: Actor, word: str) -> _Meant | None:
    """Of the names of buyers whose tenders `actor` sees, the word that is most alike."""
    asked = func.unaccent(func.lower(literal(word, Text)))
    names = (
        select(func.unnest(func.string_to_array(Buyer.match_name, " ")).label("word"))
        .where(asked.op("<%", is_comparison=True)(Buyer.match_name))
        .where(select(Tender.id).where(Tender.buyer_id == Buyer.id, visible_to(actor)).exists())
        .subquery()
    )
    near = func.similarity(names.c.word, asked)
    query = select(names.c.word).where(near >= _ALIKE).order_by(near.desc(), names.c.word).limit(1)
    found = db.session.scalar(query)
    return None if found is None else _Meant(found, faults_between(folded(word), found), found=True)
