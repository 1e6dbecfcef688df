"""The network's figures of a year, for its board: numbers by department and by kind, no names (network.md counts)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, union_all

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, Seat
from procurement.core.clock import PARIS
from procurement.core.db import db
from procurement.members.models import Member, MemberKind
from procurement.tenders.models import Tender, TenderKind


@dataclass(frozen=True, slots=True)
class Counted:
    """Three numbers: tenders followed, answers given together, answers won."""

    followed: int = 0
    answered: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class KindCounted:
    """Structures of a kind: in the network, registered to a tender, in an answer given, in an answer won."""

    kind: MemberKind
    members: int
    registered: int
    answering: int
    winning: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one year."""

    year: int
    total: Counted
    by_department: dict[str, Counted]
    by_tender_kind: dict[TenderKind, Counted]
    by_member_kind: tuple[KindCounted, ...]
    supported: int
    """Structures that registered to at least one tender."""
    first_year: int
    """The first year that has a tender."""


def figures(year: int) -> Figures:
    """The figures of `year` (calendar year in Paris). Three statements.

    A tender counts in the year it was published, an answer in the year it was deposited, and is won in the year the
    result came. One that spans two departments counts in both, once in the total. An answer is given together when
    two structures at least had confirmed.
    """
    start, end = (datetime(one, 1, 1, tzinfo=PARIS) for one in (year, year + 1))
    departments = _counts(start, end, by_department=True)
    kinds = _counts(start, end, by_department=False)
    by_kind = {TenderKind(name): counted for name, counted in kinds.items()}
    rows = _by_member_kind(start, end)
    return Figures(
        year=year,
        total=Counted(
            sum(one.followed for one in by_kind.values()),
            sum(one.answered for one in by_kind.values()),
            sum(one.won for one in by_kind.values()),
        ),
        by_department=departments,
        by_tender_kind=by_kind,
        by_member_kind=tuple(rows),
        supported=sum(row.registered for row in rows),
        first_year=_first_year(year),
    )


def _first_year(year: int) -> int:
    first = db.session.scalar(select(func.min(Tender.published_at)))
    return min(first.astimezone(PARIS).year, year) if first else year


def _together() -> ColumnElement[bool]:
    seats = select(func.count()).where(Seat.bid_id == Bid.id, SEAT_LIVE, Seat.confirmed_at.is_not(None))
    return seats.correlate(Bid).scalar_subquery() >= 2


def _within(column: Any, start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(column >= start, column < end)


def _counts(start: datetime, end: datetime, *, by_department: bool) -> dict[str, Counted]:
    key = func.unnest(Tender.departments) if by_department else Tender.kind

    def counted(what: str, query: Select[tuple[str]]) -> Select[tuple[str, str, int]]:
        rows = query.subquery()
        name = rows.c[0]
        return select(literal(what).label("what"), name.label("name"), func.count().label("number")).group_by(
            name
        )

    bids = select(key.label("name")).select_from(Tender).join(Bid, Bid.tender_id == Tender.id)
    followed = select(key.label("name")).where(_within(Tender.published_at, start, end))
    given = bids.where(_within(Bid.submitted_at, start, end), _together())
    won = bids.where(_within(Bid.awarded_at, start, end), _together())
    found: dict[str, dict[str, int]] = {}
    rows: Any = db.session.execute(
        union_all(counted("followed", followed), counted("answered", given), counted("won", won))
    )
    for what, name, number in rows:
        found.setdefault(str(name), {})[what] = number
    return {name: Counted(**numbers) for name, numbers in sorted(found.items())}


def _by_member_kind(start: datetime, end: datetime) -> Sequence[KindCounted]:
    registered = exists(
        select(Participation.id).where(
            Participation.member_id == Member.id, _within(Participation.applied_at, start, end)
        )
    )

    def seated(column: Any) -> ColumnElement[bool]:
        return exists(
            select(Seat.id)
            .join(Bid, Bid.id == Seat.bid_id)
            .where(
                Seat.member_id == Member.id,
                SEAT_LIVE,
                Seat.confirmed_at.is_not(None),
                _within(column, start, end),
                _together(),
            )
            .correlate(Member)
        )

    rows = db.session.execute(
        select(
            Member.kind,
            func.count().filter(Member.left_at.is_(None)),
            func.count().filter(registered),
            func.count().filter(seated(Bid.submitted_at)),
            func.count().filter(seated(Bid.awarded_at)),
        ).group_by(Member.kind)
    )
    order = list(MemberKind)
    return sorted((KindCounted(*row) for row in rows), key=lambda row: order.index(row.kind))
