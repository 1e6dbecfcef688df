"""Verbs that make a group: open it, propose and confirm places, choose form and lead, tell everybody.

All are possible until the composition is frozen (R2142-26) and the answer deposited, whichever is sooner.
"""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from procurement.accounts.models import RoleGrant
from procurement.bids import policy, rules
from procurement.bids.facts import read_group
from procurement.bids.models import Bid, BidLot, GroupForm, Seat, Waiver
from procurement.bids.operations.ground import (
    Ground,
    changed,
    find_participation,
    free_seat,
    live_seat,
    lock_bid,
    lock_seat,
    lock_tender,
    record_on_bid,
    require_preparing,
)
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid
from procurement.core.i18n import N_
from procurement.core.policy import Actor, Role, require
from procurement.tenders.models import Lot

LEAD_TAKEN = N_(
    "This structure already leads another answer to one of these lots: one structure leads one group at most for a "
    "lot (article R2142-23)."
)


def open_bid(actor: Actor, tender_id: int, name: str, lot_ids: Collection[int]) -> Bid:
    """Open a group's answer on lots of a tender. The delegate who opens it coordinates it.

    Raises Forbidden, NotFound, TooLate (frozen, cancelled), Conflict (an agreement), Invalid (`field` name, lots).
    """
    policy.require_delegate(actor)
    ground = lock_tender(actor, tender_id)
    if ground.is_agreement:
        raise Conflict(N_("This is an agreement: structures join it one by one, with their rates."))
    ground.require_unlocked()
    name = name.strip()
    if not name:
        raise Invalid(N_("Give the group a name."), field="name")
    if db.session.scalar(select(Bid.id).where(Bid.tender_id == tender_id, Bid.name == name)):
        raise Invalid(N_("Another group of this contract has this name: choose another."), field="name")
    wanted = set(lot_ids)
    known = set(db.session.scalars(select(Lot.id).where(Lot.tender_id == tender_id, Lot.id.in_(wanted))))
    if not wanted:
        raise Invalid(N_("Choose one lot at least."), field="lots")
    if wanted != known:
        raise Invalid(N_("One of your choices isn't part of this contract: choose again."), field="lots")
    bid = add(
        Bid(
            tender_id=tender_id,
            name=name,
            created_at=ground.now,
            created_by=actor.user_id,
            coordinator_id=actor.user_id,
        )
    )
    db.session.add_all(BidLot(bid_id=bid.id, lot_id=lot_id) for lot_id in sorted(wanted))
    record_on_bid(actor, "bid_opened", bid, {"lot_ids": sorted(wanted)})
    opened: Bid = bid
    return opened


