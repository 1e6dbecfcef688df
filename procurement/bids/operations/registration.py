"""Verbs of a structure on a tender: interested, registered, withdrawn, not for us; and the delegate's word on it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from procurement.bids import policy, rules
from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.operations.ground import Ground, find_participation, free_seat, lock_tender
from procurement.bids.operations.said import EnrolmentFacts, Facts, RegistrationFacts, plain, put, read
from procurement.core import events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound, StaleVersion
from procurement.core.i18n import N_
from procurement.core.policy import Actor
from procurement.members.models import Member


def register(
    actor: Actor, tender_id: int, member_id: int, facts: RegistrationFacts, *, version: int | None = None
) -> Participation:
    """Register a structure to answer in a group, or change its registration, until registrations close.

    For the structure's managers, or the delegate for one who phones (the trail then names it). Sent twice, it is one
    registration. `version`: the one the form was filled on; StaleVersion when another stands. Raises NotFound,
    Forbidden (a contributor), TooLate (closed), Conflict (a structure of its kind can't lend staff: L8241-1 C. trav.),
    Invalid (`field` lots, sites, hours_a_week, full_time_equivalents).
    """
    policy.require_reads(actor, member_id)
    ground = lock_tender(actor, tender_id)
    policy.require_commits(actor, member_id)
    ground.require_registrations_open()
    if ground.is_agreement:
        raise Conflict(N_("This is an agreement: structures join it one by one, with their rates."))
    return _write(actor, ground, member_id, facts, applied=True, version=version)


def enrol(
    actor: Actor, tender_id: int, member_id: int, facts: EnrolmentFacts, *, version: int | None = None
) -> Participation:
    """Accede to an agreement with rates and agencies served, or change that, until its deadline.

    Only for the kinds of structures it is open to. Raises as `register`, with the `field` rates too.
    """
    policy.require_reads(actor, member_id)
    ground = lock_tender(actor, tender_id)
    policy.require_commits(actor, member_id)
    ground.require_registrations_open()
    if not ground.is_agreement:
        raise Conflict(N_("This is a contract: structures register to answer it in a group."))
    return _write(actor, ground, member_id, facts, applied=True, version=version)


def show_interest(
    actor: Actor, tender_id: int, member_id: int, facts: Facts | None = None, *, version: int | None = None
) -> Participation:
    """Say that a structure is interested, and prepare what it would register with; commits it to nothing.

    For all its people, contributors included. Once it has registered, only a manager changes that: Forbidden.
    Raises otherwise as `register`, save that nothing need be filled in.
    """
    policy.require_reads(actor, member_id)
    ground = lock_tender(actor, tender_id)
    ground.require_registrations_open()
    return _write(actor, ground, member_id, facts, applied=False, version=version)


def admit_late(actor: Actor, tender_id: int, member_id: int, facts: Facts, reason: str) -> Participation:
    """Let a structure register after the close, with a reason, until the composition is frozen (R2142-26).

    For the delegate. Raises Invalid (`field` late_reason) without a reason, TooLate once frozen.
    """
    policy.require_delegate(actor)
    ground = lock_tender(actor, tender_id)
    ground.require_unlocked()
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Say why this structure is let in late."), field="late_reason")
    return _write(actor, ground, member_id, facts, applied=True, late_reason=reason)


def withdraw_registration(actor: Actor, tender_id: int, member_id: int, reason: str = "") -> Participation:
    """Take back a structure's registration until registrations close, and free its places in groups being prepared.

    The delegate can until the composition is frozen. Done twice, it is done once. Raises NotFound, Forbidden,
    TooLate, Conflict (the group's answer was deposited).
    """
    policy.require_reads(actor, member_id)
    ground = lock_tender(actor, tender_id)
    policy.require_commits(actor, member_id)
    participation = find_participation(tender_id, member_id)
    if participation is None:
        raise NotFound
    if participation.withdrawn_at is not None:
        return participation
    if participation.not_for_us_at is not None:
        raise Conflict(N_("This structure isn't registered."))
    _require_may_leave(actor, ground)
    _leave_groups(actor, ground, member_id, reason)
    participation.withdrawn_at = participation.updated_at = ground.now
    participation.version += 1
    _record(actor, "registration_withdrawn", participation, values={"reason": reason} if reason else None)
    return participation


def not_for_us(actor: Actor, tender_id: int, member_id: int, reason: str) -> Participation:
    """Answer that the tender isn't for this structure, with a reason; takes back a registration on the way.

    For managers, or the delegate for one who phones, until registrations close. Raises Invalid (`field` reason)
    without a reason, and as `withdraw_registration`.
    """
    policy.require_reads(actor, member_id)
    ground = lock_tender(actor, tender_id)
    policy.require_commits(actor, member_id)
    ground.require_registrations_open()
    reason = reason.strip()
    if not reason:
        raise Invalid(
            N_("Choose a reason, or write one: it helps to find what would suit you."), field="reason"
        )
    participation = find_participation(tender_id, member_id)
    if participation is None:
        _require_member(member_id)
        participation = Participation(
            tender_id=tender_id, member_id=member_id, created_at=ground.now, updated_at=ground.now
        )
    elif participation.not_for_us_at is not None and participation.not_for_us_reason == reason:
        return participation
    else:
        _leave_groups(actor, ground, member_id, reason)
        participation.version += 1
    participation.not_for_us_at = participation.updated_at = ground.now
    participation.not_for_us_reason = reason
    participation.interested_at = participation.applied_at = None
    participation.withdrawn_at = participation.turned_down_at = None
    participation.shown_as_partner = False
    add(participation)
    _record(actor, "not_for_us", participation, values={"reason": reason})
    return participation


def turn_down(actor: Actor, participation_id: int, reason: str) -> Participation:
    """Tell a registered structure that no group takes it: it may bid alone or elsewhere (domain 1.12 e).

    For the delegate; `reason` is the word it reads. Done twice, it is done once. Raises NotFound, Forbidden, Invalid
    (`field` reason), Conflict when the structure isn't registered or holds a place.
    """
    policy.require_delegate(actor)
    place = db.session.execute(
        select(Participation.tender_id, Participation.member_id).where(Participation.id == participation_id)
    ).first()
    if place is None:
        raise NotFound
    ground = lock_tender(actor, place.tender_id)
    participation = find_participation(place.tender_id, place.member_id)
    if participation is None or participation.applied_at is None or participation.withdrawn_at is not None:
        raise Conflict(N_("This structure isn't registered."))
    if participation.turned_down_at is not None:
        return participation
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Write a word to the structure: it is what it will read."), field="reason")
    if _live_seats(place.tender_id, place.member_id):
        raise Conflict(N_("This structure has a place in a group: take the place back first."))
    participation.turned_down_at = participation.updated_at = ground.now
    participation.turned_down_reason = reason
    participation.version += 1
    _record(actor, "turned_down", participation, values={"reason": reason})
    return participation


def _require_may_leave(actor: Actor, ground: Ground) -> None:
    if actor.is_delegate and not ground.is_agreement:
        ground.require_unlocked()
    else:
        ground.require_registrations_open()


def _require_member(member_id: int) -> Member:
    member = db.session.get(Member, member_id)
    if member is None or member.left_at is not None:
        raise NotFound
    return member


def _live_seats(tender_id: int, member_id: int) -> list[Any]:
    """The live places of a structure in live bids of a tender, as (bid, seat), in the order in which to lock them."""
    rows = db.session.execute(
        select(Bid, Seat)
        .join(Seat, Seat.bid_id == Bid.id)
        .where(Bid.tender_id == tender_id, Bid.withdrawn_at.is_(None), Seat.member_id == member_id, SEAT_LIVE)
        .order_by(Bid.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _leave_groups(actor: Actor, ground: Ground, member_id: int, reason: str) -> None:
    for bid, seat in _live_seats(ground.tender.id, member_id):
        if bid.submitted_at is not None:
            raise Conflict(N_("This answer was deposited: what was deposited no longer changes."))
        free_seat(actor, ground, bid, seat, refused=True, reason=reason)


def _write(
    actor: Actor,
    ground: Ground,
    member_id: int,
    facts: Facts | None,
    *,
    applied: bool,
    version: int | None = None,
    late_reason: str = "",
) -> Participation:
    """Create or change a structure's word, and record what happened; nothing where nothing differs."""
    member = _require_member(member_id)
    _require_may_register(actor, ground, member)
    participation = find_participation(ground.tender.id, member_id, whole=True)
    if participation is None:
        return _first_word(actor, ground, member_id, facts, applied=applied, late_reason=late_reason)
    if version is not None and participation.version != version:
        raise StaleVersion(participation.version)
    stands = not (participation.withdrawn_at or participation.not_for_us_at or participation.turned_down_at)
    was_applied = stands and participation.applied_at is not None
    if was_applied and not applied:
        policy.require_commits(actor, member_id)
    before = plain(participation)
    put(participation, read(ground.tender.id, facts, needed=applied or was_applied))
    fields = [name for name, value in plain(participation).items() if before[name] != value]
    if stands and was_applied >= applied and not fields:
        return participation
    participation.updated_at = ground.now
    participation.not_for_us_at = participation.withdrawn_at = participation.turned_down_at = None
    participation.interested_at = participation.interested_at or ground.now
    if not was_applied:
        participation.applied_at = ground.now if applied else None
    participation.late_reason = late_reason or participation.late_reason
    participation.version += 1
    _record_word(actor, participation, fields, was_applied=was_applied, late_reason=late_reason)
    return participation


def _first_word(
    actor: Actor, ground: Ground, member_id: int, facts: Facts | None, *, applied: bool, late_reason: str
) -> Participation:
    chosen = read(ground.tender.id, facts, needed=applied)
    participation = Participation(
        tender_id=ground.tender.id,
        member_id=member_id,
        created_at=ground.now,
        updated_at=ground.now,
        interested_at=ground.now,
        applied_at=ground.now if applied else None,
        late_reason=late_reason,
        lots=[],
        sites=[],
        rates=[],
    )
    put(participation, chosen)
    add(participation)
    _record_word(actor, participation, (), was_applied=False, late_reason=late_reason)
    return participation


def _record_word(
    actor: Actor,
    participation: Participation,
    fields: Collection[str],
    *,
    was_applied: bool,
    late_reason: str,
) -> None:
    if late_reason:
        _record(actor, "admitted_late", participation, values={"reason": late_reason})
    elif was_applied:
        _record(actor, "registration_changed", participation, fields)
    else:
        _record(actor, "registered" if participation.applied_at else "interest_shown", participation)


def _require_may_register(actor: Actor, ground: Ground, member: Member) -> None:
    """What is plainly forbidden to its kind is refused (`policy.may_register`); of what is in doubt the checklist warns."""
    verdict = rules.may_register(
        member.kind,
        ground.tender.service_nature,
        agreement=ground.is_agreement,
        open_to=ground.tender.eligible_kinds,
    )
    if not policy.may_register(actor, verdict, agreement=ground.is_agreement):
        raise Conflict(verdict.sentence, member=member.name)


def _record(
    actor: Actor,
    verb: str,
    participation: Participation,
    fields: Collection[str] = (),
    values: dict[str, Any] | None = None,
) -> None:
    """Record a verb on a registration; rates and amounts are never written into the trail, only what changed."""
    facts: dict[str, Any] = {"tender_id": participation.tender_id, "member_id": participation.member_id}
    if fields:
        facts["fields"] = list(fields)
    db.session.flush()
    events.record(
        actor,
        verb,
        participation,
        facts=facts,
        values=values,
        on_behalf_of=policy.acting_for(actor, participation.member_id),
    )
