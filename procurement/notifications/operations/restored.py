"""After a restore: what may have left since the backup isn't sent again by itself.

Rows of a backup know nothing of what left after it. The engine's own steps are gone through again from the backup's
instant to now, so that every mail of that time is written down as it was then; those whose hour has come are in
doubt (N4): the office sees them, and sends again what it wants.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import Deadline
from procurement.notifications.models import IN_FLIGHT, Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.operations import events, planning
from procurement.notifications.rules import HORIZON, Reason

SAID = "restored from a backup: it may have left before"


def hold_back(since: datetime) -> int:
    """Put in doubt every mail that was to leave between the backup, made at `since`, and now; returns how many.

    Nothing may be sending meanwhile. Mails in flight when the backup was made are among them.
    """
    _live_again(since, clock.now())
    now = clock.now()
    passed: ColumnElement[bool] = or_(Delivery.wake_at <= now, Delivery.state.in_(IN_FLIGHT))
    held = list(
        db.session.scalars(
            update(Delivery)
            .where(passed)
            .values(
                state=DeliveryState.DOUBT,
                wake_at=None,
                claimed_at=func.coalesce(Delivery.claimed_at, now),
                doubts=1,
                error=SAID,
            )
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
    )
    db.session.execute(
        update(Notification)
        .where(Notification.delivery_id.in_(held), Notification.outcome.is_(None))
        .values(outcome=Outcome.DOUBT, reason=Reason.RESTORED.value, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    return len(held)


def _live_again(since: datetime, now: datetime) -> None:
    """Write down what was to be told since, each at the hour at which it was."""
    with clock.at(since):
        while events.handle_events() >= events.BATCH:
            pass
    next_look = select(func.min(Deadline.plan_at)).where(Deadline.closed_at.is_(None))
    while (look := db.session.scalar(next_look)) is not None and look - HORIZON <= now:
        with clock.at(max(since, look - HORIZON)):
            planning.plan()
