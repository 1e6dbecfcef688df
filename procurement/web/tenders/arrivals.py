"""What came from the official sources, to be sorted by the delegate: published, left aside, handed to a colleague."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from procurement.accounts.queries import legal_delegates
from procurement.core import clock
from procurement.core.errors import Invalid, TooLate
from procurement.notices.queries import twins_of_drafts
from procurement.tenders import intake, policy
from procurement.tenders.operations import publish_tender
from procurement.tenders.queries import intake as queries
from procurement.tenders.rules import InvalidTender
from procurement.web.edge import current_actor
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.closing import chosen_close
from procurement.web.tenders.fitting import reason_words

REASONS = (
    _l("Not our work"),
    _l("Too far away"),
    _l("Too little time"),
    _l("Too big or too demanding"),
    _l("We know it already"),
)
"""Why a draft is left aside, in one press."""


@room.get("/arrivees", may=policy.write)
def arrivals() -> ResponseReturnValue:
    """The drafts to sort, those that suit the network best first."""
    actor = current_actor()
    mine = request.args.get("pour") == "moi"
    page = queries.arrivals(actor, clock.now(), page=request.args.get("page", 1, type=int), mine=mine)
    return render_template(
        "tenders/arrivals.html",
        found=page,
        twins=twins_of_drafts(actor, [row.id for row in page.rows]),
        mine=mine,
        count=queries.count_arrivals(actor, clock.now()),
        colleagues=legal_delegates(),
        reasons=REASONS,
        reason_words=reason_words,
        longest=intake.REASON_LENGTH,
    )


@room.get("/arrivees/ecartees", may=policy.write)
def set_aside() -> ResponseReturnValue:
    """The drafts that were left aside, each with its reason, to be taken up again."""
    return render_template("tenders/set_aside.html", rows=queries.ignored(current_actor()))


@room.post("/arrivees/<int:tender_id>/publier", may=policy.write)
def publish_arrival(tender_id: int) -> ResponseReturnValue:
    """Show a draft to members; where something is missing, its form says what."""
    try:
        tender = publish_tender(current_actor(), tender_id, chosen_close(request.form))
    except InvalidTender as invalid:
        for problem in invalid.problems:
            flash(gettext(problem.message, **problem.params), "warning")
        return redirect(url_for("tenders.edit", tender_id=tender_id))
    except (Invalid, TooLate) as refusal:
        return _told(refusal)
    flash(gettext("Published: members can see “%(title)s” now.", title=tender.title), "success")
    return _onwards()


@room.post("/arrivees/<int:tender_id>/ecarter", may=policy.write)
def ignore(tender_id: int) -> ResponseReturnValue:
    """Leave a draft aside, for a reason."""
    try:
        intake.ignore(current_actor(), tender_id, request.form.get("quick") or request.form.get("reason", ""))
    except (Invalid, TooLate) as refusal:
        return _told(refusal, tender_id)
    flash(gettext("Left aside. It can be taken up again among those left aside."), "success")
    return _onwards()


@room.post("/arrivees/<int:tender_id>/reprendre", may=policy.write)
def take_up(tender_id: int) -> ResponseReturnValue:
    """Put a draft that was left aside back among those to sort."""
    try:
        intake.take_up(current_actor(), tender_id)
    except TooLate as refusal:
        return _told(refusal)
    if request.form.get("from") == "page":
        flash(gettext("It is a draft again."), "success")
        return redirect(url_for("tenders.show", tender_id=tender_id))
    flash(gettext("It is among the arrivals again."), "success")
    return redirect(url_for("tenders.set_aside"))


@room.post("/arrivees/<int:tender_id>/confier", may=policy.write)
def assign(tender_id: int) -> ResponseReturnValue:
    """Hand a draft to a colleague, or to nobody."""
    user_id = request.form.get("user_id", type=int)
    try:
        intake.assign(current_actor(), tender_id, user_id)
    except (Invalid, TooLate) as refusal:
        return _told(refusal, tender_id)
    if user_id is None:
        flash(gettext("Nobody in particular looks at it any more."), "success")
    else:
        flash(gettext("It is handed over."), "success")
    return _back(tender_id)


def _told(refusal: Invalid | TooLate, tender_id: int = 0) -> ResponseReturnValue:
    """Back to the list with what was refused; the reason that was typed is short, and nothing was kept."""
    flash(gettext(refusal.message, **refusal.params), "warning")
    return _back(tender_id)


def _onwards() -> ResponseReturnValue:
    """Back to the list, at the row that came after the one that left it."""
    return _back(request.form.get("next", 0, type=int))


def _back(tender_id: int) -> ResponseReturnValue:
    page = request.form.get("page", 1, type=int)
    return redirect(
        url_for(
            "tenders.arrivals",
            page=page if page > 1 else None,
            pour="moi" if request.form.get("pour") == "moi" else None,
            _anchor=f"arrivee-{tender_id}" if tender_id else None,
        )
    )
