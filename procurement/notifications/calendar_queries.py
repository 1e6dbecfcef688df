"""Which dates stand in somebody's calendar: asked anew at each reading, by what the person may see now (N19)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import contains_eager

from procurement.bids.models import Bid, BidLot, Participation
from procurement.bids.queries import visible_to as groups_visible_to
from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notifications.calendar import Entry
from procurement.tenders.models import Buyer, Lot, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.page import visible_tender

KEPT = timedelta(days=31)
"""How long a date that has passed stays in a calendar."""
MOST = 600
"""Dates of a calendar: those to come, soonest first; the others come in as these pass."""


def calendar_of(actor: Actor, now: datetime) -> list[Entry]:
    """The dates of what `actor` has a part in, soonest first: at most `MOST`, none older than `KEPT`.

    A member's: tenders that one of its structures registered to or means to answer, and the groups in which one has
    a place, proposed or confirmed. The delegate's: every tender that is published. Whoever left a structure has
    nothing of it any more (N19), and a group nothing of another (G3). Two statements.
    """
    since = now - KEPT
    tenders = (
        select(Deadline, Tender)
        .join(Tender, and_(Deadline.subject_type == "tender", Tender.id == Deadline.subject_id))
        .where(visible_to(actor), Tender.published_at.is_not(None), _concerned(actor))
    )
    lots = (
        select(func.array_agg(aggregate_order_by(Lot.number, Lot.rank)))
        .join(BidLot, BidLot.lot_id == Lot.id)
        .where(BidLot.bid_id == Bid.id, ~Lot.whole)
        .correlate(Bid)
        .scalar_subquery()
    )
    groups = (
        select(Deadline, Tender, Bid.id, lots)
        .join(Bid, and_(Deadline.subject_type == "bid", Bid.id == Deadline.subject_id))
        .join(Tender, Tender.id == Bid.tender_id)
        .where(groups_visible_to(actor), Bid.withdrawn_at.is_(None))
    )
    found = [_of_tender(due, tender) for due, tender in db.session.execute(_soonest(tenders, since, now))]
    found += [
        Entry.of(due, tender, tender.buyer.name, path=f"/reponses/{bid_id}", lots=numbers or ())
        for due, tender, bid_id, numbers in db.session.execute(_soonest(groups, since, now))
    ]
    to_come_first = sorted(found, key=lambda entry: (entry.due_at < now, entry.due_at, entry.deadline_id))
    return sorted(to_come_first[:MOST], key=lambda entry: (entry.due_at, entry.deadline_id))


def calendar_of_tender(actor: Actor, tender_id: int) -> tuple[Tender, list[Entry]]:
    """A tender that `actor` may see, with all its dates, those that ended included. Two statements; raises NotFound."""
    tender = visible_tender(actor, tender_id)
    dates = db.session.scalars(
        select(Deadline)
        .where(Deadline.subject_type == "tender", Deadline.subject_id == tender_id)
        .order_by(Deadline.due_at, Deadline.id)
    )
    return tender, [_of_tender(due, tender) for due in dates]


def _of_tender(due: Deadline, tender: Tender) -> Entry:
    return Entry.of(due, tender, tender.buyer.name, path=f"/marches/{tender.id}")


def _soonest(query: Select[*tuple[Any, ...]], since: datetime, now: datetime) -> Select[*tuple[Any, ...]]:
    """`query` on dates not older than `since`, with the tender's buyer; naming all kinds lets an index find them."""
    return (
        query.join(Buyer, Buyer.id == Tender.buyer_id)
        .where(Deadline.kind.in_(list(DeadlineKind)), Deadline.due_at >= since)
        .options(contains_eager(Tender.buyer))
        .order_by(Deadline.due_at < now, Deadline.due_at, Deadline.id)
        .limit(MOST)
        .execution_options(populate_existing=True)
    )


def _concerned(actor: Actor) -> ColumnElement[bool]:
    """The tenders in which `actor` has a part, as a condition on dates of tenders.

    Written on the date itself: the database then begins with the few tenders of a structure.
    """
    if actor.is_delegate:
        return true()
    means_to_answer = select(Participation.tender_id).where(
        Participation.member_id.in_(list(actor.memberships)),
        or_(Participation.applied_at.is_not(None), Participation.interested_at.is_not(None)),
        Participation.withdrawn_at.is_(None),
        Participation.not_for_us_at.is_(None),
        Participation.turned_down_at.is_(None),
    )
    grouped = select(Bid.tender_id).where(Bid.withdrawn_at.is_(None), groups_visible_to(actor))
    return Deadline.subject_id.in_(union(means_to_answer, grouped))
