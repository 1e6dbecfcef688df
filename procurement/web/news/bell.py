"""The bell: how many news are unread, and all of them."""

from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement.core import policy
from procurement.notifications.operations import preferences
from procurement.notifications.queries import bell
from procurement.web.edge import chosen_locale, person
from procurement.web.messages.words import what
from procurement.web.news.room import me, office, room


@room.get("/nouvelles", may=policy.signed_in)
def index() -> ResponseReturnValue:
    """All that this person was told, newest first. Looking marks nothing as read: that is a press of a button (N23)."""
    before = request.args.get("avant", 0, type=int)
    page = bell.news(me(), office(), before=before if 0 < before < 2**63 else 0, locale=chosen_locale())
    return render_template(
        "news/index.html",
        rows=page.rows,
        older=page.older,
        first=not before,
        unread=any(row.unread for row in page.rows),
        what=what,
    )


@room.post("/nouvelles/lues", may=policy.signed_in)
def read() -> ResponseReturnValue:
    """All is read."""
    preferences.note_read(me())
    return redirect(url_for("news.index"))


def unread_news() -> int:
    """How many news of whoever makes this request are unread; 0 for a visitor, and on a page of error."""
    if "unread_news" not in g:
        user = None if g.get("no_database") else person()
        g.unread_news = bell.unread(user) if user else 0
    number: int = g.unread_news
    return number


def register(app: Flask) -> None:
    """Give templates the bell's number."""
    app.jinja_env.globals["unread_news"] = unread_news
