"""Search by words: French full text, accents and plurals forgiven, the last word by its beginning, codes as pasted."""

import re
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, cast, func, literal
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from procurement.tenders.models import Tender

TEXT_LENGTH = 200
"""Characters of a search that are read; more is never typed."""
_CODE = 4
"""Letters and digits that a pasted reference has at least."""


def matching(text: str) -> ColumnElement[bool] | None:
    """The tenders that `text` finds, as a condition on `Tender`; None where nothing is asked."""
    query = asked_words(text)
    return None if query is None else found_by(query)


def found_by(query: Any) -> ColumnElement[bool]:
    """The tenders that a tsquery finds, as a condition on `Tender`."""
    found: ColumnElement[bool] = Tender.search.op("@@", is_comparison=True)(query)
    return found


def asked_words(text: str) -> ColumnElement[Any] | None:
    """What `text` looks for, as a tsquery; None where nothing is asked.

    Words as one types them into a search engine: all must be there, "…" for a phrase, - to leave out, or. The last
    word is also found by its beginning. A reference, a SIRET or a CPV code is found however it is spaced.
    """
    asked = " ".join(text.replace("\x00", " ").split())[:TEXT_LENGTH]
    if not re.search(r"\w", asked):
        return None
    french = cast(literal("french_plain"), REGCONFIG)
    queries: list[ColumnElement[Any]] = [func.websearch_to_tsquery(french, asked)]
    head, _, last = asked.rpartition(" ")
    if re.fullmatch(r"[^\W_]{2,}", last) and asked.count('"') % 2 == 0:
        begun = func.to_tsquery(cast(literal("plain_words"), REGCONFIG), f"{last}:*")
        queries.append(func.websearch_to_tsquery(french, head).op("&&")(begun) if head else begun)
    code = re.sub(r"[^0-9a-z]", "", asked.lower())
    if len(code) >= _CODE and re.search(r"\d", code):
        queries.append(cast(literal(f"'#{code}':*"), TSQUERY))
    # One query, so that the database weighs its rarest word and takes the index where that pays.
    return reduce(lambda one, other: one.op("||")(other), queries)
