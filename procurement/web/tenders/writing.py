"""The delegate's forms: type a tender in, publish, edit, cancel."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids.queries import tender_panel
from procurement.core.errors import Refusal, StaleVersion
from procurement.core.text import number_in
from procurement.notifications.operations.lead_times import copy_lead_times
from procurement.tenders import policy
from procurement.tenders.facts import TenderFacts
from procurement.tenders.intake import ignore
from procurement.tenders.merging import Change, as_seen, merge
from procurement.tenders.models import Tender, TenderKind
from procurement.tenders.operations import cancel_tender, create_tender, edit_tender, publish_tender
from procurement.tenders.queries import events_since, facts_of, last_rank, whole_tender
from procurement.tenders.rules import InvalidTender
from procurement.tenders.words import differing
from procurement.web.activity import Entry, told
from procurement.web.edge import current_actor, shown_again
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.closing import chosen_close
from procurement.web.tenders.copying import Model, model_asked
from procurement.web.tenders.forms import FORMS, ContractForm, TenderForm, as_data
from procurement.web.tenders.pasting import what_was_read
from procurement.web.tenders.reason import AsideForm, ReasonForm
from procurement.web.tenders.rows import Reshaped, reshape
from procurement.web.tenders.said import name_of, said


@room.route("/marches/nouveau", methods=["GET", "POST"], may=policy.write)
def create() -> ResponseReturnValue:
    """Type a tender in."""
    kind = TenderKind.AGREEMENT if request.args.get("kind") == TenderKind.AGREEMENT else TenderKind.CONTRACT
    model = model_asked()
    form_class = _form_class(model.facts) if model else FORMS[kind]
    form = form_class()
    if not form.is_submitted():
        return _page(form_class(formdata=None, data=as_data(model.facts)) if model else form, model=model)
    reshaped = reshape(form, request.form)
    if reshaped:
        return shown_again(_page(form, reshaped=reshaped, model=model))
    if form.validate():
        actor = current_actor()
        try:
            facts = form.facts(model.facts if model else None)
            tender = create_tender(actor, facts, model.tender.id if model else None)
            if model:
                copy_lead_times(actor, model.tender.id, tender.id)
            _publish_too(tender)
        except Refusal as refusal:
            _refuse(form, refusal, model.facts if model else None)
        else:
            return _saved(tender, form)
    else:
        form.refuse_rest(model.facts if model else None, publish=_publishes())
    return _page(form, model=model), form.status


@room.route("/marches/<int:tender_id>/modifier", methods=["GET", "POST"], may=policy.write)
def edit(tender_id: int) -> ResponseReturnValue:
    """Change what a tender says; whoever comes second is told what changed, and loses nothing typed."""
    tender = whole_tender(tender_id, fresh=True)
    stands = facts_of(tender)
    form = _form_of(tender, stands)
    if not form.is_submitted():
        return _page(form, tender, reshaped=Reshaped(proposed=_closes(form, tender)))
    reshaped = reshape(form, request.form)
    if reshaped:
        return shown_again(_page(form, tender, reshaped=reshaped))
    if form.validate():
        typed = form.facts(stands)
        try:
            tender = edit_tender(current_actor(), tender_id, typed, number_in(form.version.data))
            _publish_too(tender)
        except StaleVersion:
            return _second(tender, stands, form, typed)
        except Refusal as refusal:
            _refuse(form, refusal, stands)
        else:
            return _saved(tender, form)
    else:
        form.refuse_rest(stands, publish=_publishes())
    return _page(form, tender), form.status


@room.post("/marches/<int:tender_id>/publier", may=policy.write)
def publish(tender_id: int) -> ResponseReturnValue:
    """Show a draft to members, or its form where something is missing."""
    try:
        tender = publish_tender(current_actor(), tender_id, chosen_close(request.form))
    except InvalidTender as invalid:
        tender = whole_tender(tender_id, fresh=True)
        form = _filled(tender, facts_of(tender))
        form.refuse_all(invalid)
        return _page(form, tender), form.status
    flash(gettext("Published: members can see it now."), "success")
    return redirect(url_for("tenders.show", tender_id=tender.id))


@room.route("/marches/<int:tender_id>/annuler", methods=["GET", "POST"], may=policy.write)
def cancel(tender_id: int) -> ResponseReturnValue:
    """Give a tender up, with a reason that members read; a draft is set aside, with a reason for the delegate."""
    tender = whole_tender(tender_id, fresh=True)
    draft = tender.published_at is None and tender.cancelled_at is None
    form = AsideForm() if draft else ReasonForm()
    if form.validate_on_submit():
        give_up = ignore if draft else cancel_tender
        try:
            give_up(current_actor(), tender_id, form.reason.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = (
                gettext("The draft is set aside. It can be taken up again.")
                if draft
                else gettext("The tender is cancelled. Nobody will be reminded of it any more.")
            )
            flash(words, "success")
            return redirect(url_for("tenders.show", tender_id=tender_id))
    counts = tender_panel(current_actor(), tender).counts
    told_to = counts.registered if counts else 0
    page = render_template("tenders/cancel.html", form=form, tender=tender, told_to=told_to, draft=draft)
    return page, form.status


def _form_of(tender: Tender, stands: TenderFacts) -> TenderForm:
    """The form that edits `tender`: as sent, else filled with what stands."""
    if request.method == "POST":
        form: TenderForm = _form_class(stands)()
        return form
    return _filled(tender, stands)


def _closes(form: TenderForm, tender: Tender) -> bool:
    """Fill in an end of registrations where a draft says none: whoever saves has seen it, and may empty it."""
    if not isinstance(form, ContractForm) or tender.published_at or tender.cancelled_at:
        return False
    return form.deadline_registration_close.data is None and form.propose()


def _form_class(stands: TenderFacts) -> type[TenderForm]:
    """The form of that kind of tender, its dates in the zones they were said in."""
    elsewhere = {
        f"deadline_{kind.value}": deadline.zone
        for kind, deadline in stands.deadlines.items()
        if deadline.zone != "Europe/Paris"
    }
    return type("EditForm", (FORMS[stands.kind],), {"zones": elsewhere})


def _filled(tender: Tender, facts: TenderFacts) -> TenderForm:
    """The form filled with `facts`, for the version of `tender` that stands now."""
    rank = last_rank(tender.id)
    data = as_data(facts) | {"version": str(tender.version), "seen": str(rank)}
    form: TenderForm = _form_class(facts)(formdata=None, data=data)
    return form


def _publish_too(tender: Tender) -> None:
    """Publish what was just saved, where its second button was pressed."""
    if _publishes() and tender.published_at is None:
        publish_tender(current_actor(), tender.id)


def _publishes() -> bool:
    return request.form.get("then") == "publish"


def _refuse(form: TenderForm, refusal: Refusal, stands: TenderFacts | None) -> None:
    if isinstance(refusal, InvalidTender):
        form.refuse_all(refusal)
        form.refuse_rest(stands, publish=_publishes())
    else:
        form.refuse(refusal)


def _saved(tender: Tender, form: TenderForm) -> ResponseReturnValue:
    if tender.published_at is None:
        words = gettext("The draft is saved. Only you see it until you publish it.")
    elif _publishes():
        words = gettext("Published: members can see it now.")
    else:
        words = gettext("The changes are saved.")
    flash(words, "success")
    if tender.buyer.name != " ".join((form.buyer_name.data or "").split()):
        flash(
            gettext("This buyer is already known as “%(name)s”: that name is kept.", name=tender.buyer.name),
            "info",
        )
    return redirect(url_for("tenders.show", tender_id=tender.id))


def _page(
    form: TenderForm,
    tender: Tender | None = None,
    *,
    reshaped: Reshaped | None = None,
    model: Model | None = None,
) -> str:
    return _write(form, tender, reshaped or Reshaped(), [], [], model)


def _second(tender: Tender, stands: TenderFacts, form: TenderForm, typed: TenderFacts) -> ResponseReturnValue:
    """The form of whoever saves second: what was typed, what the other changed taken in where nothing clashes."""
    later = events_since(tender.id, number_in(form.seen.data))
    merged, changes = merge(typed, stands, as_seen(stands, later))
    again = _filled(tender, merged)
    again.status = 409
    return _write(again, tender, Reshaped(), changes, told(later)), 409


def _compared(change: Change) -> dict[str, Any]:
    """A field's three versions in words; of lists, only what isn't the same in all."""
    versions = [said(change.field, value) for value in (change.before, change.theirs, change.mine)]
    before, theirs, mine = differing(versions) if isinstance(change.theirs, list) else versions
    return {
        "name": name_of(change.field),
        "before": before,
        "theirs": theirs,
        "mine": mine,
        "clash": change.clash,
    }


def _write(
    form: TenderForm,
    tender: Tender | None,
    reshaped: Reshaped,
    changes: Sequence[Change],
    entries: Sequence[Entry],
    model: Model | None = None,
) -> str:
    compared = [_compared(change) for change in changes]
    return render_template(
        "tenders/write.html",
        form=form,
        tender=tender,
        reshaped=reshaped,
        compared=compared,
        who=", ".join(dict.fromkeys(entry.who for entry in entries if entry.who)),
        agreement=form.kind is TenderKind.AGREEMENT,
        model=model,
        read=what_was_read(tender) if tender is not None and tender.published_at is None else None,
    )
