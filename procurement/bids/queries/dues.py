"""What structures still owe their groups, in SQL."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, literal, select

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Seat

TIME_TO_ANSWER = timedelta(hours=12)
"""How long what was just asked isn't yet owed: whoever asked has told them."""


class Due(StrEnum):
    """What a structure can owe its group."""

    SEAT = "seat"
    """A yes or a no to the place that is proposed: its managers give it."""


def owing(now: datetime) -> Select[*tuple[Any, ...]]:
    """What structures owe their groups at `now`: `tender_id`, `bid_id`, `member_id`, `what` (`Due`), `asked_at`.

    An answer that is deposited or given up owes nothing more. The tender's dates and state are the caller's question:
    once the composition is frozen (R2142-26) a place can't be answered any more.
    """
    return (
        select(
            Bid.tender_id,
            Bid.id.label("bid_id"),
            Seat.member_id,
            literal(Due.SEAT.value).label("what"),
            Seat.proposed_at.label("asked_at"),
        )
        .join(Seat, Seat.bid_id == Bid.id)
        .where(
            Bid.withdrawn_at.is_(None),
            Bid.submitted_at.is_(None),
            SEAT_LIVE,
            Seat.confirmed_at.is_(None),
            Seat.proposed_at <= now - TIME_TO_ANSWER,
        )
    )
