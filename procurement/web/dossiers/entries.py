"""The lines of a structure's file: who signs, years, references; added, changed, taken away."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import clock
from procurement.core.errors import NotFound, Refusal, StaleVersion
from procurement.dossiers import operations, policy, queries
from procurement.dossiers.models import BusinessYear, Entry, Reference, Signatory
from procurement.dossiers.words import CHAPTERS
from procurement.web.dossiers.forms import LINES, PLACES, EntryForm
from procurement.web.dossiers.room import room
from procurement.web.edge import current_actor


@room.route("/structures/<int:member_id>/dossier/<lines>/ajouter", methods=["GET", "POST"], may=policy.visit)
def add(member_id: int, lines: str) -> ResponseReturnValue:
    """Add a line."""
    actor = current_actor()
    member = queries.member_of_file(actor, member_id)
    form = _form(lines)
    if form.validate_on_submit():
        try:
            operations.add_entry(actor, form.kind(member_id=member.id, **form.values()))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The line is in the file."), "success")
            return redirect(url_for("dossiers.show", member_id=member_id))
    page = render_template("dossiers/line.html", form=form, member=member, title=_title(lines), lines=lines)
    return page, form.status


@room.route(
    "/structures/<int:member_id>/dossier/<lines>/<int:entry_id>", methods=["GET", "POST"], may=policy.visit
)
def edit(member_id: int, lines: str, entry_id: int) -> ResponseReturnValue:
    """Change a line."""
    actor = current_actor()
    dossier = queries.whole(actor, member_id, clock.today())
    form = _form(lines)
    entry = _entry(dossier, form.kind, entry_id)
    if not form.is_submitted():
        form.show(entry)
    elif form.validate():
        try:
            operations.edit_entry(actor, form.kind, member_id, entry_id, form.filled_on(), form.values())
        except StaleVersion as stale:
            form.refuse(stale)
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The line is up to date."), "success")
            return redirect(url_for("dossiers.show", member_id=member_id))
    page = render_template(
        "dossiers/line.html",
        form=form,
        member=dossier.member,
        title=_title(lines),
        lines=lines,
        entry_id=entry_id,
    )
    return page, form.status


@room.post("/structures/<int:member_id>/dossier/<lines>/<int:entry_id>/retirer", may=policy.visit)
def remove(member_id: int, lines: str, entry_id: int) -> ResponseReturnValue:
    """Take a line away."""
    operations.remove_entry(current_actor(), _form(lines).kind, member_id, entry_id)
    flash(gettext("The line is taken away."), "success")
    return redirect(url_for("dossiers.show", member_id=member_id))


def _form(lines: str) -> EntryForm:
    """The form of that kind of line. Raises NotFound."""
    if lines not in LINES:
        raise NotFound
    return LINES[lines]()


def _title(lines: str) -> str:
    return gettext(next(CHAPTERS[name] for name, place in PLACES.items() if place == lines))


def _entry(dossier: queries.Dossier, kind: type[Entry], entry_id: int) -> Entry:
    """The line of the file with that number. Raises NotFound."""
    held: dict[type[Entry], Sequence[Entry]] = {
        Signatory: dossier.signatories,
        BusinessYear: dossier.years,
        Reference: dossier.references,
    }
    for entry in held[kind]:
        if entry.id == entry_id:
            return entry
    raise NotFound
