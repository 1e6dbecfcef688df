"""What the page of one tender reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from procurement.core import events
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.events import Event
from procurement.core.policy import Actor
from procurement.deadlines.queries import deadlines_of
from procurement.tenders.models import Lot, Site, Tender
from procurement.tenders.policy import visible_to

ACTIVITY = 40
"""Latest events that the page tells."""


@dataclass(frozen=True, slots=True)
class TenderPage:
    """A tender with buyer, clauses, lots, sites and the dates that bind, and its latest events."""

    tender: Tender
    activity: Sequence[Event]


def visible_tender(actor: Actor, tender_id: int) -> Tender:
    """A tender that `actor` may see, with buyer and clauses. Raises NotFound. One statement."""
    tender = (
        db.session.scalars(
            select(Tender)
            .where(Tender.id == tender_id, visible_to(actor))
            .options(joinedload(Tender.buyer, innerjoin=True), joinedload(Tender.clauses))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if tender is None:
        raise NotFound
    return tender


def lots_of(tender_id: int) -> Sequence[Lot]:
    """The lots of a tender with their sites, in order. One statement."""
    return (
        db.session.scalars(
            select(Lot)
            .outerjoin(Lot.sites)
            .where(Lot.tender_id == tender_id)
            .options(contains_eager(Lot.sites))
            .order_by(Lot.rank, Site.rank)
            .execution_options(populate_existing=True)
        )
        .unique()
        .all()
    )


def tender_page(actor: Actor, tender_id: int) -> TenderPage:
    """All that the page of a tender shows. Raises NotFound for one that `actor` may not see. Four statements."""
    tender = visible_tender(actor, tender_id)
    set_committed_value(tender, "lots", list(lots_of(tender_id)))
    set_committed_value(tender, "deadlines", list(deadlines_of("tender", [tender_id])))
    return TenderPage(tender, events.history([("tender", tender_id)], limit=ACTIVITY))
