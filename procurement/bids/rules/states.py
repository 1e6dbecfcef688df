"""Where a registration, a seat and an answer stand: read from their timestamps, here and in SQL (`queries.states`)."""

from enum import StrEnum

from procurement.bids.models import Bid, Participation, Seat


class ParticipationState(StrEnum):
    """Where a structure's word on a tender stands (domain 4.3), and "not for us"."""

    INTERESTED = "interested"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    NOT_FOR_US = "not_for_us"


class SeatState(StrEnum):
    """Where a structure's place in a group stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REMOVED = "removed"


class BidState(StrEnum):
    """Where a group's answer stands (domain 4.3)."""

    PREPARING = "preparing"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    AWARDED = "awarded"
    LOST = "lost"
    NO_AWARD = "no_award"
    WITHDRAWN = "withdrawn"


LIVE_PARTICIPATIONS = frozenset(
    {ParticipationState.INTERESTED, ParticipationState.APPLIED, ParticipationState.ACCEPTED}
)
"""States in which a structure still means to answer."""

RESULTS = frozenset({BidState.AWARDED, BidState.LOST, BidState.NO_AWARD})
AWAITED = frozenset({BidState.PREPARING, BidState.SUBMITTED, BidState.UNDER_REVIEW})
"""States before the buyer's decision."""


def participation_state(participation: Participation, *, seated: bool) -> ParticipationState:
    """The state of a registration; `seated`: it has a confirmed place in a live answer to the tender.

    A confirmed place speaks louder than an older word of the delegate; withdrawing frees the places first.
    """
    if participation.withdrawn_at:
        return ParticipationState.WITHDRAWN
    if participation.not_for_us_at:
        return ParticipationState.NOT_FOR_US
    if seated:
        return ParticipationState.ACCEPTED
    if participation.turned_down_at:
        return ParticipationState.DECLINED
    return ParticipationState.APPLIED if participation.applied_at else ParticipationState.INTERESTED


def seat_state(seat: Seat) -> SeatState:
    """The state of a place in a group."""
    if seat.removed_at:
        return SeatState.REMOVED
    if seat.refused_at:
        return SeatState.REFUSED
    return SeatState.CONFIRMED if seat.confirmed_at else SeatState.PROPOSED


def bid_state(bid: Bid) -> BidState:
    """The state of a group's answer."""
    stamps = (
        (bid.withdrawn_at, BidState.WITHDRAWN),
        (bid.awarded_at, BidState.AWARDED),
        (bid.lost_at, BidState.LOST),
        (bid.no_award_at, BidState.NO_AWARD),
        (bid.under_review_at, BidState.UNDER_REVIEW),
        (bid.submitted_at, BidState.SUBMITTED),
    )
    return next((state for stamp, state in stamps if stamp), BidState.PREPARING)
