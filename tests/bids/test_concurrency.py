"""Two people at the same instant, on two real connections: one seat, one deposit, one lead."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from procurement.bids import operations
from procurement.bids.models import Bid, GroupForm, Participation, Seat
from procurement.bids.operations import RegistrationFacts
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.errors import Conflict, Refusal
from procurement.core.events import Event, verify
from tests.bids.conftest import Scene, make_scene
from tests.factories import actor_of, make_bid, make_delegate, make_participation

pytestmark = pytest.mark.committing


@pytest.fixture
def stage(app: Flask) -> Scene:
    """The scene, committed for other connections to see."""
    scene = make_scene()
    db.session.commit()
    return scene


def at_once(app: Flask, *verbs: Callable[[], object]) -> list[Refusal | None]:
    """Do the verbs at the same instant, each in a transaction and on a connection of its own; what was refused."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> Refusal | None:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                with transaction():
                    verb()
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def verbs(verb: str) -> int:
    return db.session.scalar(select(func.count()).where(Event.verb == verb)) or 0


def test_two_delegates_proposing_one_member_make_one_seat(app: Flask, stage: Scene) -> None:
    make_participation(stage.tender, stage.first)
    bid_id, member_id = make_bid(stage.tender).id, stage.first.id
    other = actor_of(make_delegate())
    db.session.commit()
    refusals = at_once(
        app,
        lambda: operations.propose(stage.delegate, bid_id, member_id),
        lambda: operations.propose(other, bid_id, member_id),
        lambda: operations.propose(stage.delegate, bid_id, member_id),
    )
    assert refusals == [None, None, None]
    assert db.session.scalar(select(func.count()).select_from(Seat)) == 1
    assert verbs("member_proposed") == 1


def test_a_registration_sent_twice_is_one(app: Flask, stage: Scene) -> None:
    tender_id, member_id = stage.tender.id, stage.first.id
    facts = RegistrationFacts(lot_ids=[stage.lot.id])
    refusals = at_once(
        app,
        lambda: operations.register(stage.first_manager, tender_id, member_id, facts),
        lambda: operations.register(stage.delegate, tender_id, member_id, facts),
    )
    assert refusals == [None, None]
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 1
    assert verbs("registered") == 1


def test_a_deposit_recorded_by_two_is_recorded_once(app: Flask, stage: Scene) -> None:
    bid_id = make_bid(stage.tender, lead=stage.first, members=[stage.second], form=GroupForm.JOINT).id
    at = clock.now() - timedelta(hours=1)
    db.session.commit()
    refusals = at_once(
        app,
        lambda: operations.record_deposit(stage.delegate, bid_id, at, "R1"),
        lambda: operations.record_deposit(stage.first_manager, bid_id, at, "R1"),
        lambda: operations.record_deposit(stage.delegate, bid_id, at, "R2"),
    )
    bid = db.session.scalars(select(Bid).execution_options(populate_existing=True)).one()
    assert bid.receipt_number in {"R1", "R2"}
    refused = [refusal for refusal in refusals if refusal]
    assert len(refused) == (1 if bid.receipt_number == "R1" else 2)
    assert all(isinstance(refusal, Conflict) for refusal in refused)
    assert verbs("bid_deposited") == 1
    assert verify("bid", bid_id) is None


def test_one_member_named_lead_of_two_groups_at_once_leads_one(app: Flask, stage: Scene) -> None:
    """R2142-23."""
    first, second = (make_bid(stage.tender, members=[stage.first]).id for _ in range(2))
    member_id = stage.first.id
    db.session.commit()
    refusals = at_once(
        app,
        lambda: operations.set_lead(stage.delegate, first, member_id),
        lambda: operations.set_lead(stage.delegate, second, member_id),
    )
    (refused,) = [refusal for refusal in refusals if refusal]
    assert "R2142-23" in str(refused)
    leads = db.session.scalars(select(Bid.lead_id).where(Bid.lead_id.is_not(None))).all()
    assert leads == [member_id]
    assert verbs("lead_set") == 1


def test_confirming_while_the_place_is_taken_back(app: Flask, stage: Scene) -> None:
    bid = make_bid(stage.tender, members=[stage.first, stage.second], confirmed=False)
    seat_id = db.session.scalar(select(Seat.id).where(Seat.member_id == stage.first.id))
    bid_id = bid.id
    db.session.commit()
    refusals = at_once(
        app,
        lambda: operations.confirm(stage.first_manager, seat_id),
        lambda: operations.remove(stage.delegate, seat_id, "Enough members"),
    )
    seat = db.session.get_one(Seat, seat_id, populate_existing=True)
    assert seat.removed_at is not None
    assert refusals[1] is None
    assert (refusals[0] is None) is (seat.confirmed_at is not None)
    assert verify("bid", bid_id) is None
