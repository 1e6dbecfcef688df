"""A manager leaves: the successor holds the place before it ends, follows what was followed, and hears of it."""

import pytest
from sqlalchemy import select

from procurement.bids.operations.handing_over import hand_over
from procurement.bids.queries.holdings import holdings
from procurement.core import events
from procurement.core.db import db
from procurement.core.errors import Forbidden, Invalid, TooLate
from procurement.core.policy import MembershipRole
from procurement.members.models import Membership
from procurement.tenders.following import follow, followed
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_seat,
    make_tender,
    make_user,
)

MANAGER, CONTRIBUTOR = MembershipRole.MANAGER, MembershipRole.CONTRIBUTOR


@pytest.fixture
def structure(session):
    return make_member(name="AI Caen")


@pytest.fixture
def leaver(structure):
    return make_manager(structure, name="Leaver")


def place_of(user):
    now = select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    return db.session.scalars(now).one()


def verbs(subject):
    return [event.verb for event in events.history([(subject.__tablename__, subject.id)])]


def test_a_contributor_becomes_manager_and_follows_what_was_followed(structure, leaver):
    successor = make_user(memberships={structure: CONTRIBUTOR})
    live, muted, own = make_tender(), make_tender(), make_tender()
    follow(actor_of(leaver), live.id, muted=False)
    follow(actor_of(leaver), muted.id, muted=True)
    follow(actor_of(leaver), own.id, muted=False)
    follow(actor_of(successor), own.id, muted=True)
    place = hand_over(actor_of(leaver), place_of(leaver), successor.id)
    assert (place.user_id, place.role) == (successor.id, MANAGER)
    assert actor_of(leaver).memberships == {}
    assert actor_of(successor).manages(structure.id)
    assert {(t.id, f.muted) for t, f in followed(successor.id)} == {(live.id, False), (own.id, True)}
    assert verbs(structure)[0] == "handed_over"
    assert verbs(successor) == ["tender_followed", "tender_muted"]


def test_another_manager_takes_over_as_they_are(structure, leaver):
    other = make_manager(structure)
    before = place_of(other)
    assert hand_over(actor_of(other), place_of(leaver), other.id) is before


def test_only_somebody_of_the_structure_with_an_open_account(structure, leaver):
    elsewhere = make_manager()
    closed = make_user(memberships={structure: CONTRIBUTOR}, active=False)
    for wrong in (leaver.id, elsewhere.id, closed.id, 0):
        with pytest.raises(Invalid) as refusal:
            hand_over(actor_of(leaver), place_of(leaver), wrong)
        assert refusal.value.field == "successor"
    assert actor_of(leaver).manages(structure.id)


def test_only_the_person_the_managers_and_the_office(structure, leaver):
    successor = make_user(memberships={structure: CONTRIBUTOR})
    for other in (successor, make_manager()):
        with pytest.raises(Forbidden):
            hand_over(actor_of(other), place_of(leaver), successor.id)
    place = place_of(leaver)
    hand_over(actor_of(make_delegate()), place, successor.id)
    with pytest.raises(TooLate):
        hand_over(actor_of(make_delegate()), place, successor.id)
    contributor = make_user(memberships={structure: CONTRIBUTOR})
    with pytest.raises(TooLate):
        hand_over(actor_of(make_delegate()), place_of(contributor), successor.id)


def test_the_page_shows_what_hangs_on_it(structure, leaver):
    colleague = make_user(name="Colleague", memberships={structure: CONTRIBUTOR})
    make_user(memberships={structure: CONTRIBUTOR}, active=False)
    tender = make_tender()
    leads = make_bid(tender, members=[structure], lead=structure)
    asked = make_bid(make_tender(), members=[make_member()])
    make_seat(asked, structure, confirmed=False)
    make_bid(make_tender(), members=[make_member()])
    follow(actor_of(leaver), tender.id, muted=False)
    held = holdings(place_of(leaver))
    assert [(one.bid_id, one.leads, one.to_answer) for one in held.groups] == [
        (leads.id, True, False),
        (asked.id, False, True),
    ]
    assert [one.id for one in held.followed] == [tender.id]
    assert held.papers
    assert [(user.id, role) for user, role in held.colleagues] == [(colleague.id, CONTRIBUTOR)]
