"""Searches that a person keeps: saved from the list, listed, renamed, paused, deleted."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from procurement.core import policy
from procurement.core.errors import Refusal
from procurement.core.policy import Actor
from procurement.tenders import saved
from procurement.tenders.models import SavedSearch
from procurement.tenders.queries import TenderSearch
from procurement.web.edge import current_actor
from procurement.web.forms import Form, Limited, Required
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.filters import read_search, said, write_search


class NameForm(Form):
    """Under what name."""

    name = StringField(_l("Name of the search"), [Required(), Limited(saved.NAME_MAX)])


@room.route("/recherches/nouvelle", methods=["GET", "POST"], may=policy.in_network)
def save_search() -> ResponseReturnValue:
    """Keep the search that the address asks for; says first how much it would bring (N24)."""
    actor, form, search = current_actor(), NameForm(), read_search(request.args)
    if not form.is_submitted() and saved.asks_nothing(search):
        flash(
            gettext(
                "Search by words or choose a filter first, then keep the search: one for everything would tell of everything."
            ),
            "info",
        )
        return redirect(url_for("tenders.index"))
    [words] = _said(actor, [search])
    if form.validate_on_submit():
        try:
            saved.save_search(actor, form.name.data or "", search)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The search is kept: you hear of each new tender that fits it."), "success")
            return redirect(url_for("tenders.searches"))
    if not form.is_submitted():
        form.name.data = ", ".join(filter(None, [search.text, *words]))[: saved.NAME_MAX]
    return (
        render_template(
            "tenders/save_search.html",
            form=form,
            said=words,
            text=search.text,
            asked=write_search(search),
            brings=saved.would_bring(actor, search),
            weeks=saved.WEEKS,
        ),
        form.status,
    )


@room.get("/recherches", may=policy.in_network)
def searches() -> ResponseReturnValue:
    """The searches that this person keeps."""
    return _list()


@room.post("/recherches/<int:search_id>/nom", may=policy.in_network)
def rename_search(search_id: int) -> ResponseReturnValue:
    """Another name."""
    actor, form = current_actor(), NameForm()
    found = saved.find_search(actor, search_id)
    if form.validate():
        try:
            saved.rename_search(actor, search_id, form.name.data or "")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The search has its new name."), "success")
            return redirect(url_for("tenders.searches"))
    return _list(form, found)


@room.post("/recherches/<int:search_id>/pause", may=policy.in_network)
def pause_search(search_id: int) -> ResponseReturnValue:
    """Nothing is told of it for a while, or again."""
    paused = bool(request.form.get("paused"))
    saved.pause_search(current_actor(), search_id, paused=paused)
    if paused:
        flash(gettext("You hear nothing of this search until you resume it."), "success")
    else:
        flash(gettext("You hear of this search again."), "success")
    return redirect(url_for("tenders.searches"))


@room.post("/recherches/<int:search_id>/supprimer", may=policy.in_network)
def delete_search(search_id: int) -> ResponseReturnValue:
    """Kept no more."""
    saved.delete_search(current_actor(), search_id)
    flash(gettext("The search is deleted."), "success")
    return redirect(url_for("tenders.searches"))


def _list(form: NameForm | None = None, renamed: SavedSearch | None = None) -> ResponseReturnValue:
    """The page, with the name that was refused where it was typed."""
    actor, rows = current_actor(), []
    kept = saved.saved_of(actor)
    searches = [saved.asked_of(one) for one in kept]
    brings = saved.each_brings(actor, kept)
    for one, search, words in zip(kept, searches, _said(actor, searches), strict=True):
        mine = form if renamed is not None and form is not None and one.id == renamed.id else None
        if mine is None:
            mine = NameForm(formdata=None, data={"name": one.name}, prefix="")
        mine.name.id = f"name-{one.id}"
        rows.append((one, search.text, words, write_search(search), mine))
    return render_template(
        "tenders/searches.html", rows=rows, brings=brings, weeks=saved.WEEKS
    ), form.status if form else 200


def _said(actor: Actor, searches: Iterable[TenderSearch]) -> list[list[str]]:
    """The filters of each search in words, its state apart: what is told of is new, and open."""
    return [[words for field, words in filters if field != "state"] for filters in said(actor, searches)]
