"""The first screen of each person: what needs them now."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement.accounts.queries import legal_delegates
from procurement.bids.queries.delegate_desk import delegate_desk
from procurement.bids.queries.figures import figures
from procurement.bids.queries.member_desk import member_desk
from procurement.bids.queries.suggestions import suggestions
from procurement.certificates.queries import owing_now
from procurement.core import clock, policy
from procurement.core.policy import Actor
from procurement.notices.live.sources import live_sources
from procurement.notices.queries import silent_sources, tenders_to_look_at
from procurement.tenders.queries import TenderSearch, list_tenders
from procurement.tenders.queries.intake import count_arrivals
from procurement.tenders.rules import TenderState
from procurement.web.accounts.room import own_account
from procurement.web.desk.room import room
from procurement.web.desk.starting import first_steps, without_trades
from procurement.web.desk.timeline import draw
from procurement.web.edge import current_actor
from procurement.web.notices.words import name as source_name
from procurement.web.tenders.fitting import reason_words

SOON = 6
"""Tenders shown to a visitor; the list has the others."""


def _sees_figures(actor: Actor) -> bool:
    """The board, and the network's office."""
    return actor.is_observer or actor.is_delegate or actor.is_admin


@room.get("/", may=policy.anyone)
def home() -> ResponseReturnValue:
    """The first screen: the delegate's, a member's, the board's, the administrator's, or a visitor's."""
    actor = current_actor()
    if actor.is_delegate:
        return _delegate()
    if actor.is_member:
        return _member(actor)
    if actor.is_observer:
        return _figures(clock.today().year)
    return _outside(actor)


@room.get("/mon-travail", may=policy.signed_in)
def mine() -> ResponseReturnValue:
    """What needs the person's own structures, for somebody whose first screen is another; who has none goes home."""
    actor = current_actor()
    return _member(actor) if actor.is_member else redirect(url_for("desk.home"))


@room.get("/rejoindre", may=policy.anyone)
def join() -> ResponseReturnValue:
    """How a structure joins the network, and a person the platform."""
    return render_template("desk/join.html")


@room.get("/chiffres", may=_sees_figures)
def year() -> ResponseReturnValue:
    """The figures of a year, `annee` (this one by default). 404 for a year that isn't one."""
    this_year = clock.today().year
    text = request.args.get("annee", str(this_year))
    wanted = int(text) if text.isdecimal() and len(text) == 4 else 0
    if not 2000 <= wanted <= this_year:
        abort(404)
    return _figures(wanted)


def _delegate() -> str:
    now = clock.now()
    desk = delegate_desk(now)
    silent = silent_sources(live_sources(current_app.config["SETTINGS"]))
    return render_template(
        "desk/delegate.html",
        desk=desk,
        drawing=draw(desk.lines, now),
        to_look_at=tenders_to_look_at(current_actor()),
        silent=[source_name(source) for source, _ in silent],
        arrivals=count_arrivals(current_actor(), now),
    )


def _member(actor: Actor) -> str:
    now = clock.now()
    desk = member_desk(actor, now)
    found = suggestions(actor, now, desk.members)
    listed = {one.tender_id for one in desk.open if one.unanswered}
    return render_template(
        "desk/member.html",
        desk=desk,
        suggested=found,
        beside=[one for one in found if one.tender_id not in listed],
        to_fill=without_trades(actor, desk.members),
        steps=first_steps(actor, own_account(), desk.members, now),
        why={one.tender_id: one.fit.reasons for one in found},
        reason_words=reason_words,
        delegates=legal_delegates(),
        papers=owing_now(actor, clock.today()),
    )


def _figures(wanted: int) -> str:
    return render_template("desk/figures.html", figures=figures(wanted), this_year=clock.today().year)


def _outside(actor: Actor) -> str:
    """A visitor's screen; the administrator's, and that of an account without role or structure, are near it."""
    page = list_tenders(actor, TenderSearch(), clock.now(), size=SOON)
    live = [row for row in page.rows if row.state in {TenderState.OPEN, TenderState.REGISTRATION_CLOSED}]
    delegates = legal_delegates() if actor.signed_in else []
    return render_template("desk/visitor.html", rows=live, delegates=delegates)
