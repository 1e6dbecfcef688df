"""How long before its dates the reminders of a tender leave: the usual times, and others for this one."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from procurement.core.errors import Refusal
from procurement.notifications.kinds import Kind
from procurement.notifications.operations.lead_times import choose_lead_times
from procurement.notifications.queries.lead_times import changeable, chosen_of
from procurement.notifications.rules import Lead, read_lead
from procurement.tenders import policy
from procurement.tenders.queries import whole_tender
from procurement.web.edge import current_actor
from procurement.web.forms import ChecksField, Form, Required
from procurement.web.messages import words
from procurement.web.tenders.blueprint import room


@room.route("/marches/<int:tender_id>/rappels", methods=["GET", "POST"], may=policy.write)
def reminders(tender_id: int) -> ResponseReturnValue:
    """The times of each reminder of a tender, as check boxes; or all of them usual again."""
    tender = whole_tender(tender_id)
    kinds = changeable(tender)
    chosen = chosen_of([tender_id])
    stand = {kind.name: chosen.get((tender_id, kind.name), kind.leads) for kind in kinds}
    form = _form(kinds, stand)
    if form.is_submitted() and (request.form.get("usual") or form.validate()):
        usual = bool(request.form.get("usual"))
        wanted = {kind.name: kind.leads if usual else _ticked(form, kind) for kind in kinds}
        try:
            choose_lead_times(current_actor(), tender_id, wanted)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The reminders of this tender leave at the times chosen."), "success")
            return redirect(url_for("tenders.show", tender_id=tender_id))
    page = render_template(
        "tenders/reminders.html",
        tender=tender,
        form=form,
        kinds=[
            (kind, words.what(kind.name), _said(stand[kind.name]), words.whom(kind.name), _said(kind.leads))
            for kind in kinds
        ],
        others=any(set(stand[kind.name]) != set(kind.leads) for kind in kinds),
    )
    return page, form.status


def _form(kinds: Sequence[Kind], stand: Mapping[str, Sequence[Lead]]) -> Form:
    """A list of check boxes for each kind, those that stand ticked."""
    fields = {
        kind.name: ChecksField(
            words.what(kind.name),
            [Required(_l("Keep one time at least: nobody may miss this one."))] if kind.mandatory else [],
            choices=[(lead.code, words.lead(lead.code)) for lead in kind.offered],
        )
        for kind in kinds
    }
    data = {name: [lead.code for lead in leads] for name, leads in stand.items()}
    made: Form = type("RemindersForm", (Form,), fields)(data=data)
    return made


def _ticked(form: Form, kind: Kind) -> list[Lead]:
    return [read_lead(code) for code in form[kind.name].data or ()]


def _said(leads: Sequence[Lead]) -> str:
    return ", ".join(words.lead(lead.code) for lead in leads)
