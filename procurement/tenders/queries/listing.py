"""The list of tenders: search, filters, pages that follow one another by key."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select, tuple_

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.tenders.models import Buyer, Reservation, Tender, TenderKind
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.filters import narrowed
from procurement.tenders.queries.states import state_condition
from procurement.tenders.queries.words import matching
from procurement.tenders.rules import TenderState, tender_state

PAGE = 25
"""Tenders a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderSearch:
    """What is looked for: words, and filters that all must hold. Empty: everything."""

    text: str = ""
    department: str = ""
    kind: TenderKind | None = None
    within_days: int | None = None
    """Due in so many days at most."""
    reservation: Reservation | None = None
    """Reserved so, as a whole or in one of its lots."""
    state: TenderState | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return self == TenderSearch()


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
    sort_at: datetime
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
    Tender.sort_at,
)


@dataclass(frozen=True, slots=True)
class _Key:
    """A place in the list: what is still to come stands first, soonest first; then the rest, latest first."""

    to_come: bool
    sort_at: datetime
    id: int

    def written(self, side: str) -> str:
        plain = f"{side}{self.to_come:d}|{self.sort_at.isoformat()}|{self.id}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read_key(text: str) -> tuple[str, _Key] | None:
    """Side (">" following, "<" preceding) and key of a page; None for what isn't one: the first page is shown."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        to_come, sort_at, row_id = plain[1:].split("|")
        key = _Key(to_come == "1", datetime.fromisoformat(sort_at), int(row_id))
    except (ValueError, binascii.Error):
        return None
    known = plain[0] in "<>" and key.sort_at.tzinfo is not None and abs(key.id) < 2**63
    return (plain[0], key) if known else None


FEW = 1000
"""Tenders that words find, up to which they are looked up first and sorted afterwards."""


def _by_words(actor: Actor, text: str) -> ColumnElement[bool] | None:
    """The tenders that `text` finds, as the condition that is read fastest; None where nothing is asked.

    Rare words: their few tenders, by the index of words. Common ones: whatever the list meets on its way that holds
    them, since it meets a page of them soon. The database can't tell which before it looks.
    """
    words = matching(text)
    if words is None:
        return None
    few = db.session.scalars(select(Tender.id).where(words, visible_to(actor)).limit(FEW + 1)).all()
    return Tender.id.in_(few) if len(few) <= FEW else words


def list_tenders(actor: Actor, search: TenderSearch, now: datetime, page: str = "", size: int = PAGE) -> Page:
    """The tenders that `actor` may see and that `search` finds: those to come, soonest first, then the others.

    `page` is a key from an earlier page; one that can't be read gives the first page. One statement, one more where
    a page reaches from those to come into the others, one more for words.
    """
    read = _read_key(page) if page else None
    side, key = read or (">", None)
    backwards = side == "<"
    rows: list[Row] = []
    words = _by_words(actor, search.text)
    for to_come in (False, True) if backwards else (True, False):
        if key is not None and key.to_come is not to_come and (key.to_come is backwards):
            continue  # that half lies behind the key
        if len(rows) <= size and _may_hold(search, to_come=to_come):
            here = key if key is not None and key.to_come is to_come else None
            query = _half(actor, search, words, now, to_come=to_come, backwards=backwards, key=here)
            rows += [_row(row, now) for row in db.session.execute(query.limit(size + 1 - len(rows)))]
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    first, last = (_Key(row.sort_at > now, row.sort_at, row.id) for row in (rows[0], rows[-1]))
    return Page(
        rows,
        following=last.written(">") if more or backwards else "",
        preceding=first.written("<") if (more if backwards else key is not None) else "",
    )


def _may_hold(search: TenderSearch, *, to_come: bool) -> bool:
    """Whether that half can hold anything that `search` finds."""
    if to_come:
        return search.state not in {TenderState.CLOSED, TenderState.CANCELLED}
    return search.within_days is None


def _half(
    actor: Actor,
    search: TenderSearch,
    words: ColumnElement[bool] | None,
    now: datetime,
    *,
    to_come: bool,
    backwards: bool,
    key: _Key | None,
) -> Select[*tuple[object, ...]]:
    """The rows still to come, or the others, in the list's order (or against it), from `key` on."""
    query = select(*COLUMNS).join(Buyer, Buyer.id == Tender.buyer_id).where(visible_to(actor))
    query = query.where(Tender.sort_at > now if to_come else Tender.sort_at <= now)
    query = query.where(*_conditions(search, now), *([] if words is None else [words]))
    ascending = to_come is not backwards
    if key is not None:
        place, here = tuple_(Tender.sort_at, Tender.id), tuple_(key.sort_at, key.id)
        query = query.where(place > here if ascending else place < here)
    if ascending:
        return query.order_by(Tender.sort_at, Tender.id)
    return query.order_by(Tender.sort_at.desc(), Tender.id.desc())


def _conditions(search: TenderSearch, now: datetime) -> list[ColumnElement[bool]]:
    found = narrowed(search, literal(now, Tender.sort_at.type))
    if search.state is not None:
        found.append(state_condition(search.state, now))
    return found


def _row(values: Sequence[Any], now: datetime) -> Row:
    """A line from `COLUMNS`, whose order is that of its own fields."""
    *_, due_at, _zone, _doubtful, closes_at, published_at, cancelled_at, _sort_at = values
    state = tender_state(
        published_at=published_at,
        cancelled_at=cancelled_at,
        registrations_close_at=closes_at,
        due_at=due_at,
        now=now,
    )
    return Row(*[*values, state])
