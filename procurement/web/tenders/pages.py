"""A tender's page."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from flask import render_template
from flask.typing import ResponseReturnValue

from procurement.bids.queries import tender_panel
from procurement.core import clock
from procurement.core.events import Event
from procurement.core.policy import Actor, anyone
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import day_off, passed
from procurement.members.models import MemberKind
from procurement.notices.queries import notices_of
from procurement.tenders import policy
from procurement.tenders.documents import documents_of
from procurement.tenders.following import following_of
from procurement.tenders.models import Lot, Tender
from procurement.tenders.queries import facts_of, tender_page
from procurement.tenders.queries.intake import why_ignored
from procurement.tenders.rules import (
    CLAUSE_ARTICLES,
    RESERVATION_ARTICLES,
    WRITTEN_KINDS,
    TenderState,
    closing_of,
    problems_to_publish,
    reserved_lots,
    state_of,
)
from procurement.tenders.summary import summary_of
from procurement.web.activity import Entry, told
from procurement.web.edge import current_actor
from procurement.web.labels import label
from procurement.web.notices.words import name as source_name
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.codes import codes_said
from procurement.web.tenders.slugs import SLUGS
from procurement.web.tenders.summing import shown

SITES_OPEN = 40
"""Sites up to which all lots are shown unfolded."""


@room.get("/marches/<int:tender_id>", may=anyone)
def show(tender_id: int) -> ResponseReturnValue:
    """A tender: what it is, by when, where, on which conditions, what changed, and this person's part in it."""
    actor, now = current_actor(), clock.now()
    page = tender_page(actor, tender_id)
    tender = page.tender
    state = state_of(tender, now)
    writes = policy.write(actor)
    left_aside = why_ignored(actor, tender.id) if state is TenderState.SET_ASIDE else None
    return render_template(
        "tenders/show.html",
        tender=tender,
        left_aside=left_aside,
        state=state,
        writes=writes and state is not TenderState.CANCELLED,
        upcoming=next((due for due in tender.deadlines if not passed(due.due_at, now)), None),
        dates=[(due, day_off(due.due_at, due.tz), SLUGS.get(due.kind)) for due in tender.deadlines],
        unset=_unset(tender) if writes and state is not TenderState.CANCELLED else [],
        closing=closing_of(tender.kind, tender.deadlines, now)
        if writes and state is not TenderState.CANCELLED
        else None,
        missing=problems_to_publish(facts_of(tender), now) if writes and state is TenderState.DRAFT else [],
        hours={lot.id: _hours(lot) for lot in tender.lots},
        unfolded=sum(len(lot.sites) for lot in tender.lots) <= SITES_OPEN,
        eligible=[label(MemberKind(kind)) for kind in tender.eligible_kinds],
        codes=codes_said(tender),
        articles=RESERVATION_ARTICLES,
        reserved=reserved_lots(tender),
        clause_articles=CLAUSE_ARTICLES,
        activity=_activity(actor, page.activity),
        documents=documents_of(actor, tender),
        official=notices_of(actor, tender.id),
        source_name=source_name,
        panel=tender_panel(actor, tender),
        following=following_of(actor, tender.id),
        summary=shown(summary_of(actor, tender.id)),
    )


def _hours(lot: Lot) -> Decimal | None:
    """Hours a week of a lot's sites; None where none is known."""
    known = [site.weekly_hours for site in lot.sites if site.weekly_hours is not None]
    return sum(known, Decimal()) if known else None


def _unset(tender: Tender) -> list[tuple[DeadlineKind, str]]:
    """The dates that the delegate may still set, with the address of each."""
    known = {due.kind for due in tender.deadlines}
    return [(kind, SLUGS[kind]) for kind in WRITTEN_KINDS[tender.kind] if kind not in known]


def _activity(actor: Actor, events: Sequence[Event]) -> list[Entry]:
    """What happened, in words: for the delegate from the first draft on, for the others since it was published.

    Somebody outside the network isn't told who did it.
    """
    published = next((event.rank for event in events if event.verb == "tender_published"), 0)
    first = 0 if policy.write(actor) else published
    shown = [event for event in events if event.rank >= first and _says_something(event)]
    entries = told(shown)
    return entries if actor.in_network else [replace(entry, who="", behalf="") for entry in entries]


def _says_something(event: Event) -> bool:
    """Dates have events of their own: an edit that only changed dates is told by them, and so is a cancellation."""
    if event.verb == "tender_edited":
        return any(not name.startswith("deadline_") for name in event.facts["fields"])
    return True
