"""Moving one date of a tender: from when to when, and who will be told, before it is done."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from procurement.bids.queries import tender_panel
from procurement.core import clock
from procurement.core.errors import Refusal, StaleVersion
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import day_off, propose_registration_close, read_zone
from procurement.tenders import policy
from procurement.tenders.models import Tender
from procurement.tenders.operations import move_deadline as move
from procurement.tenders.queries import whole_tender
from procurement.tenders.rules import WRITTEN_KINDS
from procurement.web.edge import current_actor, shown_again
from procurement.web.forms import Form, LocalDateTimeField, Required
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.slugs import KINDS


class MoveForm(Form):
    """When it is due from now on."""

    version = HiddenField()
    due_at: LocalDateTimeField


@room.route("/marches/<int:tender_id>/dates/<slug>", methods=["GET", "POST"], may=policy.write)
def move_deadline(tender_id: int, slug: str) -> ResponseReturnValue:
    """Move a date, in two steps: the new one, then what it changes and who will be told."""
    kind = KINDS.get(slug)
    tender = whole_tender(tender_id, fresh=True)
    if kind is None or kind not in WRITTEN_KINDS[tender.kind]:
        abort(404)
    before = next((due for due in tender.deadlines if due.kind is kind and due.closed_at is None), None)
    stood = before.due_at if before else None
    zone = before.zone if before else "Europe/Paris"
    form = type("MoveInZone", (MoveForm,), {"due_at": _moment(zone)})()
    told_to = _registered(tender)
    if not form.is_submitted():
        form.version.data = str(tender.version)
        form.due_at.process(None, stood or _proposed(tender, kind))
    elif form.validate():
        version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
        confirmed = request.form.get("confirmed") == "yes"
        try:
            moved = move(current_actor(), tender_id, kind, form.due_at.data, version)
        except StaleVersion as stale:
            form.refuse(stale)
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if confirmed:
                flash(_told(told_to if moved.published_at else 0), "success")
                return redirect(url_for("tenders.show", tender_id=tender_id))
            # Shown before it is done: what the move just did in this transaction isn't kept.
            form.version.data = str(version)
            return shown_again(_page(form, moved, kind, stood, zone, told_to, rehearsed=True))
    return _page(form, tender, kind, stood, zone, told_to), form.status


def _moment(zone: str) -> LocalDateTimeField:
    return LocalDateTimeField(
        _l("New date"), [Required(_l("Give the day and the hour."))], zone=read_zone(zone)
    )


def _page(
    form: MoveForm,
    tender: Tender,
    kind: DeadlineKind,
    stood: datetime | None,
    zone: str,
    told_to: int,
    *,
    rehearsed: bool = False,
) -> str:
    return render_template(
        "tenders/move.html",
        form=form,
        tender=tender,
        kind=kind,
        stood=stood,
        zone=zone,
        told_to=told_to,
        rehearsed=rehearsed,
        off=day_off(form.due_at.data, read_zone(zone)) if form.due_at.data else "",
    )


def _registered(tender: Tender) -> int:
    """How many structures have registered: they are told of what moves."""
    counts = tender_panel(current_actor(), tender).counts
    return counts.registered if counts else 0


def _proposed(tender: Tender, kind: DeadlineKind) -> datetime | None:
    """A date to begin with, for registrations that have none (domain 4)."""
    if kind is not DeadlineKind.REGISTRATION_CLOSE:
        return None
    dates = {due.kind: due.due_at for due in tender.deadlines if due.closed_at is None}
    answer = dates.get(DeadlineKind.APPLICATIONS) or dates.get(DeadlineKind.SUBMISSION)
    return propose_registration_close(answer, clock.now()) if answer else None


def _told(count: int) -> str:
    if not count:
        return gettext("The date is moved.")
    return ngettext(
        "The date is moved. %(num)s structure is being told by e-mail.",
        "The date is moved. %(num)s structures are being told by e-mail.",
        count,
    )
