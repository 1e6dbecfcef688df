"""An answer once its group stands: deposited, under review, its result, given up."""

from datetime import datetime, timedelta

import pytest

from procurement.bids import operations, rules
from procurement.bids.models import Bid, GroupForm
from procurement.bids.rules import BidState
from procurement.core import clock
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound
from procurement.deadlines.models import DeadlineKind
from tests.bids.conftest import Scene, due, events_of, verbs_of
from tests.factories import make_bid, make_seat


@pytest.fixture
def bid(scene: Scene) -> Bid:
    """A group that is ready to be deposited."""
    return make_bid(scene.tender, lead=scene.first, members=[scene.second], form=GroupForm.JOINT)


def at() -> datetime:
    return clock.now() - timedelta(hours=1)


def test_the_delegate_or_the_lead_records_the_deposit(scene: Scene, bid: Bid) -> None:
    when = at()
    with pytest.raises(Forbidden):
        operations.record_deposit(scene.second_manager, bid.id, when, "R1")
    with pytest.raises(Forbidden):
        operations.record_deposit(scene.contributor, bid.id, when, "R1")
    with pytest.raises(NotFound):
        operations.record_deposit(scene.stranger, bid.id, when, "R1")
    operations.record_deposit(scene.first_manager, bid.id, when, " 2026-A-17 ")
    assert (bid.submitted_at, bid.receipt_number) == (when, "2026-A-17")
    assert rules.bid_state(bid) is BidState.SUBMITTED
    assert events_of(bid)[0].facts["receipt"] == "2026-A-17"


def test_a_deposit_recorded_twice_is_recorded_once(scene: Scene, bid: Bid) -> None:
    when = at()
    for _ in range(2):
        operations.record_deposit(scene.delegate, bid.id, when, "R1")
    assert verbs_of(bid) == ["bid_deposited"]
    with pytest.raises(Conflict, match="already recorded"):
        operations.record_deposit(scene.delegate, bid.id, when, "R2")


def test_a_deposit_needs_a_receipt_a_moment_and_a_group(scene: Scene, bid: Bid) -> None:
    for when, receipt, field in (
        (at(), " ", "receipt_number"),
        (at(), "R" * 101, "receipt_number"),
        (clock.now() + timedelta(minutes=1), "R1", "at"),
    ):
        with pytest.raises(Invalid) as refused:
            operations.record_deposit(scene.delegate, bid.id, when, receipt)
        assert refused.value.field == field
    with pytest.raises(ValueError, match="aware"):
        operations.record_deposit(scene.delegate, bid.id, datetime(2026, 1, 1), "R1")  # noqa: DTZ001
    bare = make_bid(scene.tender, members=[scene.first])
    with pytest.raises(Conflict, match="lead"):
        operations.record_deposit(scene.delegate, bare.id, at(), "R1")
    make_seat(bid, confirmed=False)
    with pytest.raises(Conflict, match="wait for an answer: 1"):
        operations.record_deposit(scene.delegate, bid.id, at(), "R1")


def test_a_deposit_is_written_down_even_after_the_deadline(scene: Scene, bid: Bid) -> None:
    """It is a fact; that it came late is told by the checklist (R2151-5)."""
    late = due(scene, DeadlineKind.SUBMISSION) + timedelta(minutes=5)
    with clock.at(late + timedelta(hours=1)):
        operations.record_deposit(scene.delegate, bid.id, late, "R1")
    assert bid.submitted_at == late


def test_from_deposit_to_result(scene: Scene, bid: Bid) -> None:
    with pytest.raises(Conflict):
        operations.start_review(scene.delegate, bid.id)
    with pytest.raises(Conflict):
        operations.record_result(scene.delegate, bid.id, BidState.AWARDED)
    operations.record_deposit(scene.delegate, bid.id, at(), "R1")
    for _ in range(2):
        operations.start_review(scene.delegate, bid.id)
    assert rules.bid_state(bid) is BidState.UNDER_REVIEW
    with pytest.raises(Forbidden):
        operations.record_result(scene.first_manager, bid.id, BidState.AWARDED)
    for _ in range(2):
        operations.record_result(scene.delegate, bid.id, BidState.AWARDED)
    assert rules.bid_state(bid) is BidState.AWARDED
    with pytest.raises(Conflict, match="already"):
        operations.record_result(scene.delegate, bid.id, BidState.LOST)
    with pytest.raises(Conflict, match="already"):
        operations.withdraw_bid(scene.delegate, bid.id, "No")
    with pytest.raises(Conflict):
        operations.start_review(scene.delegate, bid.id)
    assert verbs_of(bid) == ["bid_deposited", "bid_under_review", "bid_awarded"]


@pytest.mark.parametrize("result", [BidState.LOST, BidState.NO_AWARD])
def test_other_results(scene: Scene, bid: Bid, result: BidState) -> None:
    operations.record_deposit(scene.delegate, bid.id, at(), "R1")
    operations.record_result(scene.delegate, bid.id, result)
    assert rules.bid_state(bid) is result
    assert verbs_of(bid)[-1] == f"bid_{result.value}"


def test_a_state_that_is_no_result(scene: Scene, bid: Bid) -> None:
    with pytest.raises(ValueError, match="isn't a result"):
        operations.record_result(scene.delegate, bid.id, BidState.SUBMITTED)


def test_giving_up_an_answer_says_why(scene: Scene, bid: Bid) -> None:
    with pytest.raises(Invalid):
        operations.withdraw_bid(scene.delegate, bid.id, " ")
    for _ in range(2):
        operations.withdraw_bid(scene.delegate, bid.id, "Too few members")
    assert rules.bid_state(bid) is BidState.WITHDRAWN
    assert verbs_of(bid) == ["bid_withdrawn"]
    with pytest.raises(Conflict, match="withdrawn"):
        operations.record_deposit(scene.delegate, bid.id, at(), "R1")
