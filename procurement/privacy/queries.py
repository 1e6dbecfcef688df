"""What pages read of privacy."""

from collections.abc import Sequence

from sqlalchemy import select

from procurement.core.db import db
from procurement.core.policy import Actor, delegate_or_admin
from procurement.privacy.models import RetentionRun


def last_runs(actor: Actor, limit: int) -> Sequence[RetentionRun]:
    """The latest daily runs, newest first, for the network's office; else none. One statement."""
    if not delegate_or_admin(actor):
        return []
    return db.session.scalars(select(RetentionRun).order_by(RetentionRun.day.desc()).limit(limit)).all()
