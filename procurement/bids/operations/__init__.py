"""Verbs of group answers. Each takes the actor first, locks parent before child, flushes, records an event."""

from procurement.bids.operations.composition import (
    compose,
    confirm,
    open_bid,
    propose,
    refuse,
    remove,
    set_coordinator,
    set_form,
    set_lead,
    waive,
)
from procurement.bids.operations.outcome import record_deposit, record_result, start_review, withdraw_bid
from procurement.bids.operations.registration import (
    admit_late,
    enrol,
    not_for_us,
    register,
    show_interest,
    turn_down,
    withdraw_registration,
)
from procurement.bids.operations.said import EnrolmentFacts, RateFacts, RegistrationFacts

__all__ = [
    "EnrolmentFacts",
    "RateFacts",
    "RegistrationFacts",
    "admit_late",
    "compose",
    "confirm",
    "enrol",
    "not_for_us",
    "open_bid",
    "propose",
    "record_deposit",
    "record_result",
    "refuse",
    "register",
    "remove",
    "set_coordinator",
    "set_form",
    "set_lead",
    "show_interest",
    "start_review",
    "turn_down",
    "waive",
    "withdraw_bid",
    "withdraw_registration",
]
