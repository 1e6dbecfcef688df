"""News: what happened becomes a mail for whom it concerns, once, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.operations import request_password_reset, request_sign_in_link
from procurement.bids import operations as bids
from procurement.bids.models import GroupForm
from procurement.bids.rules import BidState
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.invitations import invite, revoke_invitation
from procurement.notifications.models import Delivery, EventFault, Notification
from procurement.tenders.operations import cancel_tender
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
    paris,
)
from tests.worker import recipients, subject_of, text_of

TUESDAY = paris(2026, 11, 24, 10)
WEDNESDAY = paris(2026, 11, 25, 8)
"""When what isn't urgent of that Tuesday reaches people."""


@pytest.fixture(autouse=True)
def _tuesday():
    with clock.at(TUESDAY):
        yield


def a_tender(**fields):
    return make_tender(
        **({"title": "Schools", "deadlines": {DeadlineKind.SUBMISSION: paris(2027, 1, 13)}} | fields)
    )


@pytest.fixture
def delegate():
    return make_delegate()


# Accounts


def test_a_sign_in_link_is_mailed_and_its_secret_kept_nowhere(worker, session):
    user = make_user(locale="en")
    request_sign_in_link(user.email)
    [mail] = worker.tick()
    assert mail.recipients == (user.email,)
    assert subject_of(mail) == "Your link to sign in, good until 10:15"
    [link] = [word for word in text_of(mail).split() if "/connexion/lien/" in word]
    kept = session.scalars(select(Delivery)).one()
    assert "/connexion/lien/…" in kept.text
    assert link.rpartition("/")[2] not in kept.text


def test_a_link_used_or_over_is_not_mailed(worker, session):
    user = make_user()
    used = request_sign_in_link(user.email)
    worker.prepare()
    used.used_at = clock.now()
    session.flush()
    worker.sweep()
    request_sign_in_link(user.email)
    with clock.at(TUESDAY + timedelta(minutes=15)):
        worker.tick()
    assert worker.smtp.messages == []


def test_a_password_reset_is_mailed(worker):
    user = make_user()
    request_password_reset(user.email)
    [mail] = worker.tick()
    assert "/connexion/mot-de-passe/" in text_of(mail)


def test_an_invitation_goes_to_an_address_without_account(worker, session):
    manager = make_manager(member := make_member(name="AI Caen"), name="Responsable – AI Caen")
    invite(
        actor_of(manager),
        email="new@example.org",
        name="",
        locale="en",
        member=member,
        role=MembershipRole.CONTRIBUTOR,
    )
    [mail] = worker.tick()
    assert mail.recipients == ("new@example.org",)
    assert subject_of(mail) == "Responsable – AI Caen invites you to join AI Caen"
    kept = session.scalars(select(Delivery)).one()
    assert (kept.recipient_id, kept.address, kept.sent_to) == (None, "new@example.org", "new@example.org")
    assert "/invitation/…" in kept.text


def test_an_invitation_withdrawn_in_time_is_not_mailed(worker):
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    invitation = invite(actor_of(admin), email="new@example.org", role=Role.OBSERVER)
    worker.prepare()
    revoke_invitation(actor_of(admin), invitation.id)
    worker.sweep()
    assert worker.smtp.messages == []


# Groups


