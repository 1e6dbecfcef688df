"""The buyer's documents of a tender: its page, and what the delegate does there."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from procurement.core import policy
from procurement.core.errors import Refusal
from procurement.tenders import policy as rights
from procurement.tenders.documents import add_documents, documents_of, remove_document, replace_document
from procurement.tenders.models import Tender
from procurement.tenders.queries import visible_tender
from procurement.web.edge import current_actor
from procurement.web.files.fields import UploadField
from procurement.web.forms import Form
from procurement.web.tenders.blueprint import room


class DocumentsForm(Form):
    """Files to add."""

    files = UploadField(
        _l("Documents"),
        needed=_l("Choose a file first."),
        several=True,
        description=_l("Several at once, 50 MB each. Members see them as soon as they are here."),
    )


class NewerForm(Form):
    """One file in place of another."""

    files = UploadField(_l("Newer version"), needed=_l("Choose a file first."))


@room.get("/marches/<int:tender_id>/documents", may=policy.in_network)
def documents(tender_id: int) -> ResponseReturnValue:
    """The documents of a tender, each with its versions."""
    return _documents(visible_tender(current_actor(), tender_id), DocumentsForm())


@room.post("/marches/<int:tender_id>/documents", may=rights.write, takes_files=True)
def add_document(tender_id: int) -> ResponseReturnValue:
    """Add documents."""
    tender = visible_tender(current_actor(), tender_id)
    form = DocumentsForm()
    if form.validate():
        try:
            added = add_documents(current_actor(), tender.id, form.files.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = ngettext("%(num)s document is here.", "%(num)s documents are here.", len(added))
            flash(words, "success")
            return redirect(url_for("tenders.documents", tender_id=tender.id))
    return _documents(tender, form)


def _documents(tender: Tender, form: DocumentsForm) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "tenders/documents.html",
        tender=tender,
        form=form,
        documents=documents_of(actor, tender),
        writes=rights.write(actor) and tender.cancelled_at is None,
    )
    return page, form.status


@room.route(
    "/marches/<int:tender_id>/documents/<int:file_id>",
    methods=["GET", "POST"],
    may=rights.write,
    takes_files=True,
)
def replace(tender_id: int, file_id: int) -> ResponseReturnValue:
    """Put a newer version of a document."""
    actor = current_actor()
    tender = visible_tender(actor, tender_id)
    form = NewerForm()
    if form.validate_on_submit():
        try:
            version = replace_document(actor, tender.id, file_id, form.files.data[0])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("%(name)s is now at version %(number)s.", name=version.name, number=version.number))
            return redirect(url_for("tenders.documents", tender_id=tender.id))
    file = next((one for one in documents_of(actor, tender) if one.id == file_id), None)
    page = render_template("tenders/newer_document.html", tender=tender, form=form, file=file)
    return page, form.status if file else 404


@room.post("/marches/<int:tender_id>/documents/<int:file_id>/retirer", may=rights.write)
def remove(tender_id: int, file_id: int) -> ResponseReturnValue:
    """Take a document away."""
    remove_document(current_actor(), tender_id, file_id)
    flash(gettext("The document is no longer shown."), "success")
    return redirect(url_for("tenders.documents", tender_id=tender_id))
