"""Mails that were forwarded and wait for the delegate: from whom, when, why; taken up as a draft, or dropped."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core.text import number_in
from procurement.notices.forwarded.queries import waiting_mails
from procurement.notices.forwarded.taking import drop, take_up
from procurement.tenders import policy
from procurement.web.edge import current_actor
from procurement.web.notices import words
from procurement.web.notices.room import room


@room.get("/sources/courriels", may=policy.write)
def mails() -> ResponseReturnValue:
    """The mails that weren't made drafts by themselves, newest first."""
    found = waiting_mails(current_actor(), number_in(request.args.get("before")))
    return render_template(
        "notices/mails.html",
        mails=found.rows,
        older=url_for("notices.mails", before=found.older) if found.older else "",
        address=current_app.config["SETTINGS"].forward_to,
        words=words,
    )


@room.post("/sources/courriels/<int:mail_id>/brouillon", may=policy.write)
def take_mail(mail_id: int) -> ResponseReturnValue:
    """Make a draft of one of them."""
    taken = take_up(current_actor(), mail_id)
    if taken.known:
        flash(gettext("This notice is here already: nothing was written twice."), "info")
        return redirect(url_for("tenders.show", tender_id=taken.tender.id))
    flash(gettext("The draft is written. Look it over, and fill in the rest."), "success")
    return redirect(url_for("tenders.edit", tender_id=taken.tender.id))


@room.post("/sources/courriels/<int:mail_id>/ecarter", may=policy.write)
def drop_mail(mail_id: int) -> ResponseReturnValue:
    """Want nothing of one of them."""
    drop(current_actor(), mail_id)
    flash(gettext("Dropped."), "success")
    return redirect(url_for("notices.mails"))
