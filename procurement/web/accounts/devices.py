"""Where one is signed in, in words; signed out of one device, or of all but this one."""

import re
from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.accounts import operations, sessions
from procurement.core import policy
from procurement.web import gate
from procurement.web.accounts.room import own_account, room
from procurement.web.edge import current_actor
from procurement.web.security import sign_in

_BROWSERS = (
    ("Edge", r"Edg"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS"),
    ("Safari", r"Safari"),
)
"""Names and what browsers call themselves, the more precise first: most name others besides."""
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux"),
)


def device(names_itself: str) -> str:
    """A browser in words, from what it calls itself: "Firefox, Windows"; what can't be told is said so."""
    found = [_first(_BROWSERS, names_itself), _first(_SYSTEMS, names_itself)]
    return ", ".join(filter(None, found)) or gettext("Unknown device")


def _first(known: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "")


@room.get("/compte/appareils", may=policy.signed_in)
def devices() -> ResponseReturnValue:
    """Where one is signed in, this device first."""
    opened = gate.opened()
    here = opened.sign_in.id if opened else 0
    rows = sorted(sessions.listed(current_actor(), own_account()), key=lambda row: row.id != here)
    return render_template("accounts/devices.html", rows=rows, here=here, device=device)


@room.post("/compte/appareils/<int:number>/fin", may=policy.signed_in)
def end_session(number: int) -> ResponseReturnValue:
    """Sign out of one device."""
    sessions.end(current_actor(), own_account(), number)
    flash(gettext("That device is signed out."), "success")
    return redirect(url_for("accounts.devices"))


@room.post("/compte/deconnecter-partout", may=policy.signed_in)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here: a lost telephone, a shared computer."""
    user = own_account()
    operations.end_sessions(current_actor(), user)
    sign_in(user, "again")
    flash(gettext("You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.devices"))
