"""Accounts that nobody uses: warned before two years of silence, then closed (domain 5.4, CNIL).

Never the last administrator nor the last legal delegate: the network must be able to open what is closed. Each
verb is the product's own, flushes, records an event and never commits; doing it again does nothing more.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from procurement.accounts.models import RoleGrant, User
from procurement.accounts.operations import close_account
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.policy import SYSTEM, Role

CLOSED_AFTER = timedelta(days=730)
"""Without signing in or opening a page."""
WARNED_BEFORE = timedelta(days=30)
"""How long a person has, once told, to come back."""
BATCH = 100

_SEEN = func.coalesce(User.last_seen_at, User.created_at)
"""When the person was last here; who never came counts from the day the account was opened."""
_OFFICE = (Role.NETWORK_ADMIN, Role.LEGAL_DELEGATE)


def warn_silent(limit: int = BATCH) -> int:
    """Tell those who have been away for nearly two years that their account closes; how many that was.

    Records `silence_warned`, from which the mail follows.
    """
    now = clock.now()
    silent = db.session.scalars(
        select(User)
        .where(User.active, now - CLOSED_AFTER + WARNED_BEFORE >= _SEEN, ~_alone())
        .where(or_(User.silence_warned_at.is_(None), User.silence_warned_at < _SEEN))
        .order_by(User.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for user in silent:
        user.silence_warned_at = now
        seen = user.last_seen_at or user.created_at
        closes_at = max(seen + CLOSED_AFTER, now + WARNED_BEFORE)
        events.record(SYSTEM, "silence_warned", user, facts={"closes_at": closes_at.isoformat()})
    return len(silent)


def close_silent() -> bool:
    """Close one account whose person stayed away after the warning; whether there was one.

    One at a time: of two administrators who are both silent, the second is then the last. Records `account_lapsed`.
    """
    now = clock.now()
    user = db.session.scalar(
        select(User)
        .where(User.active, now - CLOSED_AFTER >= _SEEN, ~_alone())
        .where(User.silence_warned_at >= _SEEN, User.silence_warned_at <= now - WARNED_BEFORE)
        .order_by(User.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if user is None:
        return False
    close_account(SYSTEM, user, verb="account_lapsed")
    return True


def _alone() -> ColumnElement[bool]:
    """Whether the person holds a role of the network's office that nobody else with an open account holds."""
    own, others, other = aliased(RoleGrant), aliased(RoleGrant), aliased(User)
    shared = exists().where(
        and_(others.role == own.role, others.ended_at.is_(None), others.user_id != own.user_id),
        other.id == others.user_id,
        other.active,
    )
    return exists().where(own.user_id == User.id, own.role.in_(_OFFICE), own.ended_at.is_(None), ~shared)