def propose(actor: Actor, bid_id: int, member_id: int) -> Seat:
    """Propose a registered structure a place in a group; it confirms or refuses. Proposed twice, it has one place.

    For the delegate. Raises Conflict when the structure isn't registered, TooLate once the composition is frozen.
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    _require_changeable(ground, bid)
    participation = find_participation(bid.tender_id, member_id)
    if participation is None or participation.applied_at is None or participation.withdrawn_at is not None:
        raise Conflict(
            N_("This structure isn't registered: register it first, or let it in late with a reason.")
        )
    seat = live_seat(bid_id, member_id)
    if seat is not None:
        return seat
    rank = db.session.scalar(select(func.coalesce(func.max(Seat.rank), 0)).where(Seat.bid_id == bid_id)) or 0
    proposed: Seat = add(
        Seat(
            bid_id=bid_id,
            member_id=member_id,
            rank=rank + 1,
            proposed_at=ground.now,
            proposed_by=actor.user_id,
            late_reason=participation.late_reason,
        )
    )
    participation.turned_down_at = None
    changed(bid)
    record_on_bid(actor, "member_proposed", bid, {"seat_id": proposed.id, "member_id": member_id})
    return proposed


def confirm(actor: Actor, seat_id: int) -> Seat:
    """Confirm a structure's place in a group: it commits the structure. Confirmed twice, it is confirmed once.

    For its managers only, never on their behalf: who groups with whom is the members' choice (domain 1.12 e).
    Raises NotFound (another group's), Forbidden (a contributor, another structure), Conflict, TooLate.
    """
    ground, bid, seat = lock_seat(actor, seat_id)
    require(actor.manages(seat.member_id) or actor.system, policy.ONLY_MANAGERS_SEAT)
    _require_still_there(seat)
    if seat.confirmed_at is not None:
        return seat
    _require_changeable(ground, bid)
    seat.confirmed_at = ground.now
    changed(bid)
    record_on_bid(actor, "seat_confirmed", bid, {"seat_id": seat.id, "member_id": seat.member_id})
    return seat


def refuse(actor: Actor, seat_id: int, reason: str = "") -> Seat:
    """Refuse the place proposed, or give up the one confirmed, until the composition is frozen.

    For the structure's managers. Refused twice, it is refused once. Raises as `confirm`.
    """
    ground, bid, seat = lock_seat(actor, seat_id)
    require(actor.manages(seat.member_id) or actor.system, policy.ONLY_MANAGERS_SEAT)
    if seat.refused_at is not None:
        return seat
    _require_still_there(seat)
    _require_changeable(ground, bid)
    free_seat(actor, ground, bid, seat, refused=True, reason=reason.strip())
    return seat


def remove(actor: Actor, seat_id: int, reason: str) -> Seat:
    """Take a place back, with a reason that the structure reads.

    For the delegate. A place that nobody confirmed can be taken back as long as nothing is deposited: it was never
    part of the group. Raises Invalid (`field` reason), TooLate, Conflict.
    """
    policy.require_delegate(actor)
    ground, bid, seat = lock_seat(actor, seat_id)
    if seat.removed_at is not None:
        return seat
    _require_still_there(seat)
    require_preparing(bid)
    if seat.confirmed_at is not None:
        ground.require_unlocked()
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Write a word to the structure: it is what it will read."), field="reason")
    free_seat(actor, ground, bid, seat, refused=False, reason=reason)
    return seat


def set_form(actor: Actor, bid_id: int, form: GroupForm, contract_form: GroupForm | None = None) -> Bid:
    """Set the form of the group, and what the contract asks for once awarded, as the delegate read it.

    Where the contract makes the lead of a joint group solidary, that is the form set (R2142-24). For the delegate;
    a first form can still be written down after the freeze. Raises Forbidden, NotFound, TooLate, Conflict.
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    derived = rules.derive_form(form, contract_form)
    if (bid.form, bid.contract_form) == (derived, contract_form):
        return bid
    require_preparing(bid)
    if bid.form is not None:
        ground.require_unlocked()
    bid.form, bid.contract_form = derived, contract_form
    changed(bid)
    record_on_bid(actor, "form_set", bid, {"form": derived.value})
    return bid


def set_lead(actor: Actor, bid_id: int, member_id: int | None) -> Bid:
    """Name the lead, among the members who confirmed; None: nobody for now.

    One structure leads one live answer a lot at most (R2142-23): the database holds it, and the refusal names the
    article. Leading on other lots is a remark of the checklist. For the delegate; a first lead can still be written
    down after the freeze. Raises Forbidden, NotFound, TooLate, Conflict, Invalid (`field` lead).
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    if bid.lead_id == member_id:
        return bid
    require_preparing(bid)
    former = bid.lead_id
    if former is not None:
        ground.require_unlocked()
    if member_id is not None:
        seat = live_seat(bid_id, member_id)
        if seat is None or seat.confirmed_at is None:
            raise Invalid(N_("Only a member who has confirmed its place can lead the group."), field="lead")
    try:
        with db.session.begin_nested():
            bid.lead_id = member_id
            changed(bid)
            db.session.flush()
    except IntegrityError as error:
        if "uq_bid_lot_one_lead" in str(error.orig):
            raise Conflict(LEAD_TAKEN) from error
        raise
    if member_id is None:
        record_on_bid(actor, "lead_cleared", bid, {"member_id": former})
    else:
        record_on_bid(actor, "lead_set", bid, {"member_id": member_id})
    return bid


def set_coordinator(actor: Actor, bid_id: int, user_id: int) -> Bid:
    """Name who coordinates this group, among the legal delegates: two facing groups have one each (domain 1.12 e).

    For the delegate. Raises Invalid (`field` coordinator) for anybody who isn't one.
    """
    policy.require_delegate(actor)
    _, bid = lock_bid(actor, bid_id)
    if bid.coordinator_id == user_id:
        return bid
    is_delegate = select(RoleGrant.id).where(
        RoleGrant.user_id == user_id, RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)
    )
    if db.session.scalar(is_delegate) is None:
        raise Invalid(N_("Only a legal delegate coordinates a group."), field="coordinator")
    bid.coordinator_id = user_id
    record_on_bid(actor, "coordinator_set", bid, {"user_id": user_id})
    return bid


def waive(actor: Actor, bid_id: int, code: str, member_id: int | None, reason: str) -> Waiver:
    """Set a rule of the checklist aside for this group, with a written reason.

    For the delegate. Raises Invalid (`field` reason), Conflict when the rule says nothing here, or can't be set aside.
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    require_preparing(bid)
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Write why this rule is set aside: the trail keeps it."), field="reason")
    findings = rules.check_group(read_group(bid, ground.tender, ground.due))
    found = [one for one in findings if one.waivable and (one.code, one.member_id) == (code, member_id)]
    if not found:
        raise Conflict(N_("There is nothing to set aside here: the group has changed in between."))
    waiver = db.session.scalar(
        select(Waiver).where(
            Waiver.bid_id == bid_id, Waiver.code == code, Waiver.member_id.is_not_distinct_from(member_id)
        )
    )
    if waiver is None:
        waiver = Waiver(bid_id=bid_id, code=code, member_id=member_id)
    elif waiver.reason == reason:
        return waiver
    waiver.reason, waiver.waived_at, waiver.waived_by = reason, ground.now, actor.user_id
    add(waiver)
    record_on_bid(actor, "rule_waived", bid, {"code": code, "member_id": member_id}, reason)
    return waiver


def compose(actor: Actor, bid_id: int) -> Bid:
    """Tell all members what the group is: members, form, lead. Any change afterwards has to be told again.

    For the delegate. Raises Conflict with the first rule of the checklist that stands against it.
    """
    policy.require_delegate(actor)
    ground, bid = lock_bid(actor, bid_id)
    require_preparing(bid)
    if bid.composed_at is not None:
        return bid
    group = read_group(bid, ground.tender, ground.due)
    against = rules.blocking(rules.check_group(group))
    if against:
        raise Conflict(against[0].sentence, **against[0].params)
    bid.composed_at = ground.now
    members = [seat.member_id for seat in group.seated]
    told = {"member_ids": members, "lead_id": bid.lead_id, "form": bid.form.value if bid.form else None}
    record_on_bid(actor, "bid_composed", bid, told)
    return bid


def _require_changeable(ground: Ground, bid: Bid) -> None:
    require_preparing(bid)
    ground.require_unlocked()


def _require_still_there(seat: Seat) -> None:
    if seat.refused_at is not None or seat.removed_at is not None:
        raise Conflict(N_("This place isn't proposed any more."))
