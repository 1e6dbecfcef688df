"""What pages and notifications read of group answers, each behind the wall (G3)."""

from procurement.bids.queries.bid_page import AnswerList, AnswerRow, BidPage, SeatRow, answer, answers
from procurement.bids.queries.coordination_page import Coordination, Registration, coordination
from procurement.bids.queries.dues import Due, owing
from procurement.bids.queries.grid import Grid, grid_of
from procurement.bids.queries.registrations import (
    OwnWord,
    TenderPanel,
    registration,
    structures_for,
    tender_panel,
    tender_with_lots,
)
from procurement.bids.queries.states import (
    BID_LIVE,
    SEATED,
    bid_state_expression,
    participation_state_expression,
)
from procurement.bids.queries.walls import (
    bid_of_seat,
    registrations_visible_to,
    tender_of_registration,
    visible_to,
)

__all__ = [
    "BID_LIVE",
    "SEATED",
    "AnswerList",
    "AnswerRow",
    "BidPage",
    "Coordination",
    "Due",
    "Grid",
    "OwnWord",
    "Registration",
    "SeatRow",
    "TenderPanel",
    "answer",
    "answers",
    "bid_of_seat",
    "bid_state_expression",
    "coordination",
    "grid_of",
    "owing",
    "participation_state_expression",
    "registration",
    "registrations_visible_to",
    "structures_for",
    "tender_of_registration",
    "tender_panel",
    "tender_with_lots",
    "visible_to",
]
