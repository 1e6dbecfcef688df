"""States, dates and steps: pure rules, the clock a parameter."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from procurement.bids import rules
from procurement.bids.models import Bid, GroupForm, Participation, Seat
from procurement.bids.rules import BidState, Cover, NextStep, ParticipationState, SeatState
from procurement.core.errors import TooLate
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import TenderKind

NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CONTRACT, AGREEMENT = TenderKind.CONTRACT, TenderKind.AGREEMENT


@pytest.mark.parametrize(
    ("stamps", "seated", "state"),
    [
        (["interested_at"], False, ParticipationState.INTERESTED),
        (["interested_at", "applied_at"], False, ParticipationState.APPLIED),
        (["interested_at", "applied_at"], True, ParticipationState.ACCEPTED),
        (["applied_at", "turned_down_at"], False, ParticipationState.DECLINED),
        (["applied_at", "turned_down_at"], True, ParticipationState.ACCEPTED),
        (["applied_at", "withdrawn_at"], False, ParticipationState.WITHDRAWN),
        (["not_for_us_at"], False, ParticipationState.NOT_FOR_US),
    ],
)
def test_state_of_a_registration(stamps, seated, state) -> None:
    participation = Participation(**dict.fromkeys(stamps, NOON))
    assert rules.participation_state(participation, seated=seated) is state


@pytest.mark.parametrize(
    ("stamps", "state"),
    [
        ([], SeatState.PROPOSED),
        (["confirmed_at"], SeatState.CONFIRMED),
        (["refused_at"], SeatState.REFUSED),
        (["confirmed_at", "removed_at"], SeatState.REMOVED),
    ],
)
def test_state_of_a_place(stamps, state) -> None:
    assert rules.seat_state(Seat(**dict.fromkeys(stamps, NOON))) is state


@pytest.mark.parametrize(
    ("stamps", "state"),
    [
        ([], BidState.PREPARING),
        (["submitted_at"], BidState.SUBMITTED),
        (["submitted_at", "under_review_at"], BidState.UNDER_REVIEW),
        (["submitted_at", "under_review_at", "awarded_at"], BidState.AWARDED),
        (["submitted_at", "lost_at"], BidState.LOST),
        (["submitted_at", "no_award_at"], BidState.NO_AWARD),
        (["submitted_at", "withdrawn_at"], BidState.WITHDRAWN),
    ],
)
def test_state_of_an_answer(stamps, state) -> None:
    assert rules.bid_state(Bid(**dict.fromkeys(stamps, NOON))) is state


def test_composition_freezes_with_applications_else_with_offers() -> None:
    """R2142-26."""
    later = NOON + timedelta(days=9)
    due = {DeadlineKind.APPLICATIONS: NOON, DeadlineKind.SUBMISSION: later}
    assert rules.composition_locked_at(due) == NOON
    assert rules.composition_locked_at({DeadlineKind.SUBMISSION: later}) == later
    assert rules.composition_locked_at({DeadlineKind.QUESTIONS: NOON}) is None


@pytest.mark.parametrize(
    ("kind", "due", "closes"),
    [
        (CONTRACT, {}, None),
        (CONTRACT, {DeadlineKind.REGISTRATION_CLOSE: 3, DeadlineKind.SUBMISSION: 9}, 3),
        (CONTRACT, {DeadlineKind.SUBMISSION: 9}, 9),
        (CONTRACT, {DeadlineKind.REGISTRATION_CLOSE: 9, DeadlineKind.APPLICATIONS: 3}, 3),
        (AGREEMENT, {DeadlineKind.ENROLMENT: 5}, 5),
        (AGREEMENT, {DeadlineKind.ENROLMENT: 5, DeadlineKind.SUBMISSION: 3}, 5),
        (AGREEMENT, {DeadlineKind.SUBMISSION: 3}, 3),
    ],
)
def test_when_registrations_close(kind, due, closes) -> None:
    instants = {name: NOON + timedelta(days=days) for name, days in due.items()}
    expected = None if closes is None else NOON + timedelta(days=closes)
    assert rules.registration_closes_at(kind, instants) == expected


def test_one_is_on_time_at_the_very_instant_and_late_one_second_after() -> None:
    due = {DeadlineKind.REGISTRATION_CLOSE: NOON, DeadlineKind.SUBMISSION: NOON + timedelta(days=9)}
    rules.require_registrations_open(CONTRACT, due, NOON)
    with pytest.raises(TooLate, match="let in"):
        rules.require_registrations_open(CONTRACT, due, NOON + SECOND)
    with pytest.raises(TooLate, match="too late for this one"):
        rules.require_registrations_open(CONTRACT, due, NOON + timedelta(days=9) + SECOND)
    rules.require_unlocked(due, NOON + timedelta(days=9))
    with pytest.raises(TooLate, match="R2142-26"):
        rules.require_unlocked(due, NOON + timedelta(days=9) + SECOND)
    rules.require_registrations_open(CONTRACT, {}, NOON)
    rules.require_unlocked({}, NOON)


@pytest.mark.parametrize(
    ("chosen", "contract", "derived"),
    [
        (GroupForm.JOINT, None, GroupForm.JOINT),
        (GroupForm.JOINT, GroupForm.JOINT_WITH_SOLIDARY_LEAD, GroupForm.JOINT_WITH_SOLIDARY_LEAD),
        (GroupForm.JOINT, GroupForm.SOLIDARY, GroupForm.JOINT),
        (GroupForm.SOLIDARY, GroupForm.JOINT_WITH_SOLIDARY_LEAD, GroupForm.SOLIDARY),
    ],
)
def test_form_derived_from_the_contract(chosen, contract, derived) -> None:
    """R2142-22: a form is asked for after award only; R2142-24: that the lead is solidary comes from the contract."""
    assert rules.derive_form(chosen, contract) is derived


@pytest.mark.parametrize(
    ("site", "lots", "sites", "cover"),
    [
        (1, {9}, {1}, Cover.YES),
        (1, {9}, {2}, Cover.NONE),
        (1, {9}, set(), Cover.LOT),
        (1, {9}, {5}, Cover.LOT),  # a site of another lot says nothing of this one
        (1, {8}, set(), Cover.NONE),
        (None, {9}, set(), Cover.YES),
        (None, {8}, set(), Cover.NONE),
    ],
)
def test_cover_of_a_site(site, lots, sites, cover) -> None:
    places = {1, 2} if site else set()
    assert rules.cover_of(site, 9, places, lots, sites) is cover


STANDS = {
    "state": BidState.PREPARING,
    "cancelled": False,
    "locked": False,
    "delegate": True,
    "my_seat_waits": False,
    "i_answer": False,
    "i_lead": False,
    "members": 3,
    "waiting": 0,
    "has_lead": True,
    "has_form": True,
    "blocked": False,
    "composed": True,
}


@pytest.mark.parametrize(
    ("stands", "step"),
    [
        ({"members": 1, "has_form": False}, NextStep.PROPOSE),
        ({"waiting": 1, "has_form": False}, NextStep.WAIT_ANSWERS),
        ({"has_form": False, "has_lead": False}, NextStep.CHOOSE_FORM),
        ({"has_lead": False, "blocked": True}, NextStep.NAME_LEAD),
        ({"blocked": True, "composed": False}, NextStep.CHECK),
        ({"composed": False}, NextStep.ANNOUNCE),
        ({}, NextStep.DEPOSIT),
        ({"locked": True, "composed": False, "blocked": True}, NextStep.DEPOSIT),
        ({"cancelled": True}, NextStep.OVER),
        ({"cancelled": True, "state": BidState.LOST}, NextStep.RESULT),
        ({"state": BidState.SUBMITTED}, NextStep.REVIEW),
        ({"state": BidState.UNDER_REVIEW}, NextStep.AWAIT_RESULT),
        ({"state": BidState.LOST}, NextStep.RESULT),
        ({"state": BidState.WITHDRAWN}, NextStep.OVER),
        ({"delegate": False, "my_seat_waits": True, "i_answer": True}, NextStep.ANSWER_PLACE),
        ({"delegate": False, "my_seat_waits": True}, NextStep.MANAGER_ANSWERS),
        (
            {"delegate": False, "my_seat_waits": True, "i_answer": True, "locked": True},
            NextStep.AWAIT_DEPOSIT,
        ),
        ({"delegate": False, "composed": False}, NextStep.AWAIT_GROUP),
        ({"delegate": False}, NextStep.AWAIT_DEPOSIT),
        ({"delegate": False, "i_lead": True}, NextStep.DEPOSIT),
        ({"delegate": False, "state": BidState.SUBMITTED}, NextStep.AWAIT_RESULT),
    ],
)
def test_the_one_next_step(stands, step) -> None:
    assert rules.next_step(**(STANDS | stands)) is step


def test_there_is_always_a_next_step() -> None:
    flags = [name for name, value in STANDS.items() if isinstance(value, bool)]
    for state, members, values in product(BidState, (0, 2), product((False, True), repeat=len(flags))):
        stands = STANDS | dict(zip(flags, values, strict=True)) | {"state": state, "members": members}
        assert rules.next_step(**stands) in NextStep
