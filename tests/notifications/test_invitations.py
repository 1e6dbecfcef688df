"""Invitations in mails: the answer's date comes into calendars, moves there, and leaves them (N29)."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from procurement.accounts import calendar_address
from procurement.bids import operations as bids
from procurement.bids.models import Seat
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.operations import cancel_tender, move_deadline
from tests.factories import actor_of, make_bid, make_delegate, make_manager, make_member, make_tender, paris

TUESDAY = paris(2026, 11, 24, 10)
SUBMISSION, CLOSE = DeadlineKind.SUBMISSION, DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(TUESDAY):
        yield


def invitation_in(mail):
    """What a mail asks of calendars: the method its part says, and the calendar; None without one."""
    [part] = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"] or [None]
    if part is None:
        return None
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(calendar["method"])
    return calendar


def the_event(calendar):
    [event] = calendar.walk("VEVENT")
    return event


@pytest.fixture
def group(worker):
    """A tender and its group of two, announced; the manager of one who isn't subscribed to anything."""
    delegate = make_delegate()
    lead, other = make_member(), make_member()
    manager = make_manager(other)
    make_manager(lead)
    tender = make_tender(deadlines={CLOSE: paris(2026, 12, 9), SUBMISSION: paris(2027, 1, 13)})
    bid = make_bid(
        tender, members=[other], lead=lead, form=bids.composition.GroupForm.JOINT, coordinator_id=delegate.id
    )
    for finding in bids.composition.rules.blocking(
        bids.composition.rules.check_group(bids.composition.read_group(bid, tender, {}))
    ):
        bids.waive(actor_of(delegate), bid.id, finding.code, finding.member_id, "checked")
    bids.compose(actor_of(delegate), bid.id)
    return tender, bid, manager, delegate


def for_person(mails, user):
    [mail] = [mail for mail in mails if mail.recipients == (user.email,)]
    return mail


def test_the_date_comes_moves_and_leaves_as_one_entry(worker, group):
    tender, _bid, manager, delegate = group
    came = invitation_in(for_person(worker.tick(), manager))
    assert str(came["method"]) == "REQUEST"
    first = the_event(came)
    assert first.end.astimezone(clock.PARIS) == paris(2027, 1, 13)
    assert str(first["attendee"]) == f"mailto:{manager.email}"
    db.session.refresh(tender)
    move_deadline(SYSTEM, tender.id, SUBMISSION, paris(2027, 1, 20, 16), tender.version)
    moved = the_event(invitation_in(for_person(worker.tick(), manager)))
    cancel_tender(actor_of(delegate), tender.id, "No budget.")
    gone = invitation_in(for_person(worker.tick(), manager))
    assert str(gone["method"]) == "CANCEL"
    last = the_event(gone)
    assert {str(event["uid"]) for event in (first, moved, last)} == {str(first["uid"])}
    assert moved.end.astimezone(clock.PARIS) == paris(2027, 1, 20, 16)
    assert first["sequence"] < moved["sequence"] <= last["sequence"]
    assert str(last["status"]) == "CANCELLED"
    assert len(came.walk("VTIMEZONE")) == 1


def test_a_place_taken_back_takes_the_date_out(worker, group):
    _tender, bid, manager, delegate = group
    worker.tick()
    seat = db.session.scalars(select(Seat).where(Seat.bid_id == bid.id, Seat.member_id != bid.lead_id)).one()
    bids.remove(actor_of(delegate), seat.id, "Your territory is covered.")
    gone = invitation_in(for_person(worker.tick(), manager))
    assert str(gone["method"]) == "CANCEL"


def test_an_answer_given_up_takes_the_date_out(worker, group):
    _tender, bid, manager, delegate = group
    worker.tick()
    bids.withdraw_bid(actor_of(delegate), bid.id, "No longer possible.")
    gone = invitation_in(for_person(worker.tick(), manager))
    assert str(gone["method"]) == "CANCEL"


def test_whoever_subscribes_to_their_dates_is_not_invited_besides(worker, group):
    *_, manager, _delegate = group
    calendar_address.renew(actor_of(manager), manager)
    assert invitation_in(for_person(worker.tick(), manager)) is None


def test_whoever_was_never_invited_is_told_without(worker):
    make_manager()
    tender = make_tender(deadlines={CLOSE: paris(2026, 12, 1), SUBMISSION: paris(2026, 12, 20)})
    with clock.at(TUESDAY + timedelta(hours=1)):
        [reminder] = worker.tick()
        move_deadline(SYSTEM, tender.id, CLOSE, paris(2026, 12, 2), tender.version)
        [moved] = worker.tick()
    assert invitation_in(reminder) is invitation_in(moved) is None