def test_a_structure_proposed_is_asked_to_answer(worker, delegate):
    member = make_member(name="AI Caen")
    manager = make_manager(member)
    contributor = make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    tender = a_tender()
    make_participation(tender, member)
    bid = bids.open_bid(actor_of(delegate), tender.id, "Centre", [tender.lots[0].id])
    bids.propose(actor_of(delegate), bid.id, member.id)
    [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert (
        subject_of(mail)
        == "AI Caen est proposée pour un groupement : répondez avant le sam. 26 déc., 12 h 00 (heure de Paris)"
    )
    assert f"/reponses/{bid.id}" in text_of(mail)
    assert contributor.email not in recipients(worker.smtp.messages)


def test_an_answer_tells_the_delegate_and_the_other_managers_not_who_gave_it(worker, delegate):
    member = make_member()
    manager, colleague = make_manager(member), make_manager(member)
    bid = make_bid(a_tender(), members=[member], confirmed=False)
    seat = db.session.scalars(select(bids.composition.Seat)).one()
    bids.confirm(actor_of(manager), seat.id)
    assert worker.tick() == []
    with clock.at(WEDNESDAY):
        assert recipients(worker.tick()) == sorted([colleague.email, delegate.email])
        bids.refuse(actor_of(colleague), seat.id, "Too much work")
        worker.tick()
    with clock.at(WEDNESDAY + timedelta(days=1)):
        mails = worker.tick()
    assert recipients(mails) == sorted([manager.email, delegate.email])
    assert all("> Too much work" in text_of(mail) for mail in mails)
    assert bid.name in subject_of(mails[0])


def test_a_place_taken_back_tells_that_structure_alone(worker, delegate):
    out, stays = make_member(), make_member()
    manager = make_manager(out)
    make_manager(stays)
    make_bid(a_tender(), members=[out, stays])
    seat = db.session.scalars(select(bids.composition.Seat).filter_by(member_id=out.id)).one()
    bids.remove(actor_of(delegate), seat.id, "Your territory is covered.")
    [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert "Vous pouvez répondre seuls ou avec d’autres." in text_of(mail)
    assert "> Your territory is covered." in text_of(mail)


def test_a_structure_no_group_takes_is_told_it_may_bid_elsewhere(worker, delegate):
    member = make_member()
    manager = make_manager(member)
    word = make_participation(a_tender(), member)
    bids.turn_down(actor_of(delegate), word.id, "The lots are covered.")
    [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert "répondre seuls ou avec d’autres" in text_of(mail)


def test_composed_deposited_won_each_reaches_the_group_and_no_other(worker, delegate):
    """G3: of another group on the same lot nobody hears."""
    lead, other, rival = make_member(name="Lead"), make_member(name="Other"), make_member(name="Rival")
    group = sorted([make_manager(lead).email, make_manager(other).email])
    make_manager(rival)
    tender = a_tender()
    make_bid(tender, members=[rival], name="Rivals")
    bid = make_bid(tender, members=[other], lead=lead, form=GroupForm.JOINT, coordinator_id=delegate.id)
    for finding in bids.composition.rules.blocking(
        bids.composition.rules.check_group(bids.composition.read_group(bid, tender, {}))
    ):
        bids.waive(actor_of(delegate), bid.id, finding.code, finding.member_id, "checked")
    bids.compose(actor_of(delegate), bid.id)
    mails = worker.tick()
    assert recipients(mails) == group
    assert "- Lead" in text_of(mails[0])
    assert all(b"Rival" not in mail.content for mail in mails)
    bids.record_deposit(actor_of(delegate), bid.id, clock.now(), "R-2026-1")
    mails = worker.tick()
    assert recipients(mails) == sorted([*group, delegate.email])
    assert subject_of(mails[0]) == "Déposé, accusé de réception R-2026-1 : Schools"
    bids.record_result(actor_of(delegate), bid.id, BidState.AWARDED)
    assert worker.tick() == []
    with clock.at(WEDNESDAY):
        mails = worker.tick()
    assert recipients(mails) == group
    assert subject_of(mails[0]) == "Gagné : Schools"


def test_a_tender_given_up_reaches_those_who_worked_on_it(worker, delegate):
    registered, seated = make_member(), make_member()
    people = [make_manager(registered), make_manager(seated)]
    make_manager()
    tender = a_tender()
    make_participation(tender, registered)
    make_bid(tender, members=[seated])
    cancel_tender(actor_of(delegate), tender.id, "No budget.")
    mails = worker.tick()
    assert recipients(mails) == sorted(one.email for one in people)
    assert "> No budget." in text_of(mails[0])


# Once, one, together


def test_a_person_of_two_structures_gets_one_message(worker):  # N20
    one, two = make_member(), make_member()
    person = make_user(
        roles=[Role.LEGAL_DELEGATE], memberships={one: MembershipRole.MANAGER, two: MembershipRole.MANAGER}
    )
    tender = a_tender()
    make_participation(tender, one)
    make_participation(tender, two)
    make_bid(tender, members=[one, two])
    cancel_tender(SYSTEM, tender.id, "No budget.")
    assert recipients(worker.tick()) == [person.email]


def test_a_bulk_change_is_one_message_a_person(worker, delegate):  # N22
    member = make_member()
    manager = make_manager(member)
    tender = a_tender(lots=3)
    make_participation(tender, member)
    for number, lot in enumerate(tender.lots):
        bid = bids.open_bid(actor_of(delegate), tender.id, f"Group {number}", [lot.id])
        bids.propose(actor_of(delegate), bid.id, member.id)
    [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert subject_of(mail) == "3 nouvelles : Schools"
    assert all(f"Group {number}" in text_of(mail) for number in range(3))


def test_each_recipient_gets_a_message_of_their_own(worker, delegate):  # N21
    member = make_member()
    make_manager(member), make_manager(member)
    make_participation(tender := a_tender(), member)
    cancel_tender(SYSTEM, tender.id, "No budget.")
    mails = worker.tick()
    assert len(mails) == 3
    for mail in mails:
        [only] = mail.recipients
        assert mail.message["To"].addresses[0].addr_spec == only
        others = {one for other in mails for one in other.recipients} - {only}
        assert not any(other.encode() in mail.content for other in others)


def test_news_that_is_not_urgent_waits_for_the_morning(worker, delegate):  # N11
    member = make_member()
    manager = make_manager(member)
    make_bid(a_tender(), members=[member], confirmed=False)
    seat = db.session.scalars(select(bids.composition.Seat)).one()
    with clock.at(paris(2026, 11, 27, 22)):
        bids.confirm(actor_of(manager), seat.id)
        assert worker.tick() == []
    with clock.at(paris(2026, 11, 30, 7, 59)):
        assert worker.tick() == []
    with clock.at(paris(2026, 11, 30, 8)):
        assert recipients(worker.tick()) == [delegate.email]


def test_an_answer_given_meanwhile_needs_no_asking(worker, delegate):  # N14
    member = make_member()
    manager = make_manager(member)
    tender = a_tender()
    make_participation(tender, member)
    bid = bids.open_bid(actor_of(delegate), tender.id, "Centre", [tender.lots[0].id])
    seat = bids.propose(actor_of(delegate), bid.id, member.id)
    worker.prepare()
    bids.refuse(actor_of(manager), seat.id)
    worker.sweep()
    assert manager.email not in recipients(worker.smtp.messages)


# Events


def test_every_event_is_handled_once(worker, session):
    make_delegate()
    tender = a_tender()
    events.record(SYSTEM, "tender_edited", tender, facts={"fields": []})
    cancel_tender(SYSTEM, tender.id, "No budget.")
    worker.tick()
    assert session.scalars(select(Event).where(Event.handled_at.is_(None))).all() == []
    before = len(worker.smtp.messages)
    worker.tick()
    assert len(worker.smtp.messages) == before


def test_an_event_that_raises_is_set_aside_and_holds_up_no_other(worker, session):
    delegate = make_delegate()
    tender = a_tender()
    broken = events.record(SYSTEM, "deadline_moved", tender, facts={"kind": "submission"})
    cancel_tender(SYSTEM, tender.id, "No budget.")
    assert recipients(worker.tick()) == [delegate.email]
    fault = session.scalars(select(EventFault)).one()
    assert (fault.event_id, fault.attempts, fault.error) == (broken.id, 1, "KeyError('after')")
    worker.tick()
    assert fault.attempts == 1
    with clock.at(TUESDAY + timedelta(seconds=10)):
        worker.tick()
    session.refresh(fault)
    assert (fault.attempts, fault.retry_at) == (2, TUESDAY + timedelta(seconds=70))


def test_an_event_too_old_to_tell_is_handled_without_a_word(worker, session):  # N7
    user = make_user()
    request_sign_in_link(user.email)
    with clock.at(TUESDAY + timedelta(days=1)):
        assert worker.tick() == []
    assert session.scalars(select(Notification)).all() == []
    assert session.scalars(select(Event.handled_at).where(Event.verb == "sign_in_link_requested")).one()
