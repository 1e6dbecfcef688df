"""The private address of a person's calendar: opened, renewed, closed, and looked up by its secret.

The secret is 32 random bytes. It is shown once, to the person; what is kept is its SHA-256, which opens nothing.
Each verb takes its actor, flushes, records an event and never commits; no event holds a secret or its digest.
"""

import hashlib
import re
import secrets
from datetime import datetime

from sqlalchemy import select

from procurement.accounts import policy
from procurement.accounts.models import CalendarAddress, User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.policy import Actor, require

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def renew(actor: Actor, user: User) -> str:
    """Give `user`'s calendar a new address: the one before opens nothing from now on. Returns the new secret.

    Records `calendar_opened`, or `calendar_renewed` where there was one. Raises Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    _lock(user)
    secret = secrets.token_urlsafe(32)
    address = db.session.get(CalendarAddress, user.id, populate_existing=True)
    verb = "calendar_renewed" if address else "calendar_opened"
    if address is None:
        address = CalendarAddress(user_id=user.id)
    address.digest, address.made_at = digest(secret), clock.now()
    add(address)
    events.record(actor, verb, user)
    return secret


def close(actor: Actor, user: User) -> bool:
    """Take the address of `user`'s calendar away; whether there was one.

    Records `calendar_closed`. Raises Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    _lock(user)
    address = db.session.get(CalendarAddress, user.id, populate_existing=True)
    if address is None:
        return False
    db.session.delete(address)
    db.session.flush()
    events.record(actor, "calendar_closed", user)
    return True


def open_since(user: User) -> datetime | None:
    """When the present address was made; None where there is none. One statement."""
    return db.session.scalar(select(CalendarAddress.made_at).where(CalendarAddress.user_id == user.id))


def find_person(secret: str) -> User | None:
    """Whose calendar this secret opens, the account being open; None for any other. One statement.

    Looked up by its digest: how long that takes says nothing about the secret.
    """
    if not _SECRET.fullmatch(secret):
        return None
    return db.session.scalar(
        select(User)
        .join(CalendarAddress, CalendarAddress.user_id == User.id)
        .where(CalendarAddress.digest == digest(secret), User.active)
    )


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def _lock(user: User) -> None:
    """Of two who renew at once, the second sees what the first did."""
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())
