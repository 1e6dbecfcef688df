"""The list of tenders: search, filters, pages that follow one another by key."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from procurement.core.db import db, estimate
from procurement.core.policy import Actor
from procurement.tenders.models import Buyer, Reservation, Tender, TenderKind
from procurement.tenders.policy import visible_to, write
from procurement.tenders.queries.filters import Sort, TenderSearch, narrowed
from procurement.tenders.queries.states import not_set_aside, state_condition
from procurement.tenders.queries.walking import walk
from procurement.tenders.queries.words import any_of, as_query, found_by, read_words
from procurement.tenders.rules import TenderState, tender_state

PAGE = 25
"""Tenders a page."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: int
    title: str
    reference: str
    kind: TenderKind
    buyer: str
    departments: list[str]
    reservation: Reservation
    due_at: datetime | None
    due_zone: str
    due_doubtful: bool
    registrations_close_at: datetime | None
    published_at: datetime | None
    cancelled_at: datetime | None
    set_aside_at: datetime | None
    sort_at: datetime
    created_at: datetime
    marks: list[str]
    """What filters ask for (`filters.py`); among them how its lots are reserved."""
    state: TenderState


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, and the keys of its neighbours ("" where there is none)."""

    rows: list[Row]
    following: str = ""
    preceding: str = ""


COLUMNS = (
    Tender.id,
    Tender.title,
    Tender.reference,
    Tender.kind,
    Buyer.name.label("buyer"),
    Tender.departments,
    Tender.reservation,
    Tender.due_at,
    Tender.due_zone,
    Tender.due_doubtful,
    Tender.registrations_close_at,
    Tender.published_at,
    Tender.cancelled_at,
    Tender.set_aside_at,
    Tender.sort_at,
    Tender.created_at,
    Tender.marks,
)
_FIELDS = tuple(column.key for column in COLUMNS)


FEW = 1000
"""Tenders that words find, up to which they are looked up first and sorted afterwards."""
_PROBED = 5 * FEW
"""Tenders that words are expected to find, up to which it is tried."""
WALKED = 5000
"""Tenders of the list that are looked at one by one for common words, before all that hold them are gathered."""
WEIGHED = 300
"""Tenders of which the best match is looked for."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A place in the list: which part of it, the instant that this part is sorted by, the tender."""

    part: int
    at: datetime
    id: int

    def written(self, side: str) -> str:
        return _encoded(f"{side}{self.part}|{self.at.isoformat()}|{self.id}")


