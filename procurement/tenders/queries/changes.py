"""What happened to a tender since somebody began to write on it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from procurement.core.db import db
from procurement.core.events import Event


def last_rank(tender_id: int) -> int:
    """How many events a tender has: those after it are what others did meanwhile. One statement."""
    rank = select(func.max(Event.rank)).where(Event.subject_type == "tender", Event.subject_id == tender_id)
    return db.session.scalar(rank) or 0


def events_since(tender_id: int, rank: int) -> Sequence[Event]:
    """The events of a tender after the one of that rank, newest first, with their details. One statement."""
    return (
        db.session.scalars(
            select(Event)
            .outerjoin(Event.detail)
            .where(Event.subject_type == "tender", Event.subject_id == tender_id, Event.rank > rank)
            .order_by(Event.rank.desc())
            .options(contains_eager(Event.detail))
        )
        .unique()
        .all()
    )
