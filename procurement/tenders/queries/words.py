"""Search by words: French full text, accents and plurals forgiven, the last word by its beginning, codes as pasted."""

import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from procurement.core.db import db
from procurement.tenders.models import Tender

TEXT_LENGTH = 200
"""Characters of a search that are read; more is never typed."""
_CODE = 4
"""Letters and digits that a pasted reference has at least."""
_PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_OR = {"or", "ou"}
_LEXEME = re.compile(r"'(?:[^']|'')*'(?::[*A-D]*)?")

Query = ColumnElement[Any]


def found_by(query: Any) -> ColumnElement[bool]:
    """The tenders that a tsquery finds, as a condition on `Tender`."""
    found: ColumnElement[bool] = Tender.search.op("@@", is_comparison=True)(query)
    return found


def read_words(text: str) -> str:
    """What `text` looks for, as the database writes a tsquery; "" where nothing is asked. One statement, or none."""
    query = asked_words(text)
    return "" if query is None else db.session.scalar(select(cast(query, Text))) or ""


def as_query(words: str) -> Query:
    """What `read_words` gave, in a statement: it stands in it as it is, so that the database weighs how rare it is."""
    return cast(literal(words, Text, literal_execute=True), TSQUERY)


def any_of(words: str) -> Query:
    """The words of what `read_words` gave, each enough alone, those to leave out left out: to show where they stand."""
    wanted = re.sub(r"!\s*(?:'(?:[^']|'')*'(?::[*A-D]*)?|\([^()]*\))", "", words)
    return as_query(" | ".join(dict.fromkeys(_LEXEME.findall(wanted))))


def asked_words(text: str) -> Query | None:
    """What `text` looks for, as a tsquery; None where nothing is asked.

    Words as one types them into a search engine: all must be there, "…" for a phrase, - to leave out, or (ou) between
    two. The last word is also found by its beginning. A reference, a SIRET or a CPV code is found however it is spaced.
    """
    asked = " ".join(text.replace("\x00", " ").split())[:TEXT_LENGTH]
    if not re.search(r"\w", asked):
        return None
    last = asked.rpartition(" ")[2]
    typed = last if re.fullmatch(r"[^\W_]{2,}", last) and asked.count('"') % 2 == 0 else ""
    either = [_all(group, typed if is_last else "") for group, is_last in _groups(asked)]
    whole = _joined("||", either)
    code = _code(asked)
    return _joined("||", [whole, code]) if code is not None else whole


def _groups(asked: str) -> Iterator[tuple[list[tuple[bool, bool, str]], bool]]:
    """What stands between two "or", as pieces (left out, phrase, words), and whether it is the last of them."""
    groups: list[list[tuple[bool, bool, str]]] = [[]]
    for minus, phrase, word in _PIECE.findall(asked):
        if word.lower() in _OR and groups[-1]:
            groups.append([])
        elif word:
            groups[-1].append((word.startswith("-"), False, word.lstrip("-")))
        elif phrase:
            groups[-1].append((bool(minus), True, phrase))
    kept = [group for group in groups if group]
    return ((group, group is kept[-1]) for group in kept)


def _all(pieces: list[tuple[bool, bool, str]], typed: str) -> Query:
    return _joined("&&", [_piece(*piece, typed if piece is pieces[-1] else "") for piece in pieces])


def _piece(left_out: bool, phrase: bool, words: str, typed: str) -> Query:  # noqa: FBT001 - a piece as it was read
    french = cast(literal("french_plain"), REGCONFIG)
    if phrase:
        query: Query = func.phraseto_tsquery(french, words)
    else:
        ways = [func.plainto_tsquery(french, words)]
        if typed and typed == words:
            ways.append(func.to_tsquery(cast(literal("plain_words"), REGCONFIG), f"{typed}:*"))
        code = _code(words)
        query = _joined("||", [*ways, *([] if code is None else [code])])
    return func.tsquery_not(query) if left_out else query


def _code(text: str) -> Query | None:
    """A reference, a SIRET or a CPV code, letters and digits only, by its beginning; a code's check digit is left out."""
    plain = re.sub(r"^\s*(\d{8})-\d\s*$", r"\1", text)
    code = re.sub(r"[^0-9a-z]", "", plain.lower())
    if len(code) < _CODE or not re.search(r"\d", code):
        return None
    return cast(literal(f"'#{code}':*"), TSQUERY)


def _joined(operator: str, queries: list[Query]) -> Query:
    """One query, so that the database weighs its rarest word and takes the index where that pays."""
    if not queries:
        return cast(literal(""), TSQUERY)
    return reduce(lambda one, other: one.op(operator, return_type=TSQUERY())(other), queries)
