"""Words that stand in no tender, and what buyers' names have that is spelt nearly so."""

import re

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.tenders.models import Buyer, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.words import TEXT_LENGTH, found_by

SHORTEST = 4
"""Letters from which on a word can be misspelt: of fewer, all words are alike."""
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_NEAR, _ALIKE = "0.45", 0.35
"""How alike a part of a name must be to be looked at, and then a word of it to be taken (1: the same)."""


def nearest(actor: Actor, text: str) -> str:
    """`text` with each word that stands in no tender as the most alike of a buyer's name; "" where nothing is alike.

    For a search that has found nothing: two statements a word, and one.
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


def _nearest(actor: Actor, word: str) -> str | None:
    """Of the names of buyers whose tenders `actor` sees, the word that is most alike."""
    asked = func.unaccent(func.lower(literal(word, Text)))
    names = (
        select(func.unnest(func.string_to_array(Buyer.match_name, " ")).label("word"))
        .where(asked.op("<%", is_comparison=True)(Buyer.match_name))
        .where(select(Tender.id).where(Tender.buyer_id == Buyer.id, visible_to(actor)).exists())
        .subquery()
    )
    alike = func.similarity(names.c.word, asked)
    query = select(names.c.word).where(alike >= _ALIKE).order_by(alike.desc(), names.c.word).limit(1)
    return db.session.scalar(query)
