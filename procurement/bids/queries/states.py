"""States in SQL: the twins of `rules.states`. A test holds each pair together."""

from sqlalchemy import ColumnElement, and_, case, exists, select

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.rules import BidState, ParticipationState

SEATED = exists(
    select(Seat.id)
    .join(Bid, Bid.id == Seat.bid_id)
    .where(
        Seat.member_id == Participation.member_id,
        Bid.tender_id == Participation.tender_id,
        Bid.withdrawn_at.is_(None),
        Seat.confirmed_at.is_not(None),
        SEAT_LIVE,
    )
    .correlate(Participation)
)
"""Whether the structure of a registration has a confirmed place in a live answer to the same tender."""

BID_LIVE = and_(
    Bid.withdrawn_at.is_(None), Bid.awarded_at.is_(None), Bid.lost_at.is_(None), Bid.no_award_at.is_(None)
)
"""An answer that is being prepared, or whose result isn't known."""


def participation_state_expression() -> ColumnElement[str]:
    """The state of a `Participation`, as text (`ParticipationState`)."""
    return case(
        (Participation.withdrawn_at.is_not(None), ParticipationState.WITHDRAWN.value),
        (Participation.not_for_us_at.is_not(None), ParticipationState.NOT_FOR_US.value),
        (SEATED, ParticipationState.ACCEPTED.value),
        (Participation.turned_down_at.is_not(None), ParticipationState.DECLINED.value),
        (Participation.applied_at.is_not(None), ParticipationState.APPLIED.value),
        else_=ParticipationState.INTERESTED.value,
    )


def bid_state_expression() -> ColumnElement[str]:
    """The state of a `Bid`, as text (`BidState`)."""
    return case(
        (Bid.withdrawn_at.is_not(None), BidState.WITHDRAWN.value),
        (Bid.awarded_at.is_not(None), BidState.AWARDED.value),
        (Bid.lost_at.is_not(None), BidState.LOST.value),
        (Bid.no_award_at.is_not(None), BidState.NO_AWARD.value),
        (Bid.under_review_at.is_not(None), BidState.UNDER_REVIEW.value),
        (Bid.submitted_at.is_not(None), BidState.SUBMITTED.value),
        else_=BidState.PREPARING.value,
    )
