"""Rules of group answers: states, dates, who may supply what, the checklist of a group. Pure: no database."""

from procurement.bids.rules.checklist import blocking, check_group
from procurement.bids.rules.dates import (
    composition_by,
    composition_locked_at,
    passed,
    registration_closes_at,
    require_registrations_open,
    require_unlocked,
    standstill_ends_at,
)
from procurement.bids.rules.findings import Audience, Finding, Severity
from procurement.bids.rules.group import Contract, Group, GroupLot, Paper, Rival, Seated
from procurement.bids.rules.grouping import Cover, cover_of, derive_form
from procurement.bids.rules.hours import hours_covered
from procurement.bids.rules.states import (
    LIVE_PARTICIPATIONS,
    RESULTS,
    BidState,
    ParticipationState,
    SeatState,
    bid_state,
    participation_state,
    seat_state,
)
from procurement.bids.rules.steps import NextStep, next_step
from procurement.bids.rules.suppliers import Fit, Verdict, fit, may_register, qualifies, suited

__all__ = [
    "LIVE_PARTICIPATIONS",
    "RESULTS",
    "Audience",
    "BidState",
    "Contract",
    "Cover",
    "Finding",
    "Fit",
    "Group",
    "GroupLot",
    "NextStep",
    "Paper",
    "ParticipationState",
    "Rival",
    "SeatState",
    "Seated",
    "Severity",
    "Verdict",
    "bid_state",
    "blocking",
    "check_group",
    "composition_by",
    "composition_locked_at",
    "cover_of",
    "derive_form",
    "fit",
    "hours_covered",
    "may_register",
    "next_step",
    "participation_state",
    "passed",
    "qualifies",
    "registration_closes_at",
    "require_registrations_open",
    "require_unlocked",
    "seat_state",
    "standstill_ends_at",
    "suited",
]
