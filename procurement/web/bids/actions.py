"""What is done on a group answer's page: each a small form, shown again with what was typed when it is refused."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids import operations, policy, queries
from procurement.bids.rules import BidState
from procurement.core.db import db
from procurement.core.errors import Forbidden, Invalid, NotFound, Refusal
from procurement.core.i18n import N_
from procurement.core.policy import delegate
from procurement.core.text import number_in
from procurement.web.bids.answers import Sent, bid_page, lead_form, refused
from procurement.web.bids.forms import (
    DepositForm,
    FormForm,
    GiveUpForm,
    LetterForm,
    ProposeForm,
    ReasonForm,
    ResultForm,
    WaiveForm,
)
from procurement.web.bids.room import room
from procurement.web.edge import current_actor
from procurement.web.forms import Form


def _do(
    bid_id: int,
    action: str,
    verb: Callable[[], object],
    done: str,
    form: Form | None = None,
    subject: int = 0,
) -> ResponseReturnValue:
    """Do `verb` if the form can be taken, then lead back to the page; else show it again, nothing lost."""
    try:
        if form is None or form.validate():
            with db.session.begin_nested():  # the page that is shown again has nothing of a verb half done
                verb()
            flash(done, "success")
            return redirect(url_for("bids.show", bid_id=bid_id))
        return refused_form(bid_id, action, form, subject)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return refused(bid_id, action, refusal, form, subject)


def refused_form(bid_id: int, action: str, form: Form, subject: int) -> ResponseReturnValue:
    """The page with a form whose fields were refused."""
    return bid_page(bid_id, Sent(action, form, subject, status=form.status))


@room.post("/reponses/<int:bid_id>/proposer", may=delegate)
def propose(bid_id: int) -> ResponseReturnValue:
    """Propose places to the structures ticked."""
    actor, form = current_actor(), ProposeForm()

    def verb() -> None:
        if not form.members.data:
            raise Invalid(N_("Tick the structures to propose a place to."))
        for member_id in form.members.data:
            operations.propose(actor, bid_id, member_id)

    done = gettext("The structures get an e-mail, and answer on this page.")
    return _do(bid_id, "propose", verb, done, form)


@room.post("/places/<int:seat_id>/confirmer", may=policy.reads_answers)
def confirm(seat_id: int) -> ResponseReturnValue:
    """Confirm a structure's place."""
    actor = current_actor()
    bid_id = queries.bid_of_seat(actor, seat_id)
    done = gettext("Your place is confirmed. You hear of it as soon as the group is complete.")
    return _do(bid_id, "confirm", lambda: operations.confirm(actor, seat_id), done, subject=seat_id)


@room.post("/places/<int:seat_id>/refuser", may=policy.reads_answers)
def refuse(seat_id: int) -> ResponseReturnValue:
    """Refuse a place, or give it up."""
    actor = current_actor()
    bid_id = queries.bid_of_seat(actor, seat_id)
    form = ReasonForm()
    if not form.validate():
        return refused_form(bid_id, "refuse", form, seat_id)
    try:
        operations.refuse(actor, seat_id, form.reason.data or "")
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return refused(bid_id, "refuse", refusal, form, seat_id)
    flash(gettext("Noted: the place is free again. The legal delegate is told."), "success")
    return redirect(url_for("bids.index"))


@room.post("/places/<int:seat_id>/retirer", may=delegate)
def remove(seat_id: int) -> ResponseReturnValue:
    """Take a place back, with a word."""
    actor = current_actor()
    bid_id = queries.bid_of_seat(actor, seat_id)
    form = LetterForm()
    done = gettext("The place is taken back; the structure gets your word by e-mail.")
    return _do(
        bid_id,
        "remove",
        lambda: operations.remove(actor, seat_id, form.reason.data or ""),
        done,
        form,
        seat_id,
    )


@room.post("/reponses/<int:bid_id>/forme", may=delegate)
def set_form(bid_id: int) -> ResponseReturnValue:
    """Set the form of the group."""
    actor, form = current_actor(), FormForm()
    return _do(
        bid_id,
        "form",
        lambda: operations.set_form(actor, bid_id, form.form.data, form.contract_form.data),
        gettext("The form of the group is set."),
        form,
    )


@room.post("/reponses/<int:bid_id>/mandataire", may=delegate)
def set_lead(bid_id: int) -> ResponseReturnValue:
    """Name the lead."""
    actor = current_actor()
    form = lead_form(queries.answer(actor, bid_id))
    return _do(
        bid_id,
        "lead",
        lambda: operations.set_lead(actor, bid_id, int(form.lead.data) if form.lead.data else None),
        gettext("The lead is named."),
        form,
    )


@room.post("/reponses/<int:bid_id>/annoncer", may=delegate)
def compose(bid_id: int) -> ResponseReturnValue:
    """Tell all members what the group is."""
    actor = current_actor()
    done = gettext("All members are told: who is in the group, its form and its lead.")
    return _do(bid_id, "compose", lambda: operations.compose(actor, bid_id), done)


@room.post("/reponses/<int:bid_id>/derogation", may=delegate)
def waive(bid_id: int) -> ResponseReturnValue:
    """Set a rule aside, with a reason."""
    actor, form = current_actor(), WaiveForm()
    member_id = number_in(form.member.data) or None
    return _do(
        bid_id,
        "waive",
        lambda: operations.waive(actor, bid_id, form.code.data or "", member_id, form.reason.data or ""),
        gettext("The rule is set aside; your reason stays in the trail."),
        form,
    )


@room.post("/reponses/<int:bid_id>/depot", may=policy.reads_answers)
def deposit(bid_id: int) -> ResponseReturnValue:
    """Record the deposit."""
    actor, form = current_actor(), DepositForm()
    return _do(
        bid_id,
        "deposit",
        lambda: operations.record_deposit(actor, bid_id, form.at.data, form.receipt_number.data),
        gettext("The deposit is recorded. Nobody is reminded of it any more."),
        form,
    )


@room.post("/reponses/<int:bid_id>/examen", may=delegate)
def review(bid_id: int) -> ResponseReturnValue:
    """Note that the buyer examines the answer."""
    actor = current_actor()
    done = gettext("Noted: the buyer examines the answer.")
    return _do(bid_id, "review", lambda: operations.start_review(actor, bid_id), done)


@room.post("/reponses/<int:bid_id>/resultat", may=delegate)
def result(bid_id: int) -> ResponseReturnValue:
    """Record what the buyer decided."""
    actor, form = current_actor(), ResultForm()
    return _do(
        bid_id,
        "result",
        lambda: operations.record_result(
            actor,
            bid_id,
            BidState(form.result.data),
            sent_on=form.sent_on.data,
            on_paper=form.on_paper.data,
        ),
        gettext("The result is recorded; the members are told."),
        form,
    )


@room.post("/reponses/<int:bid_id>/abandonner", may=delegate)
def withdraw_bid(bid_id: int) -> ResponseReturnValue:
    """Give up the group's answer."""
    actor, form = current_actor(), GiveUpForm()
    return _do(
        bid_id,
        "withdraw",
        lambda: operations.withdraw_bid(actor, bid_id, form.reason.data or ""),
        gettext("This answer is given up; its members are told."),
        form,
    )
