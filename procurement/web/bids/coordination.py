"""The delegate's page on the groups of a tender: who registered, which sites have nobody, the groups opened."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids import operations, queries, rules
from procurement.core import clock
from procurement.core.errors import Refusal
from procurement.core.policy import delegate
from procurement.core.text import number_in
from procurement.tenders.models import TenderKind
from procurement.tenders.rules import TenderState, state_of
from procurement.web.bids.forms import CoordinatorForm, LetterForm, OpenForm
from procurement.web.bids.room import room
from procurement.web.edge import current_actor


@room.get("/marches/<int:tender_id>/groupes", may=delegate)
def coordinate(tender_id: int) -> ResponseReturnValue:
    """Registrations, cover of the sites, groups."""
    return _page(tender_id, OpenForm(formdata=None))


def _page(tender_id: int, form: OpenForm, *, declined: int = 0, letter: LetterForm | None = None) -> str:
    actor = current_actor()
    page = queries.coordination(actor, tender_id)
    due = {deadline.kind: deadline.due_at for deadline in page.tender.deadlines if deadline.closed_at is None}
    locked_at = rules.composition_locked_at(due)
    state = state_of(page.tender, clock.now())
    if not form.is_submitted():
        form.name.data = _free_name({one.bid.name for one in page.bids})
        form.lots.data = [lot.id for lot in page.tender.lots] if len(page.tender.lots) == 1 else []
    return render_template(
        "bids/coordinate.html",
        page=page,
        tender=page.tender,
        state=state,
        agreement=page.tender.kind is TenderKind.AGREEMENT,
        locked_at=locked_at,
        locked=rules.passed(locked_at, clock.now()),
        closed=state is not TenderState.OPEN,
        form=form,
        declined=declined,
        letter=letter or LetterForm(formdata=None),
        standard=gettext(
            "No group could take you this time. You remain free to answer alone or with others, here or elsewhere. "
            "Thank you for having come forward."
        ),
    )


def _free_name(taken: set[str]) -> str:
    """A name that no group of this tender has: "Group 2"."""
    names = (gettext("Group %(number)s", number=number) for number in range(1, len(taken) + 2))
    return next((name for name in names if name not in taken), "")


@room.post("/marches/<int:tender_id>/groupes/ouvrir", may=delegate)
def open_bid(tender_id: int) -> ResponseReturnValue:
    """Open a group's answer on lots."""
    form = OpenForm()
    if form.validate():
        try:
            bid = operations.open_bid(current_actor(), tender_id, form.name.data or "", form.lots.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The group is open: propose places to its members."), "success")
            return redirect(url_for("bids.show", bid_id=bid.id))
    return _page(tender_id, form), form.status


@room.post("/inscriptions/<int:participation_id>/decliner", may=delegate)
def turn_down(participation_id: int) -> ResponseReturnValue:
    """Tell a structure, with a word, that no group takes it."""
    actor = current_actor()
    letter = LetterForm()
    tender_id = queries.tender_of_registration(actor, participation_id)
    if letter.validate():
        try:
            operations.turn_down(actor, participation_id, letter.reason.data or "")
        except Refusal as refusal:
            letter.refuse(refusal)
        else:
            flash(gettext("The structure gets your word by e-mail."), "success")
            return redirect(url_for("bids.coordinate", tender_id=tender_id))
    page = _page(tender_id, OpenForm(formdata=None), declined=participation_id, letter=letter)
    return page, letter.status


@room.post("/reponses/<int:bid_id>/coordination", may=delegate)
def set_coordinator(bid_id: int) -> ResponseReturnValue:
    """Name who coordinates the group."""
    form = CoordinatorForm()
    number = number_in(form.coordinator.data)
    bid = operations.set_coordinator(current_actor(), bid_id, number)
    flash(gettext("The coordinator is named."), "success")
    return redirect(url_for("bids.coordinate", tender_id=bid.tender_id))
