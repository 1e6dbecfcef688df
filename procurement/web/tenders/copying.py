"""A new tender after the model of one before: asks when the new answer is due, then shows all of it to be looked over."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from procurement.core import clock
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.deadlines.rules import read_zone
from procurement.tenders import policy
from procurement.tenders.copying import answer_of, copied
from procurement.tenders.facts import TenderFacts
from procurement.tenders.models import Tender
from procurement.tenders.queries import facts_of, whole_tender
from procurement.tenders.rules import WRITTEN_KINDS
from procurement.web.forms import Form, LocalDateTimeField, Required
from procurement.web.tenders.blueprint import room


class CopyForm(Form):
    """When the new answer is due."""

    due_at: LocalDateTimeField


def _copy_form(zone: str) -> CopyForm:
    """The form, its hour asked in the zone in which the model's was said."""
    due_at = LocalDateTimeField(_l("The new answer is due"), [Required()], zone=read_zone(zone))
    form: CopyForm = type("CopyInZone", (CopyForm,), {"due_at": due_at})()
    return form


@dataclass(frozen=True, slots=True)
class Model:
    """A tender after which a new one is written, and what the new one says."""

    tender: Tender
    due_at: datetime
    facts: TenderFacts
    left_out: int
    """How many of the model's dates would have passed, and are left to be set."""


@room.route("/marches/<int:tender_id>/reprendre", methods=["GET", "POST"], may=policy.write)
def copy(tender_id: int) -> ResponseReturnValue:
    """Ask when the new answer is due; the other dates follow from the model's."""
    tender = whole_tender(tender_id)
    model = answer_of(_said_by(tender))
    form = _copy_form(model.zone if model else "Europe/Paris")
    if form.validate_on_submit():
        due_at = form.due_at.data
        if due_at is not None and due_at > clock.now():
            at = due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
            return redirect(url_for("tenders.create", modele=tender_id, reponse=at, kind=_kind(tender)))
        form.refuse(Invalid(N_("This date has passed: the new answer is due later."), field="due_at"))
    return render_template("tenders/copy.html", form=form, tender=tender, model=model), form.status


def _said_by(tender: Tender) -> TenderFacts:
    """What the model says: of one that was given up, with the dates that stood until then."""
    return facts_of(tender, until_cancelled=True)


def _kind(tender: Tender) -> str | None:
    return "agreement" if tender.kind.value == "agreement" else None


def model_asked() -> Model | None:
    """The model that the address names, with the date of the new answer; None without one that makes sense."""
    tender_id = request.args.get("modele", 0, type=int)
    try:
        due_at = datetime.strptime(request.args.get("reponse", ""), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if not 0 < tender_id < 2**63:
        return None
    tender = whole_tender(tender_id)
    said = _said_by(tender)
    facts = copied(said, due_at, clock.now())
    missing = [
        kind for kind in WRITTEN_KINDS[said.kind] if kind in said.deadlines and kind not in facts.deadlines
    ]
    return Model(tender, due_at, facts, len(missing))
