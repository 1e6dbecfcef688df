"""What stands before every page: the code of the second factor, or setting one up where the role asks for it."""

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from procurement.accounts import policy, sessions
from procurement.accounts.sessions import Opened
from procurement.core.db import transaction
from procurement.core.policy import Actor

ALWAYS_OPEN = frozenset({"accounts.code", "security.logout", "language.choose"})
"""Endpoints in reach before the code is given."""
SETTING_UP = ALWAYS_OPEN | {
    "accounts.second_factor",
    "accounts.second_factor_picture",
    "accounts.start_second_factor",
}
"""Endpoints in reach of a delegate or an administrator who has no second factor yet."""


def note(found: Opened | None) -> None:
    """Remember, for this request, which browser's row its cookie named."""
    g.opened = found


def opened() -> Opened | None:
    """The signed-in browser that makes this request, its code given or not; None for a visitor.

    Known once the request has asked who makes it.
    """
    found: Opened | None = g.get("opened")
    return found


def demanded(actor: Actor) -> bool:
    """Whether this installation demands a second factor of that person."""
    return current_app.config["SETTINGS"].second_factor == "required" and policy.needs_second_factor(actor)


def led(actor: Actor) -> Response | None:
    """Where this request is led before it reaches anything: to give the code, or to set one up; None: nowhere."""
    found = opened()
    if found is None:
        return None
    if found.awaits_code:
        return None if request.endpoint in ALWAYS_OPEN else _to("accounts.code")
    if found.has_factor or request.endpoint in SETTING_UP or not demanded(actor):
        return None
    return _to("accounts.second_factor")


def note_use() -> None:
    """Remember now and then that the browser is used, in a small transaction of its own: reading writes nothing else."""
    found = opened()
    if found is not None and not found.awaits_code and found.to_be_noted:
        with transaction():
            sessions.note_seen(found)


def _to(endpoint: str) -> Response:
    """To that page, and back here afterwards."""
    back = (
        request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} and request.path != "/" else None
    )
    return redirect(url_for(endpoint, next=back), 303)
