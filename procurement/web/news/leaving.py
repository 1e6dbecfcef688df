"""Stopping a category by the link in a mail: by a person, or by a mail program in one click (RFC 8058)."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import policy
from procurement.core.errors import NotFound
from procurement.notifications import leaving
from procurement.notifications.categories import NAMES
from procurement.notifications.operations import preferences
from procurement.web import limits
from procurement.web.libraries import csrf
from procurement.web.news.room import room


@room.get("/desabonnement/<token>", may=policy.anyone)
def leave(token: str) -> ResponseReturnValue:
    """What would stop, and a button. Nothing changes yet: programs follow links before people do (N26, N23)."""
    asked = leaving.read(token)
    if asked is None:
        raise NotFound
    names = [gettext(NAMES[category]) for category in asked.categories]
    return render_template("news/leave.html", names=names, token=token, done=False)


@room.post("/desabonnement/<token>", may=policy.anyone)
@limits.secret_typed
def left(token: str) -> ResponseReturnValue:
    """It stops: for whom the link was made and nothing but what it names, without signing in (RFC 8058)."""
    asked = preferences.leave(token)
    names = [gettext(NAMES[category]) for category in asked.categories]
    return render_template("news/leave.html", names=names, token=token, done=True)


# A mail program posts without a session: the signed link is the proof.
csrf.exempt(f"{left.__module__}.{left.__name__}")
