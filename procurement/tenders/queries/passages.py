"""Where the words of a search stand in what it found: title, buyer, and a passage of the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG

from procurement.core.db import db
from procurement.tenders.models import Buyer, Lot, Tender

OPENS, CLOSES = "\x02", "\x03"
"""Around what was found: no text holds them, and pages write them as marks once the rest is escaped."""
_LESS = "\x04"
"""Stands for "<" meanwhile: what looks like a tag would be left out."""
_ONLY = f"StartSel={OPENS}, StopSel={CLOSES}"
_WHOLE = f"HighlightAll=true, {_ONLY}"
_PASSAGE = f'MaxFragments=2, MaxWords=18, MinWords=6, FragmentDelimiter=" … ", {_ONLY}'
_LONGEST = 20_000
"""Letters of a text that are looked through."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A tender's title and buyer, and a passage of its lots and its description, "" where no word stands there."""

    title: str
    buyer: str
    rest: str


def passages(query: ColumnElement[Any], tender_ids: Iterable[int]) -> Mapping[int, Passage]:
    """For each of these tenders, where the words of the tsquery `query` stand. One statement."""
    lots = (
        select(func.string_agg(func.concat_ws(" ", Lot.title, Lot.description), " · "))
        .where(Lot.tender_id == Tender.id, ~Lot.whole)
        .scalar_subquery()
    )
    rest = func.left(func.concat_ws(" · ", lots, Tender.description), _LONGEST)
    rows = db.session.execute(
        select(
            Tender.id,
            _shown(Tender.title, query, _WHOLE),
            _shown(Buyer.name, query, _WHOLE),
            _shown(rest, query, _PASSAGE),
        )
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .where(Tender.id.in_(list(tender_ids)))
    )
    return {
        row_id: Passage(title, buyer, rest if OPENS in rest else "")
        for row_id, *texts in rows
        for title, buyer, rest in [[(text or "").replace(_LESS, "<") for text in texts]]
    }


def _shown(text: Any, query: ColumnElement[Any], options: str) -> ColumnElement[str]:
    """`text` with what the words found in it marked: by their stems or, where that finds none, by their beginnings."""
    plain = func.translate(text, f"<{OPENS}{CLOSES}{_LESS}", _LESS)
    by_stem, by_beginning = (
        func.ts_headline(cast(literal(name), REGCONFIG), plain, query, options)
        for name in ("french_plain", "plain_words")
    )
    return cast(case((func.strpos(by_stem, OPENS) > 0, by_stem), else_=by_beginning), Text)
