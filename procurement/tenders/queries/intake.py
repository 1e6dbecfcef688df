"""Drafts that came by themselves, ranked by how well they suit the network; and those that were left aside."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from procurement.accounts.models import User
from procurement.core.db import db
from procurement.core.policy import Actor, require
from procurement.deadlines.queries import deadlines_of
from procurement.members.models import Member
from procurement.tenders import policy
from procurement.tenders.fit import Fit, Offered, fit
from procurement.tenders.models import BY_HAND, Buyer, Handling, Tender, TenderKind
from procurement.tenders.queries.asked import ASKED, asked_of
from procurement.tenders.rules import Closing, closing_of

LOOKED_AT = 2000
"""Most drafts that are ranked: those that came last."""
PAGE = 25


@dataclass(frozen=True, slots=True)
class Arrival:
    """A draft to sort, and why it stands where it does."""

    id: int
    title: str
    kind: TenderKind
    buyer: str
    source: str
    source_id: str | None
    source_url: str
    departments: tuple[str, ...]
    due_at: datetime | None
    due_zone: str
    due_doubtful: bool
    came_at: datetime
    assigned_to: int | None
    colleague: str
    """Who looks at it; empty: nobody yet."""
    fit: Fit
    closing: Closing | None = None
    """Until when members would register; None for an agreement."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A page of the drafts to sort, the best first."""

    rows: Sequence[Arrival]
    total: int
    page: int
    """This page's number, from 1."""
    pages: int
    more: bool
    """Whether there are older ones that weren't ranked."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A draft that was left aside."""

    id: int
    title: str
    buyer: str
    due_at: datetime | None
    due_zone: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many drafts wait to be sorted, and how many of them for this person."""

    waiting: int
    mine: int


def arrivals(actor: Actor, now: datetime, *, page: int = 1, mine: bool = False) -> Arrivals:
    """The drafts to sort at `now`, those that suit the network best first, `PAGE` at a time; for the delegate.

    `mine`: only those handed to this person. A page beyond the last gives the last. Three statements. Raises Forbidden.
    """
    require(policy.write(actor))
    offered = _of_network()
    query = select(*_COLUMNS).join(Buyer, Buyer.id == Tender.buyer_id).where(waiting(now))
    query = query.outerjoin(Handling, Handling.tender_id == Tender.id)
    query = query.outerjoin(User, User.id == Handling.assigned_to)
    if mine:
        query = query.where(Handling.assigned_to == actor.user_id)
    found = db.session.execute(query.order_by(Tender.id.desc()).limit(LOOKED_AT + 1)).all()
    ranked = sorted(
        (_arrival(row, offered, now) for row in found[:LOOKED_AT]),
        key=lambda one: (-one.fit.score, one.due_at is None, one.due_at or now, one.id),
    )
    pages = max(-(-len(ranked) // PAGE), 1)
    page = min(max(page, 1), pages)
    return Arrivals(
        rows=_closing(ranked[(page - 1) * PAGE : page * PAGE], now),
        total=len(ranked),
        page=page,
        pages=pages,
        more=len(found) > LOOKED_AT,
    )


def _closing(rows: Sequence[Arrival], now: datetime) -> Sequence[Arrival]:
    """The same, with until when members would register. One statement, or none."""
    dates = defaultdict(list)
    for due in deadlines_of("tender", [row.id for row in rows]) if rows else ():
        dates[due.subject_id].append(due)
    return [replace(row, closing=closing_of(row.kind, dates[row.id], now)) for row in rows]


def count_arrivals(actor: Actor, now: datetime) -> Count:
    """How many drafts wait to be sorted. One statement."""
    mine = func.count().filter(Handling.assigned_to == actor.user_id)
    query = select(func.count(), mine).select_from(Tender).where(waiting(now))
    return Count(*db.session.execute(query.outerjoin(Handling, Handling.tender_id == Tender.id)).one())


def ignored(actor: Actor) -> Sequence[Ignored]:
    """The latest hundred drafts that were left aside, the last first; for the delegate. One statement."""
    require(policy.write(actor))
    query = _ignored().order_by(Handling.ignored_at.desc(), Tender.id.desc()).limit(100)
    return [Ignored(*row) for row in db.session.execute(query)]


def why_ignored(actor: Actor, tender_id: int) -> Ignored | None:
    """When and why a draft was left aside; None for one that wasn't, or for whoever doesn't write. One statement."""
    if not policy.write(actor):
        return None
    row = db.session.execute(_ignored().where(Tender.id == tender_id)).one_or_none()
    return Ignored(*row) if row else None


def _ignored() -> Any:
    return (
        select(
            Tender.id,
            Tender.title,
            Buyer.name,
            Tender.due_at,
            Tender.due_zone,
            Handling.ignored_at,
            func.coalesce(User.name, ""),
            Handling.ignored_reason,
        )
        .join(Handling, Handling.tender_id == Tender.id)
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .outerjoin(User, User.id == Handling.ignored_by)
        .where(Handling.ignored_at.is_not(None), Tender.published_at.is_(None), Tender.cancelled_at.is_(None))
    )


def waiting(now: datetime) -> ColumnElement[bool]:
    """The drafts that wait to be sorted, as a condition on `Tender`: come by themselves, not past, not left aside."""
    handled = aliased(Handling)
    aside = exists().where(handled.tender_id == Tender.id, handled.ignored_at.is_not(None))
    return and_(
        Tender.published_at.is_(None),
        Tender.cancelled_at.is_(None),
        Tender.source.not_in(BY_HAND),
        or_(Tender.due_at.is_(None), Tender.due_at >= now),
        ~aside,
    )


_COLUMNS: tuple[Any, ...] = (
    Tender.id,
    Tender.title,
    Tender.kind,
    Buyer.name.label("buyer"),
    Tender.source,
    Tender.source_id,
    Tender.source_url,
    Tender.due_zone,
    Tender.due_doubtful,
    Tender.created_at,
    Handling.assigned_to,
    func.coalesce(User.name, "").label("colleague"),
    *ASKED,
)


def _of_network() -> Offered:
    """What the network's structures do, and where. One statement."""
    rows = db.session.execute(
        select(Member.department, Member.territory, Member.cpv).where(Member.left_at.is_(None)).distinct()
    ).all()
    return Offered(
        departments=frozenset(code for row in rows for code in (row.department, *row.territory)),
        trades=frozenset(code for row in rows for code in row.cpv),
    )


def _arrival(row: Any, offered: Offered, now: datetime) -> Arrival:
    return Arrival(
        id=row.id,
        title=row.title,
        kind=row.kind,
        buyer=row.buyer,
        source=row.source,
        source_id=row.source_id,
        source_url=row.source_url,
        departments=tuple(row.departments),
        due_at=row.due_at,
        due_zone=row.due_zone,
        due_doubtful=row.due_doubtful,
        came_at=row.created_at,
        assigned_to=row.assigned_to,
        colleague=row.colleague,
        fit=fit(asked_of(row), offered, now),
    )
