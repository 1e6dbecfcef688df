"""Verbs of an answer once its group stands: deposited, under review, its result, withdrawn."""

from datetime import date, datetime

from sqlalchemy import func, select

from procurement.bids import policy, rules
from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Seat
from procurement.bids.operations.ground import lock_bid, record_on_bid, require_preparing
from procurement.bids.rules import BidState
from procurement.core.clock import PARIS
from procurement.core.db import db
from procurement.core.errors import Conflict, Invalid
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import set_deadline

MAX_RECEIPT = 100
"""Characters of a receipt number: portals give 10 to 40."""

_STAMPS = {
    BidState.AWARDED: "awarded_at",
    BidState.LOST: "lost_at",
    BidState.NO_AWARD: "no_award_at",
}


def record_deposit(actor: Actor, bid_id: int, at: datetime, receipt_number: str) -> Bid:
    """Record that the answer was deposited at `at` (aware), with the portal's receipt number.

    For the delegate, or a manager of the lead, who deposits. The same deposit recorded twice is recorded once; another
    one is a Conflict. It is a fact, so the checklist doesn't stand against it; a lead, a form and members are needed,
    since that is what was deposited. Raises Invalid (`field` at, receipt_number), Conflict, Forbidden, NotFound.
    """
    ground, bid = lock_bid(actor, bid_id)
    require(policy.may_deposit(actor, bid.lead_id), policy.ONLY_LEAD)
    if at.tzinfo is None:
        raise ValueError("a deposit needs an aware instant")
    receipt = receipt_number.strip()
    if bid.submitted_at is not None and (bid.submitted_at, bid.receipt_number) == (at, receipt):
        return bid
    if bid.submitted_at is not None:
        raise Conflict(
            N_("The deposit is already recorded, with receipt number %(receipt)s."),
            receipt=bid.receipt_number,
        )
    require_preparing(bid)
    if not receipt or len(receipt) > MAX_RECEIPT:
        raise Invalid(N_("Copy the receipt number that the buyer's portal gave."), field="receipt_number")
    if at > ground.now:
        raise Invalid(N_("A deposit can't be in the future."), field="at")
    _require_a_group(bid)
    bid.submitted_at, bid.receipt_number = at, receipt
    bid.version += 1
    record_on_bid(actor, "bid_deposited", bid, {"receipt": receipt, "at": at.isoformat()})
    return bid


def start_review(actor: Actor, bid_id: int) -> Bid:
    """Note that the buyer examines the answer. For the delegate. Raises Conflict unless it was deposited."""
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    state = rules.bid_state(bid)
    if state is BidState.UNDER_REVIEW:
        return bid
    if state is not BidState.SUBMITTED:
        raise Conflict(N_("Only an answer that was deposited can be under review."))
    bid.under_review_at = ground.now
    bid.version += 1
    record_on_bid(actor, "bid_under_review", bid)
    return bid


def record_result(
    actor: Actor, bid_id: int, result: BidState, *, sent_on: date | None = None, on_paper: bool = False
) -> Bid:
    """Record what the buyer decided: `awarded`, `lost` or `no_award`; where it won, the end of its standstill too.

    For the delegate. `sent_on`: the day on which the buyer sent its decision (today if None), `on_paper` if by post:
    the standstill counts from there (R2182-1). The same result twice is recorded once. Raises Conflict when nothing
    was deposited, or another result stands; Invalid (`field` sent_on) for a day to come; ValueError for a state that
    isn't a result.
    """
    if result not in _STAMPS:
        raise ValueError(f"{result} isn't a result")
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    state = rules.bid_state(bid)
    if state is result:
        return bid
    if state in rules.RESULTS:
        raise Conflict(N_("The result is already recorded."))
    if state not in {BidState.SUBMITTED, BidState.UNDER_REVIEW}:
        raise Conflict(N_("Only an answer that was deposited has a result."))
    today = ground.now.astimezone(PARIS).date()
    sent_on = sent_on or today
    if sent_on > today:
        raise Invalid(N_("The buyer can't have sent its decision in the future."), field="sent_on")
    setattr(bid, _STAMPS[result], ground.now)
    bid.version += 1
    record_on_bid(actor, f"bid_{result.value}", bid, {"sent_on": sent_on.isoformat()})
    tender = ground.tender
    ends_at = rules.standstill_ends_at(tender.legal_regime, tender.procedure, sent_on, on_paper=on_paper)
    if result is BidState.AWARDED and ends_at is not None:
        set_deadline(actor, bid, DeadlineKind.STANDSTILL, ends_at)
    return bid


def withdraw_bid(actor: Actor, bid_id: int, reason: str) -> Bid:
    """Give up a group's answer, with a reason that its members read; its lead may then lead another on these lots.

    For the delegate, until the result. Withdrawn twice, it is withdrawn once. Raises Invalid (`field` reason),
    Conflict.
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    state = rules.bid_state(bid)
    if state is BidState.WITHDRAWN:
        return bid
    if state in rules.RESULTS:
        raise Conflict(N_("The result is already recorded."))
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Say why this answer is given up: its members read it."), field="reason")
    bid.withdrawn_at, bid.withdrawn_reason = ground.now, reason
    bid.version += 1
    record_on_bid(actor, "bid_withdrawn", bid, reason=reason)
    return bid


def _require_a_group(bid: Bid) -> None:
    """What is deposited names a lead (R2142-24) and a form, and only members who confirmed."""
    if bid.lead_id is None or bid.form is None:
        raise Conflict(N_("Name the lead and choose the form first: both are written in what is deposited."))
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Seat)
        .where(Seat.bid_id == bid.id, SEAT_LIVE, Seat.confirmed_at.is_(None))
    )
    if waiting:
        raise Conflict(
            N_(
                "Places still wait for an answer: %(count)s. Take them back first: they aren't in what is deposited."
            ),
            count=waiting,
        )
