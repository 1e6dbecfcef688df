"""Walking along the list for words that many tenders hold, instead of gathering all that hold them.

Words and dates go together in ways that the database can't foresee: left to itself it gathers every tender that holds
a common word and sorts them. A walk looks at tenders one by one in the list's own order, so many at most, and ends as
soon as a page is full; where it brings too few, the whole is asked.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, FromClause, select
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.visitors import replacement_traverse

from procurement.tenders.models import Tender


def walk(conditions: Iterable[ColumnElement[bool]], order: Iterable[Any], most: int) -> Callable[[Any], Any]:
    """The first `most` tenders in an order; returns what says an expression on `Tender` of these tenders alone."""
    rows = select(*Tender.__table__.columns).where(*conditions).order_by(*order).limit(most)
    return partial(_said_of, rows.subquery("walked"))


def _said_of(rows: FromClause, said: Any) -> Any:
    def instead(element: Any, **_: Any) -> Any:
        table = element.table if isinstance(element, ColumnClause) else None
        return rows.c[element.name] if getattr(table, "name", "") == Tender.__tablename__ else None

    whole = said.expression if isinstance(said, QueryableAttribute) else said
    return replacement_traverse(whole, {}, instead)
