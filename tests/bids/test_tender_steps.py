"""The one next thing of a tender, from where it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from procurement.bids.rules.tender_steps import (
    BidStanding,
    Standing,
    TenderStep,
    pressing_step,
)
from procurement.tenders.models import TenderKind
from procurement.tenders.rules import TenderState

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def standing(state: TenderState = TenderState.OPEN, **fields: object) -> Standing:
    """A contract whose registrations close in 20 days and whose offers are due in 40, unless told otherwise."""
    closes = timedelta(days=20) if state is TenderState.OPEN else timedelta(days=-1)
    return Standing(
        **(
            {
                "kind": TenderKind.CONTRACT,
                "state": state,
                "closes_at": NOW + closes,
                "due_at": NOW + timedelta(days=40),
            }
            | fields
        )
    )


CLOSED = TenderState.REGISTRATION_CLOSED
BID = BidStanding(id=1, name="Bocage", confirmed=2)


@pytest.mark.parametrize(
    ("stands", "step"),
    [
        (standing(TenderState.DRAFT), TenderStep.PUBLISH),
        (standing(), TenderStep.WAIT),
        (standing(registered=3, waiting=3), TenderStep.WAIT),
        (standing(closes_at=NOW + timedelta(days=3)), TenderStep.CALL_MEMBERS),
        (standing(closes_at=NOW + timedelta(days=3), registered=1), TenderStep.WAIT),
        (standing(CLOSED), TenderStep.NOBODY),
        (standing(CLOSED, registered=2, waiting=2), TenderStep.OPEN_GROUPS),
        (
            standing(CLOSED, registered=3, waiting=1, bids=(BidStanding(1, "B", composed=True),)),
            TenderStep.PLACE,
        ),
        (standing(bids=(BidStanding(1, "B", proposed=1),), registered=4), TenderStep.AWAIT_SEATS),
        (standing(CLOSED, bids=(BidStanding(1, "B", refused=1, confirmed=1),)), TenderStep.REPLACE),
        (standing(CLOSED, bids=(BID,)), TenderStep.COMPOSE),
        (standing(CLOSED, bids=(BidStanding(1, "B", composed=True, refused=1),)), TenderStep.DEPOSIT),
        (
            standing(TenderState.CLOSED, due_at=NOW - timedelta(hours=1), bids=(BID,)),
            TenderStep.RECORD_DEPOSIT,
        ),
        (
            standing(
                TenderState.CLOSED,
                due_at=NOW - timedelta(days=9),
                bids=(BidStanding(1, "B", submitted=True),),
            ),
            TenderStep.RECORD_RESULT,
        ),
        (
            standing(TenderState.CLOSED, kind=TenderKind.AGREEMENT, due_at=NOW - timedelta(days=1)),
            TenderStep.ENROLLED,
        ),
    ],
)
def test_the_next_thing(stands: Standing, step: TenderStep) -> None:
    assert pressing_step(stands, NOW).step is step


def test_what_is_late_comes_before_what_is_due_soon() -> None:
    bids = (
        BidStanding(1, "due soon", composed=True, aim=NOW + timedelta(hours=1)),
        BidStanding(2, "late", composed=True, aim=NOW - timedelta(hours=1)),
    )
    found = pressing_step(standing(CLOSED, bids=bids), NOW)
    assert (found.bid, found.late) == (bids[1], True)


def test_without_an_aim_the_deposit_is_two_days_before_the_buyer_s_deadline() -> None:
    due = datetime(2026, 11, 27, 11, tzinfo=UTC)
    found = pressing_step(standing(CLOSED, due_at=due, bids=(BidStanding(1, "B", composed=True),)), NOW)
    assert found.by == datetime(2026, 11, 25, 11, tzinfo=UTC)


def test_groups_are_settled_18_days_before_or_three_days_after_registrations() -> None:
    # domain 4, milestone 5; across the change to winter time the local hour stays
    due = datetime(2026, 11, 2, 11, tzinfo=UTC)
    early = standing(closes_at=datetime(2026, 10, 10, 10, tzinfo=UTC), due_at=due)
    assert early.compose_by == datetime(2026, 10, 15, 10, tzinfo=UTC)
    short = standing(closes_at=datetime(2026, 10, 20, 10, tzinfo=UTC), due_at=due)
    assert short.compose_by == datetime(2026, 10, 23, 10, tzinfo=UTC)
    very_short = standing(closes_at=due - timedelta(days=1), due_at=due)
    assert very_short.compose_by == due
    restricted = standing(closes_at=None, due_at=due + timedelta(days=60), locked_at=due)
    assert restricted.compose_by == datetime(2026, 10, 15, 10, tzinfo=UTC)


def test_without_any_date_there_is_still_something_to_do() -> None:
    assert pressing_step(standing(closes_at=None, due_at=None), NOW).step is TenderStep.WAIT
    assert (
        pressing_step(standing(CLOSED, closes_at=None, due_at=None, bids=(BID,)), NOW).step
        is TenderStep.COMPOSE
    )
