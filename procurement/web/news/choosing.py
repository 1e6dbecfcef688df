"""What one receives, in plain words, and how to change it."""

from collections.abc import Mapping
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.accounts.models import User
from procurement.core import clock, policy
from procurement.core.errors import Refusal
from procurement.notifications.categories import NAMES, Category, Rhythm
from procurement.notifications.kinds import KINDS
from procurement.notifications.operations import preferences, returning
from procurement.notifications.queries.preferences import absence_of, colleagues, rhythms_of
from procurement.notifications.rules import digest_leaves_at
from procurement.notifications.whom import hours_of
from procurement.tenders.following import followed
from procurement.web.edge import current_actor
from procurement.web.messages.words import what
from procurement.web.news.forms import AbsenceForm, RhythmsForm
from procurement.web.news.room import me, room

OF_ADMINISTRATORS = frozenset({"erasure_asked"})
"""Kinds of the network's office that go to its administrators; all others go to the legal delegate."""


@room.get("/compte/messages", may=policy.signed_in)
def choose() -> ResponseReturnValue:
    """What one receives and why, how often, who stands in, which tenders are followed or muted."""
    return _page(me())


@room.post("/compte/messages", may=policy.signed_in)
def chosen() -> ResponseReturnValue:
    """How often each category comes, from now on."""
    user, form = me(), RhythmsForm()
    form.keep_only(_categories())
    if form.validate():
        try:
            preferences.choose(current_actor(), user, form.rhythms())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Your choice is saved."), "success")
            return redirect(url_for("news.choose"))
    return _page(user, rhythms=form)


@room.post("/compte/adresse/reessayer", may=policy.signed_in)
def revive() -> ResponseReturnValue:
    """Send to one's address again, after it was suspended."""
    returning.revive(current_actor(), me())
    flash(gettext("We send to your address again."), "success")
    return redirect(url_for("news.choose"))


@room.post("/compte/remplacement", may=policy.signed_in)
def stand_in() -> ResponseReturnValue:
    """Somebody stands in, for some days; or nobody any more."""
    user = me()
    if request.form.get("end"):
        preferences.end_absence(current_actor(), user)
        flash(gettext("Nobody stands in for you any more."), "success")
        return redirect(url_for("news.choose"))
    form = AbsenceForm()
    form.offer(colleagues(user.id))
    if form.validate():
        try:
            preferences.set_absence(
                current_actor(), user, form.stand_in.data, form.first_day.data, form.last_day.data
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Your colleague receives what you receive, on those days."), "success")
            return redirect(url_for("news.choose"))
    return _page(user, absence=form)


def _page(
    user: User, rhythms: RhythmsForm | None = None, absence: AbsenceForm | None = None
) -> ResponseReturnValue:
    """The page, with what was typed where something was refused."""
    status = max(form.status if form else 200 for form in (rhythms, absence))
    chosen, categories, others = rhythms_of(user.id), _categories(), colleagues(user.id)
    if rhythms is None:
        rhythms = RhythmsForm(formdata=None)
        rhythms.keep_only(categories)
        rhythms.show(chosen)
    now = absence_of(user.id)
    if now is not None and now.last_day < clock.today():
        now = None
    if absence is None:
        absence = AbsenceForm(formdata=None)
        absence.offer(others)
        if now is not None:
            absence.show(now)
    names = {one.id: one.name for one in others}
    html = render_template(
        "news/choose.html",
        form=rhythms,
        absence=absence,
        away=now,
        away_for=names.get(now.stand_in_id, "") if now else "",
        others=others,
        me=user,
        next_digest=_next_digests(user),
        category_names=NAMES,
        kinds={category: _refusable(category) for category in categories},
        binding=_binding(),
        followed=followed(user.id),
    )
    return html, status


def _categories() -> list[Category]:
    """The categories of which this person can receive something that they may refuse."""
    actor = current_actor()
    found = []
    for category in Category:
        if not _refusable(category) or (category is Category.OVERSIGHT and not actor.is_delegate):
            continue
        found.append(category)
    return found


def _refusable(category: Category) -> list[str]:
    """What comes in a category and can be refused, in words."""
    return [what(kind.name) for kind in KINDS.values() if kind.category is category and not kind.mandatory]


def _binding() -> dict[Category, list[str]]:
    """What this person can receive and can't refuse, by category, in words."""
    actor = current_actor()
    found: dict[Category, list[str]] = {}
    for kind in KINDS.values():
        office = actor.is_admin if kind.name in OF_ADMINISTRATORS else actor.is_delegate
        if kind.mandatory and (kind.category is not Category.OVERSIGHT or office):
            found.setdefault(kind.category, []).append(what(kind.name))
    return found


def _next_digests(user: User) -> Mapping[str, datetime]:
    """When the next daily and the next weekly digest of this person would leave."""
    hours, now = hours_of(user.zone, user.digest_hour, user.working_days), clock.now()
    return {
        rhythm.value: digest_leaves_at(now, hours, weekly=rhythm is Rhythm.WEEKLY)
        for rhythm in (Rhythm.DAILY, Rhythm.WEEKLY)
    }
