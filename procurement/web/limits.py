"""Attempts limited by address and by account, so that nobody guesses a password or floods a mailbox.

Counters stand in Valkey. When it doesn't answer, sign-in goes on and each process counts for itself until it is back.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_limiter.util import get_remote_address
from limits import RateLimitItemPerSecond
from redis import RedisError

from procurement.accounts.rules import normalise_email
from procurement.core.errors import Invalid
from procurement.web import gate
from procurement.web.edge import person
from procurement.web.libraries import limiter

View = Callable[..., Any]

FAILURES_PER_ADDRESS = "60 per hour"
"""A structure's whole office comes from one address."""
FAILURES_PER_ACCOUNT = "10 per hour; 25 per day"
"""CNIL 2022-100: a password of 50 bits needs limited attempts; a link by mail stays open to its owner."""
MAILS_PER_ADDRESS = "30 per hour"
MAILS_PER_ACCOUNT = "6 per hour"
INVITATIONS_PER_PERSON = "60 per hour"
UPLOADS_PER_PERSON = "600 per hour"
"""Files sent ahead of a form that may never come: disks have an end."""


def account_typed() -> str:
    """The account that a form names, as a digest: no address of anybody stands in the counters."""
    try:
        account = normalise_email(request.form.get("email", ""))
    except Invalid:
        return f"unreadable:{get_remote_address()}"
    return "account:" + hashlib.sha256(account.encode()).hexdigest()


def _refused(response: Response) -> bool:
    return response.status_code >= 400


def sign_in(view: View) -> View:
    """Limit failed sign-ins, by address and by account; one that succeeds counts for nothing."""
    by_address = limiter.limit(FAILURES_PER_ADDRESS, methods=["POST"], deduct_when=_refused)
    by_account = limiter.limit(
        FAILURES_PER_ACCOUNT, key_func=account_typed, methods=["POST"], deduct_when=_refused
    )
    limited: View = by_account(by_address(view))
    return limited


def mailed(view: View) -> View:
    """Limit requests for a link by mail, whatever the link: by address and by account."""
    by_address = limiter.shared_limit(MAILS_PER_ADDRESS, scope="mails", methods=["POST"])
    by_account = limiter.shared_limit(
        MAILS_PER_ACCOUNT, scope="mails-account", key_func=account_typed, methods=["POST"]
    )
    limited: View = by_account(by_address(view))
    return limited


def secret_typed(view: View) -> View:
    """Limit refused tries of what only the person knows or was sent, by address."""
    limited: View = limiter.limit(FAILURES_PER_ADDRESS, methods=["POST"], deduct_when=_refused)(view)
    return limited


def second_factor(view: View) -> View:
    """Limit refused codes of the second factor, by person: six figures are soon guessed otherwise."""
    limited: View = limiter.shared_limit(
        FAILURES_PER_ACCOUNT, scope="second-factor", key_func=_proving, methods=["POST"], deduct_when=_refused
    )(view)
    return limited


def invitations(view: View) -> View:
    """Limit invitations, by who sends them."""
    limited: View = limiter.limit(INVITATIONS_PER_PERSON, key_func=_sender, methods=["POST"])(view)
    return limited


def uploads(view: View) -> View:
    """Limit files sent ahead of their form, by who sends them."""
    limited: View = limiter.limit(UPLOADS_PER_PERSON, key_func=_sender, methods=["POST"])(view)
    return limited


def _proving() -> str:
    opened = gate.opened()
    return f"person:{opened.user.id}" if opened else get_remote_address()


def _sender() -> str:
    user = person()
    return f"person:{user.id}" if user else get_remote_address()


def within(what: str, per_second: int) -> bool:
    """Whether one more call to `what` stays within so many a second, over all processes; counts it.

    Without its counters nothing is held back: the other side says for itself when it is too much.
    """
    if not limiter.enabled:
        return True
    try:
        return bool(limiter.limiter.hit(RateLimitItemPerSecond(per_second), what))
    except RedisError:
        return True
