"""Who hears that a structure changes hands, or that nobody manages it any more."""

import pytest
from sqlalchemy import select

from procurement.accounts import operations as accounts
from procurement.bids.operations.handing_over import hand_over
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM, MembershipRole
from procurement.members import invitations, people
from procurement.members.models import Membership
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user, paris
from tests.worker import recipients, subject_of, text_of

CONTRIBUTOR = MembershipRole.CONTRIBUTOR


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def structure(session):
    return make_member(name="AI Caen")


@pytest.fixture
def leaver(structure):
    return make_manager(structure, name="Leaver")


def place_of(user):
    now = select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    return db.session.scalars(now).one()


def test_the_successor_hears_of_it(worker, structure, leaver):
    successor = make_user(memberships={structure: CONTRIBUTOR}, email="next@demo.example", locale="en")
    make_delegate()
    hand_over(actor_of(leaver), place_of(leaver), successor.id)
    [mail] = worker.tick()
    assert recipients([mail]) == ["next@demo.example"]
    assert subject_of(mail) == "You are a manager of AI Caen from now on"


def ended_by_the_office(user, office):
    invitations.end_membership(actor_of(office), place_of(user))


def closed(user, office):
    accounts.close_account(SYSTEM, user)


@pytest.mark.parametrize("gone", [ended_by_the_office, closed])
def test_the_delegate_hears_that_nobody_manages_a_structure_any_more(worker, structure, leaver, gone):
    office = make_delegate(email="office@demo.example")
    delegate = make_delegate(email="delegate@demo.example", locale="en")
    assert people.without_manager(actor_of(delegate)) == []
    gone(leaver, office)
    mails = worker.tick()
    assert "delegate@demo.example" in recipients(mails)
    told = next(mail for mail in mails if mail.recipients == ("delegate@demo.example",))
    assert subject_of(told) == "AI Caen has no manager any more"
    assert f"/structures/{structure.id}/personnes" in text_of(told)
    assert people.without_manager(actor_of(delegate)) == [structure]
    assert people.without_manager(actor_of(make_manager())) == []


@pytest.mark.parametrize("gone", [ended_by_the_office, closed])
def test_nobody_is_called_while_another_manager_stands(worker, structure, leaver, gone):
    make_manager(structure)
    make_delegate()
    gone(leaver, make_delegate())
    assert worker.tick() == []


def test_a_contributor_who_leaves_calls_nobody(worker, structure, leaver):
    contributor = make_user(memberships={structure: CONTRIBUTOR})
    make_delegate()
    ended_by_the_office(contributor, make_delegate())
    assert worker.tick() == []