def _encoded(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decoded(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def _read_key(text: str) -> tuple[str, _Key] | None:
    """Side (">" following, "<" preceding) and key of a page; None for what isn't one: the first page is shown."""
    try:
        plain = _decoded(text)
        part, at, row_id = plain[1:].split("|")
        key = _Key(int(part), datetime.fromisoformat(at), int(row_id))
    except (ValueError, binascii.Error):
        return None
    known = (
        plain[:1] in {"<", ">"} and key.at.tzinfo is not None and abs(key.id) < 2**63 and key.part in {0, 1}
    )
    return (plain[0], key) if known else None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a search: the query, and the condition on `Tender` that is read fastest."""

    query: ColumnElement[Any]
    each: ColumnElement[Any]
    """The same with each word enough alone: where they stand."""
    condition: ColumnElement[bool]
    common: int
    """About how many tenders hold them, where these are too many to be looked up first; else 0."""


def list_tenders(
    actor: Actor,
    search: TenderSearch,
    now: datetime,
    page: str = "",
    size: int = PAGE,
    words: Words | None = None,
) -> Page:
    """The tenders that `actor` may see and that `search` finds, in the order it asks for.

    `page` is a key from an earlier page; one that can't be read gives the first page. `words` as `by_words` gives
    them, where they are known already. One statement, one more where a page reaches from one part of the list into
    the other, three more for words, and one more for each part where words are common.
    """
    words = words or by_words(actor, search.text)
    if search.sort is Sort.RELEVANCE and words is not None:
        return _weighed(actor, search, words, now, page, size)
    parts = _parts(actor, search, now)
    read = _read_key(page) if page else None
    side, key = read or (">", None)
    backwards = side == "<"
    rows: list[Row] = []
    for part in reversed(parts) if backwards else parts:
        if key is not None and part.number != key.part and (key.part < part.number) is backwards:
            continue  # that part lies behind the key
        if len(rows) <= size:
            here = key if key is not None and key.part == part.number else None
            ask = partial(part.page, actor, found(actor, search, words, now), backwards=backwards, key=here)
            wanted = size + 1 - len(rows)
            met: Sequence[Any] = ()
            if words is not None and words.common:
                met = db.session.execute(ask(walked=WALKED).limit(wanted)).all()
            if len(met) < wanted:
                met = db.session.execute(ask().limit(wanted)).all()
            rows += [_row(row, now) for row in met]
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    first, last = (next(part.key(row) for part in parts if part.has(row)) for row in (rows[0], rows[-1]))
    return Page(
        rows,
        following=last.written(">") if more or backwards else "",
        preceding=first.written("<") if (more if backwards else key is not None) else "",
    )


def found(
    actor: Actor, search: TenderSearch, words: Words | None, now: datetime, *, every: bool = False
) -> list[ColumnElement[bool]]:
    """What a tender that `search` finds for `actor` fulfils; `words` as `by_words` gives it.

    Drafts that were left aside are found where their state is asked for, or with `every`.
    """
    conditions = [visible_to(actor), *narrowed(search, literal(now, Tender.sort_at.type))]
    if search.state is not None:
        conditions.append(state_condition(search.state, now))
    elif write(actor) and not every:
        conditions.append(not_set_aside())
    if words is not None:
        conditions.append(words.condition)
    return conditions


def by_words(actor: Actor, text: str) -> Words | None:
    """The words of `text`; None where nothing is asked. Three statements at most.

    Rare words: their few tenders, by the index of words. Common ones: whatever the list meets on its way that holds
    them, since it meets a page of them soon. What the database expects says whether looking them up may pay.
    """
    asked = read_words(text)
    if not asked:
        return None
    query = as_query(asked)
    finds = select(Tender.id).where(found_by(query))
    expected = estimate(finds)
    if expected <= _PROBED:
        few = db.session.scalars(finds.where(visible_to(actor)).limit(FEW + 1)).all()
        if len(few) <= FEW:
            return Words(query, any_of(asked), Tender.id.in_(few), common=0)
    return Words(query, any_of(asked), found_by(query), common=max(expected, FEW))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of the list: which tenders, sorted by which instant, in which direction."""

    number: int
    holds: ColumnElement[bool]
    by: Any
    ascending: bool
    has: Callable[[Row], bool]
    at: Callable[[Row], datetime]

    def page(
        self,
        actor: Actor,
        conditions: Sequence[ColumnElement[bool]],
        *,
        backwards: bool,
        key: _Key | None,
        walked: int = 0,
    ) -> Select[*tuple[object, ...]]:
        """Its tenders, in the list's order (or against it), from `key` on.

        `walked`: only those among its first so many (`walking.py`).
        """
        upwards = self.ascending is not backwards
        own = [self.holds]
        if key is not None:
            place, here = tuple_(self.by, Tender.id), tuple_(key.at, key.id)
            own.append(place > here if upwards else place < here)
        order = (self.by, Tender.id) if upwards else (self.by.desc(), Tender.id.desc())
        if not walked:
            query = select(*COLUMNS).join(Buyer, Buyer.id == Tender.buyer_id).where(*own, *conditions)
            return query.order_by(*order)
        said = walk([visible_to(actor), *own], order, walked)
        query = select(*map(said, COLUMNS)).join(Buyer, Buyer.id == said(Tender.buyer_id))
        return query.where(*map(said, conditions)).order_by(*map(said, order))

    def key(self, row: Row) -> _Key:
        """The place of one of its rows."""
        return _Key(self.number, self.at(row), row.id)


def _parts(actor: Actor, search: TenderSearch, now: datetime) -> list[_Part]:
    """The parts of the list that can hold anything that `search` finds, in order."""
    if search.sort is Sort.NEWEST:
        drafts = _Part(
            number=0,
            holds=Tender.published_at.is_(None),
            by=Tender.created_at,
            ascending=False,
            has=lambda row: row.published_at is None,
            at=lambda row: row.created_at,
        )
        published = _Part(
            number=1,
            holds=Tender.published_at.is_not(None),
            by=Tender.published_at,
            ascending=False,
            has=lambda row: row.published_at is not None,
            at=lambda row: row.published_at or row.created_at,
        )
        return [drafts, published] if write(actor) else [published]
    to_come = _Part(
        number=0,
        holds=Tender.sort_at > now,
        by=Tender.sort_at,
        ascending=True,
        has=lambda row: row.sort_at > now,
        at=lambda row: row.sort_at,
    )
    ended = replace(
        to_come, number=1, holds=Tender.sort_at <= now, ascending=False, has=lambda row: row.sort_at <= now
    )
    if search.within_days is not None:
        return [to_come]
    return [ended] if search.state in {TenderState.CLOSED, TenderState.CANCELLED} else [to_come, ended]


def _weighed(actor: Actor, search: TenderSearch, words: Words, now: datetime, page: str, size: int) -> Page:
    """What answers the words best, first: of the `WEIGHED` tenders found whose deadline is latest, weighed one by one."""
    start = _read_start(page)
    near = (
        select(Tender.id, Tender.search)
        .where(*found(actor, search, words, now))
        .order_by(Tender.sort_at.desc(), Tender.id.desc())
        .limit(WEIGHED)
        .subquery()
    )
    weight = func.ts_rank(near.c.search, words.query)
    query = select(*COLUMNS).join(Buyer, Buyer.id == Tender.buyer_id).join(near, near.c.id == Tender.id)
    query = (
        query.order_by(weight.desc(), Tender.sort_at.desc(), Tender.id.desc()).offset(start).limit(size + 1)
    )
    rows = [_row(row, now) for row in db.session.execute(query)]
    return Page(
        rows[:size],
        following=_encoded(f"={start + size}") if len(rows) > size else "",
        preceding=_encoded(f"={max(0, start - size)}") if start else "",
    )


def _read_start(page: str) -> int:
    try:
        plain = _decoded(page)
        return min(WEIGHED, max(0, int(plain[1:]))) if plain[:1] == "=" else 0
    except (ValueError, binascii.Error):
        return 0


def _row(values: Sequence[Any], now: datetime) -> Row:
    """A line from `COLUMNS`, whose order is that of its own fields."""
    fields = dict(zip(_FIELDS, values, strict=True))
    state = tender_state(
        published_at=fields["published_at"],
        cancelled_at=fields["cancelled_at"],
        registrations_close_at=fields["registrations_close_at"],
        due_at=fields["due_at"],
        set_aside_at=fields["set_aside_at"],
        now=now,
    )
    return Row(**fields, state=state)
