"""Messages that were told, or not."""

from datetime import datetime, timedelta
from itertools import count

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.policy import SYSTEM
from procurement.notifications.models import Bounce, Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.queries.told import MessageState
from procurement.notifications.returns import Verdict
from procurement.notifications.rules import Reason
from procurement.tenders.models import Tender

_numbers = count(1)

_MADE: dict[MessageState, tuple[DeliveryState, Outcome | None, str, str]] = {
    MessageState.WAITING: (DeliveryState.QUEUED, None, "", ""),
    MessageState.LEAVING: (DeliveryState.SENDING, None, "", ""),
    MessageState.SENT: (DeliveryState.SENT, Outcome.SENT, "", ""),
    MessageState.RETURNED: (DeliveryState.SENT, Outcome.SENT, "", ""),
    MessageState.DOUBT: (DeliveryState.DOUBT, Outcome.DOUBT, "", "the worker died while it was speaking"),
    MessageState.FAILED: (DeliveryState.FAILED, Outcome.FAILED, Reason.REFUSED.value, "550 no such user"),
    MessageState.EXPIRED: (DeliveryState.EXPIRED, Outcome.EXPIRED, Reason.PASSED.value, ""),
    MessageState.VOID: (DeliveryState.VOID, Outcome.VOID, Reason.NOT_CONCERNED.value, ""),
    MessageState.IN_APP: (DeliveryState.IN_APP, Outcome.IN_APP, Reason.IN_APP.value, ""),
}


def make_message(
    tender: Tender,
    user: User | None = None,
    state: MessageState = MessageState.SENT,
    *,
    kind: str = "tender_cancelled",
    subject: str = "A subject",
    text: str = "A text.\n",
    address: str | None = None,
    reason: str | None = None,
    in_mail: int | None = None,
    at: datetime | None = None,
) -> Notification:
    """Something that a person (or an address) was to be told of a tender an hour ago, in a mail of its own.

    `in_mail`: in that mail (its number) instead.
    """
    now = at or clock.now() - timedelta(hours=1)
    stands, outcome, why, error = _MADE[state]
    settled = outcome is not None
    happened = events.record(SYSTEM, "tender_cancelled", tender)
    happened.handled_at = now
    whom = {"recipient_id": user.id if user else None, "address": None if user else address}
    mail = (
        in_mail
        or add(
            Delivery(
                **whom,
                bundle=f"test:{next(_numbers)}",
                priority=1,
                state=stands,
                created_at=now,
                due_at=now,
                wake_at=None if settled else clock.now() + timedelta(minutes=10),
                claimed_at=now if stands is not DeliveryState.QUEUED else None,
                attempts=1 if settled and stands not in {DeliveryState.VOID, DeliveryState.IN_APP} else 0,
                doubts=2 if stands is DeliveryState.DOUBT else 0,
                sent_to=(user.email if user else address or "") if settled else "",
                subject=subject,
                text=text,
                locale="fr",
                sent_at=now + timedelta(seconds=3) if stands is DeliveryState.SENT else None,
                error=error,
            )
        ).id
    )
    told = Notification(
        **whom,
        kind=kind,
        event_id=happened.id,
        tender_id=tender.id,
        created_at=now,
        due_at=now,
        useful_until=now + timedelta(days=7),
        delivery_id=mail,
        outcome=outcome,
        reason=why if reason is None else reason,
        settled_at=now + timedelta(seconds=3) if settled else None,
    )
    db.session.add(told)
    if state is MessageState.RETURNED:
        add(
            Bounce(
                at=now + timedelta(minutes=5),
                verdict=Verdict.HARD,
                delivery_id=mail,
                address=user.email if user else address or "",
                status="5.1.1",
                said="smtp; 550 5.1.1 no such user",
                digest=f"test:{mail}",
            )
        )
    db.session.flush()
    return told
