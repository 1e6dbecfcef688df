"""Facets of a search: how many tenders each filter would leave."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.tenders.models import Buyer, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.filters import MARKS, TenderSearch, due_within
from procurement.tenders.queries.listing import Words, found
from procurement.tenders.queries.states import state_expression
from procurement.tenders.queries.walking import walk

CAP = 2_000
"""Tenders that are counted at most: those whose deadline is latest."""
WALKED = 100_000
"""Tenders, those whose deadline is latest, that are looked at one by one for common words."""
BUYERS = 8
"""Buyers that are offered: those of most tenders."""
DAYS = (7, 15, 30, 60)
"""Deadlines within so many days, as choices."""

_Counted = Select[*tuple[str, str, int, str]]
"""Filter, value, number of tenders, and the name of a buyer."""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many tenders a search finds, and how many each choice of each filter would leave."""

    total: int
    more: bool
    """Whether there are more than `CAP`: all numbers are then those of the first."""
    counts: Mapping[str, Mapping[str, int]]
    """By filter, then by value as text."""
    without: Mapping[str, int]
    """How many there would be without a filter that is chosen, by its name; `CAP` and one more for more than that."""
    buyers: Mapping[int, str]
    """Names of the buyers that are counted."""


def facets(actor: Actor, search: TenderSearch, words: Words | None, now: datetime) -> Facets:
    """Count what `search` finds for `actor`, by each filter; a filter that is chosen is counted as if it weren't.

    One statement, one more where words are common. `words` as `by_words` gives it.
    """
    if words is not None and words.common > 2 * CAP:
        counted = _read(actor, search, words, now, WALKED)
        if counted.more and all(number > CAP for number in counted.without.values()):
            return counted
    return _read(actor, search, words, now, 0)


def _read(actor: Actor, search: TenderSearch, words: Words | None, now: datetime, walked: int) -> Facets:
    """The facets, among the last `walked` tenders where that isn't 0."""
    chosen = [name for name in (*MARKS, "within_days", "state") if getattr(search, name)]
    counted = _counted(actor, search, words, now, "", walked)
    for name in chosen:
        counted += _counted(actor, search.without(name), words, now, name, walked)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    buyers: dict[int, str] = {}
    for name, value, number, buyer in db.session.execute(union_all(*counted)):
        counts[name][value] = number
        if buyer:
            buyers[int(value)] = buyer
    totals = counts.pop("total")
    total = totals.pop("")
    return Facets(min(total, CAP), total > CAP, counts, totals, buyers)


def _counted(
    actor: Actor, search: TenderSearch, words: Words | None, now: datetime, only: str, walked: int
) -> list[_Counted]:
    """What is counted: of the filter `only`, or of all, with how many tenders there are."""
    at = literal(now, Tender.sort_at.type)
    within = [due_within(days, at).label(f"within_{days}") for days in DAYS]
    columns = [Tender.marks, state_expression(now).label("state"), *within]
    conditions = found(actor, search, words, now, every=only == "state")
    order = (Tender.sort_at.desc(), Tender.id.desc())
    if walked:
        said = walk([visible_to(actor)], order, walked)
        query = select(*map(said, columns)).where(*map(said, conditions)).order_by(*map(said, order))
    else:
        query = select(*columns).where(*conditions).order_by(*order)
    tenders = query.limit(CAP + 1).cte(f"found_{only or 'all'}")
    states = select(_said("state"), tenders.c.state, func.count(), _said("")).group_by(tenders.c.state)
    days = [
        select(_said("within_days"), _said(str(days)), func.count(), _said("")).where(
            tenders.c[f"within_{days}"]
        )
        for days in DAYS
    ]
    total = select(_said("total"), _said(only), func.count(), _said("")).select_from(tenders)
    if only == "state":
        return [total, states]
    if only == "within_days":
        return [total, *days]
    marks = select(func.unnest(tenders.c.marks).label("mark")).subquery(f"marks_{only or 'all'}")
    number = func.count().label("number")
    by_mark = select(marks.c.mark, number).group_by(marks.c.mark).cte(f"by_mark_{only or 'all'}")
    buyers = (
        select(by_mark).where(by_mark.c.mark.like("b:%")).order_by(by_mark.c.number.desc(), by_mark.c.mark)
    ).limit(BUYERS)
    top = _of_buyers(buyers.subquery(f"buyers_{only or 'all'}"))
    others = _of_marks(by_mark)
    if only:
        return [total, top if only == "buyer" else others.where(by_mark.c.mark.like(f"{MARKS[only]}:%"))]
    return [total, states, *days, others.where(by_mark.c.mark.not_like("b:%")), top]


def _of_marks(rows: FromClause) -> _Counted:
    name = case(*((rows.c.mark.like(f"{letter}:%"), name) for name, letter in MARKS.items()))
    return select(name, func.substr(rows.c.mark, 3), rows.c.number, _said(""))


def _of_buyers(rows: FromClause) -> _Counted:
    known = select(_said("buyer"), func.substr(rows.c.mark, 3), rows.c.number, Buyer.name)
    return known.join(Buyer, Buyer.id == cast(func.substr(rows.c.mark, 3), BigInteger))


def _said(words: str) -> ColumnElement[str]:
    return literal(words, Text)


def buyer_names(actor: Actor, ids: Iterable[int]) -> Mapping[int, str]:
    """The names of these buyers, where `actor` sees a tender of theirs. One statement, or none."""
    asked = list(ids)
    if not asked:
        return {}
    seen = select(Tender.id).where(Tender.buyer_id == Buyer.id, visible_to(actor)).exists()
    rows = db.session.execute(select(Buyer.id, Buyer.name).where(Buyer.id.in_(asked), seen))
    return {row.id: row.name for row in rows}
