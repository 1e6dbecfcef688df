"""Verbs on drafts, those above all that came by themselves: leave one aside, take it up again, hand it over."""

from sqlalchemy import select

from procurement.accounts.queries import legal_delegates
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.tenders import policy
from procurement.tenders.models import Handling, Tender

REASON_LENGTH = 500


def ignore(actor: Actor, tender_id: int, reason: str) -> Handling:
    """Leave a draft aside, for a reason that colleagues read; it can be taken up again.

    Done twice, it is done once. Records `tender_ignored` with the reason as a value. Raises NotFound, Forbidden,
    TooLate once it is published or cancelled, Invalid (`field` reason) without a reason or for one too long.
    """
    tender = _draft(actor, tender_id)
    said = " ".join(reason.split())
    if not said:
        raise Invalid(N_("Say why you leave it aside: it can be taken up again later."), field="reason")
    if len(said) > REASON_LENGTH:
        raise Invalid(N_("Too long: %(limit)s characters at most."), field="reason", limit=REASON_LENGTH)
    handling = _handling(tender)
    if handling.ignored_at is None:
        handling.ignored_at = tender.set_aside_at = clock.now()
        handling.ignored_by, handling.ignored_reason = actor.user_id, said
        db.session.flush()
        events.record(actor, "tender_ignored", tender, values={"reason": said})
    return handling


def take_up(actor: Actor, tender_id: int) -> Handling:
    """Put a draft that was left aside back among those to sort, or to write; nothing where it is there already.

    Records `tender_taken_up`. Raises NotFound, Forbidden, TooLate once it is published or cancelled.
    """
    tender = _draft(actor, tender_id)
    handling = _handling(tender)
    if handling.ignored_at is not None:
        handling.ignored_at = tender.set_aside_at = handling.ignored_by = None
        handling.ignored_reason = ""
        db.session.flush()
        events.record(actor, "tender_taken_up", tender)
    return handling


def assign(actor: Actor, tender_id: int, user_id: int | None) -> Handling:
    """Hand a draft to a legal delegate, or to nobody (None).

    Records `tender_assigned` (fact `user_id`), which tells a colleague, or `tender_unassigned`, where that changes
    something. Raises NotFound,
    Forbidden, TooLate once it is published or cancelled, Invalid (`field` user_id) for anybody else.
    """
    tender = _draft(actor, tender_id)
    if user_id is not None and user_id not in {user.id for user in legal_delegates()}:
        raise Invalid(N_("Only a legal delegate can take it on: choose one of the list."), field="user_id")
    handling = _handling(tender)
    if handling.assigned_to != user_id:
        handling.assigned_to = user_id
        db.session.flush()
        if user_id is None:
            events.record(actor, "tender_unassigned", tender)
        else:
            events.record(actor, "tender_assigned", tender, facts={"user_id": user_id})
    return handling


def _draft(actor: Actor, tender_id: int) -> Tender:
    """The draft, its row locked. Raises Forbidden, NotFound, TooLate."""
    require(policy.write(actor))
    tender = db.session.scalar(
        select(Tender)
        .where(Tender.id == tender_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if tender is None:
        raise NotFound
    if tender.published_at is not None:
        raise TooLate(N_("This tender is already published."))
    if tender.cancelled_at is not None:
        raise TooLate(N_("This tender is cancelled: it can't be changed any more."))
    return tender


def _handling(tender: Tender) -> Handling:
    found: Handling = db.session.get(Handling, tender.id) or add(Handling(tender_id=tender.id))
    return found
