"""Who sees what (G3): the wall between groups, and around what each structure says, as conditions of queries."""

from sqlalchemy import ColumnElement, exists, false, select, true

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, Seat
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The group answers that exist for `actor`, as a condition on `Bid`.

    The delegate's: all. A member's: those in which its structure has a place, proposed or confirmed. Nobody else's.
    """
    if actor.is_delegate:
        return true()
    if not actor.memberships:
        return false()
    return exists(
        select(Seat.id)
        .where(Seat.bid_id == Bid.id, SEAT_LIVE, Seat.member_id.in_(list(actor.memberships)))
        .correlate(Bid)
    )


def registrations_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The registrations that `actor` reads, as a condition on `Participation`: its own structures'; the delegate all.

    What a possible partner shows of itself isn't read this way.
    """
    if actor.is_delegate:
        return true()
    return Participation.member_id.in_(list(actor.memberships))


def bid_of_seat(actor: Actor, seat_id: int) -> int:
    """The bid of a place, where `actor` sees it: one statement. Raises NotFound."""
    bid_id = db.session.scalar(
        select(Seat.bid_id).join(Bid, Bid.id == Seat.bid_id).where(Seat.id == seat_id, visible_to(actor))
    )
    if bid_id is None:
        raise NotFound
    return bid_id


def tender_of_registration(actor: Actor, participation_id: int) -> int:
    """The tender of a registration, where `actor` reads it: one statement. Raises NotFound."""
    tender_id = db.session.scalar(
        select(Participation.tender_id).where(
            Participation.id == participation_id, registrations_visible_to(actor)
        )
    )
    if tender_id is None:
        raise NotFound
    return tender_id
