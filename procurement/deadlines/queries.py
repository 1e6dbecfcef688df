"""What pages and jobs read of dates."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, tuple_

from procurement.core.db import db
from procurement.deadlines.models import Deadline, DeadlineKind


def deadlines_of(subject_type: str, subject_ids: Iterable[int]) -> Sequence[Deadline]:
    """The dates that bind on these subjects (ids in the table `subject_type`), soonest first; ended ones left out.

    One statement.
    """
    return db.session.scalars(
        select(Deadline)
        .where(
            Deadline.subject_type == subject_type,
            Deadline.subject_id.in_(list(subject_ids)),
            Deadline.closed_at.is_(None),
        )
        .order_by(Deadline.due_at, Deadline.id)
    ).all()


def deadlines_of_all(subjects: Iterable[tuple[str, int]]) -> Sequence[Deadline]:
    """The dates that bind on these subjects (pairs of table name and id), soonest first. One statement."""
    return db.session.scalars(
        select(Deadline)
        .where(
            tuple_(Deadline.subject_type, Deadline.subject_id).in_(list(subjects)),
            Deadline.closed_at.is_(None),
        )
        .order_by(Deadline.due_at, Deadline.id)
    ).all()


def deadline_of(subject_type: str, subject_id: int, kind: DeadlineKind) -> Deadline | None:
    """One date of one subject, ended or not; None where it was never set. One statement."""
    return db.session.scalar(
        select(Deadline).where(
            Deadline.subject_type == subject_type, Deadline.subject_id == subject_id, Deadline.kind == kind
        )
    )
