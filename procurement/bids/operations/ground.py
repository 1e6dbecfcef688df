"""What every verb stands on: rows locked first, parent before child, and the tender's dates as they are then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from procurement.bids import policy, rules
from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, Seat
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import Conflict, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import Tender, TenderKind


@dataclass(frozen=True, slots=True)
class Ground:
    """A tender, locked, its dates and the instant of the verb."""

    tender: Tender
    due: dict[DeadlineKind, datetime]
    now: datetime

    @property
    def is_agreement(self) -> bool:
        """Whether structures accede to it one by one, without groups."""
        return self.tender.kind is TenderKind.AGREEMENT

    def require_registrations_open(self) -> None:
        """Raises TooLate once registrations are closed."""
        rules.require_registrations_open(self.tender.kind, self.due, self.now)

    def require_unlocked(self) -> None:
        """Raises TooLate once the composition is frozen (R2142-26)."""
        rules.require_unlocked(self.due, self.now)


def dates_of(tender_id: int) -> dict[DeadlineKind, datetime]:
    """The dates that bind on a tender, by kind: one statement."""
    rows = db.session.execute(
        select(Deadline.kind, Deadline.due_at).where(
            Deadline.subject_type == Tender.__tablename__,
            Deadline.subject_id == tender_id,
            Deadline.closed_at.is_(None),
        )
    )
    return {row.kind: row.due_at for row in rows}


def _locked(model: Any, row_id: int) -> Any:
    """The row of that id, locked until the transaction ends, its columns read afresh. Raises NotFound.

    Relations that a page had loaded stay loaded.
    """
    row = db.session.get(model, row_id)
    if row is None:
        raise NotFound
    columns = [one.key for one in inspect(model).column_attrs if not one.deferred]
    db.session.refresh(row, columns, with_for_update={"key_share": True})
    return row


def lock_tender(actor: Actor, tender_id: int) -> Ground:
    """Lock a tender on which something is to be written.

    Raises NotFound where it doesn't exist or isn't published (save for the delegate), TooLate when it was cancelled.
    """
    tender: Tender = _locked(Tender, tender_id)
    if tender.published_at is None and not actor.is_delegate:
        raise NotFound
    if tender.cancelled_at is not None:
        raise TooLate(N_("This contract was cancelled: nothing changes on it any more."))
    return Ground(tender, dates_of(tender_id), clock.now())


def lock_bid(actor: Actor, bid_id: int) -> tuple[Ground, Bid]:
    """Lock a bid, after its tender. Raises NotFound where it doesn't exist or is another group's (G3)."""
    tender_id = db.session.scalar(select(Bid.tender_id).where(Bid.id == bid_id))
    if tender_id is None:
        raise NotFound
    ground = lock_tender(actor, tender_id)
    bid: Bid = _locked(Bid, bid_id)
    if not actor.is_delegate and not _has_seat(actor, bid_id):
        raise NotFound
    return ground, bid


def lock_seat(actor: Actor, seat_id: int) -> tuple[Ground, Bid, Seat]:
    """Lock a seat, after its bid and its tender. Raises NotFound as `lock_bid`."""
    bid_id = db.session.scalar(select(Seat.bid_id).where(Seat.id == seat_id))
    if bid_id is None:
        raise NotFound
    ground, bid = lock_bid(actor, bid_id)
    return ground, bid, _locked(Seat, seat_id)


def _has_seat(actor: Actor, bid_id: int) -> bool:
    found = select(Seat.id).where(
        Seat.bid_id == bid_id, SEAT_LIVE, Seat.member_id.in_(list(actor.memberships))
    )
    return db.session.scalar(found.limit(1)) is not None


def live_seat(bid_id: int, member_id: int) -> Seat | None:
    """The live place of a structure in a bid, read afresh; None where it has none."""
    return db.session.scalar(
        select(Seat)
        .where(Seat.bid_id == bid_id, Seat.member_id == member_id, SEAT_LIVE)
        .execution_options(populate_existing=True)
    )


def find_participation(tender_id: int, member_id: int, *, whole: bool = False) -> Participation | None:
    """A structure's word on a tender, locked and read afresh; `whole`: with its lots, sites and rates.

    None where it has said nothing.
    """
    mine = select(Participation).where(
        Participation.tender_id == tender_id, Participation.member_id == member_id
    )
    participation_id = db.session.scalar(mine.with_only_columns(Participation.id))
    if participation_id is None:
        return None
    participation: Participation = _locked(Participation, participation_id)
    if whole:
        parts = (Participation.lots, Participation.sites, Participation.rates)
        afresh = mine.options(*(selectinload(part) for part in parts))
        db.session.scalar(afresh.execution_options(populate_existing=True))
    return participation


def require_preparing(bid: Bid) -> None:
    """Go on only while the answer is being prepared; raises Conflict that says where it stands."""
    if bid.withdrawn_at is not None:
        raise Conflict(N_("This answer was withdrawn."))
    if bid.submitted_at is not None:
        raise Conflict(N_("This answer was deposited: what was deposited no longer changes."))


def record_on_bid(
    actor: Actor,
    verb: str,
    bid: Bid,
    facts: dict[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: int | None = None,
) -> None:
    """Flush, then record a verb on a bid, with its tender and what else is told by ids; a reason can be erased."""
    db.session.flush()
    events.record(
        actor,
        verb,
        bid,
        facts={"tender_id": bid.tender_id, **(facts or {})},
        values={"reason": reason} if reason else None,
        on_behalf_of=on_behalf_of,
    )


def changed(bid: Bid) -> None:
    """Note that the group isn't what its members were told any more: it is to be announced again."""
    bid.composed_at = None
    bid.version += 1


def free_seat(actor: Actor, ground: Ground, bid: Bid, seat: Seat, *, refused: bool, reason: str) -> None:
    """Free a place: refused by the structure, or taken back by the delegate. A lead who goes leads no more."""
    facts = {"seat_id": seat.id, "member_id": seat.member_id, "was_confirmed": seat.confirmed_at is not None}
    if refused:
        seat.refused_at, seat.refusal_reason, seat.confirmed_at = ground.now, reason, None
    else:
        seat.removed_at, seat.removal_reason = ground.now, reason
    changed(bid)
    led = bid.lead_id == seat.member_id
    if led:
        bid.lead_id = None
    behalf = policy.acting_for(actor, seat.member_id) if refused else None
    record_on_bid(actor, "seat_refused" if refused else "member_removed", bid, facts, reason, behalf)
    if led:
        record_on_bid(actor, "lead_cleared", bid, {"member_id": seat.member_id})
