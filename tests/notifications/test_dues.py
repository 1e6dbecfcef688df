"""What structures owe their groups: told to them, then to their lead, then to the delegate; and the buyer's own dates."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.bids import operations as bids
from procurement.core import clock
from procurement.core.db import add, db
from procurement.core.policy import SYSTEM, MembershipRole
from procurement.deadlines.models import DeadlineKind
from procurement.members.invitations import start_membership
from procurement.members.models import Membership
from procurement.notifications.models import Absence, Notification, Outcome
from procurement.tenders.operations import cancel_tender, move_deadline
from tests.factories import (
    actor_of,
    make_bid,
    make_deadline,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_seat,
    make_tender,
    make_user,
    paris,
)
from tests.worker import Worker, recipients, subject_of, text_of

SUBMISSION, APPLICATIONS = DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS
DUE = paris(2026, 12, 9)
"""Offers are due on a Wednesday: J-10 and J-3 are Sundays, J-7 and J-1 working days."""
J10, J7, J3, J1 = (paris(2026, *day, 8) for day in ((11, 27), (12, 2), (12, 4), (12, 8)))


@pytest.fixture(autouse=True)
def _tuesday():
    with clock.at(paris(2026, 11, 24, 10)):
        yield


def a_tender(**fields):
    return make_tender(**({"title": "Schools", "deadlines": {SUBMISSION: DUE}} | fields))


def received(worker: Worker, kind: str, *moments) -> list[list[str]]:
    """Who is sent something of this kind at these moments."""
    found = []
    for moment in moments:
        with clock.at(moment):
            worker.tick()
            rows = db.session.scalars(
                select(Notification).where(
                    Notification.kind == kind,
                    Notification.outcome == Outcome.SENT,
                    Notification.settled_at == moment,
                )
            ).all()
            found.append(sorted(db.session.get(User, one.recipient_id).email for one in rows))
    return found


@pytest.fixture
def place(session):
    """A place proposed to AI Caen, in a group that AI Lead leads; who manages each."""

    class Place:
        delegate = make_delegate()
        caen, lead = make_member(name="AI Caen", phone="02 31 00 00 01"), make_member(name="AI Lead")
        manager, of_lead = make_manager(caen), make_manager(lead)
        tender = a_tender()
        bid = make_bid(tender, lead=lead, name="Centre")
        seat = make_seat(bid, caen, confirmed=False)

    return Place()


# To the structure


def test_a_structure_is_reminded_of_what_it_owes_at_each_lead_and_no_oftener(worker, place):  # N15
    make_user(memberships={place.caen: MembershipRole.CONTRIBUTOR})
    hours = [paris(2026, 11, 25) + timedelta(hours=n) for n in range(14 * 24)]
    told = dict(zip(hours, received(worker, "dues", *hours), strict=True))
    assert {at: who for at, who in told.items() if who} == {
        at: [place.manager.email] for at in (J10, J7, J3, J1)
    }


def test_the_mail_says_what_until_when_and_leads_there(worker, place):  # N9
    with clock.at(J10):
        [mail] = [one for one in worker.tick() if one.recipients == (place.manager.email,)]
    assert subject_of(mail) == "À faire avant le mer. 9 déc., 12 h 00 (heure de Paris) : Schools"
    assert "AI Caen : confirmez ou déclinez sa place dans le groupement « Centre »" in text_of(mail)
    assert f"/reponses/{place.bid.id}" in text_of(mail)


def test_all_one_owes_is_one_mail_soonest_first(worker, place):  # N20
    later = a_tender(title="Offices", deadlines={SUBMISSION: paris(2026, 12, 9, 17)})
    for name in ("East", "West"):
        make_seat(make_bid(later, name=name), place.caen, confirmed=False)
    with clock.at(J10):
        [mail] = [one for one in worker.tick() if one.recipients == (place.manager.email,)]
    text = text_of(mail)
    assert text.index("« Centre »") < text.index("« East »") < text.index("« West »")
    assert subject_of(mail).startswith("2 échéances à tenir")


@pytest.mark.parametrize("done", ["confirmed", "refused", "removed", "withdrawn", "deposited", "cancelled"])
def test_what_is_done_or_pointless_never_reminds(worker, place, done):  # N14, N15
    with clock.at(paris(2026, 11, 27, 7, 50)):
        worker.prepare()
        now, delegate = clock.now(), actor_of(place.delegate)
        if done == "confirmed":
            bids.confirm(actor_of(place.manager), place.seat.id)
        elif done == "refused":
            bids.refuse(actor_of(place.manager), place.seat.id)
        elif done == "removed":
            bids.remove(delegate, place.seat.id, "Covered.")
        elif done == "withdrawn":
            bids.withdraw_bid(delegate, place.bid.id, "No lead.")
        elif done == "deposited":
            place.bid.submitted_at, place.bid.receipt_number = now, "R-1"
            db.session.flush()
        else:
            cancel_tender(SYSTEM, place.tender.id, "No budget.")
    assert received(worker, "dues", J10, J7, J3, J1) == [[], [], [], []]
    assert received(worker, "dues_lead", J7 + timedelta(minutes=1)) == [[]]
    assert received(worker, "dues_delegate", J3 + timedelta(minutes=1)) == [[]]


def test_a_manager_who_left_gets_nothing_and_who_joins_late_one_summary(worker, place):  # N17, N19
    received(worker, "dues", J10, J7)
    membership = db.session.scalars(select(Membership).filter_by(user_id=place.manager.id)).one()
    membership.ended_at = J7 + timedelta(hours=1)
    with clock.at(paris(2026, 12, 3, 10)):
        late = make_user()
        start_membership(SYSTEM, late, place.caen, MembershipRole.MANAGER)
    assert received(worker, "dues", paris(2026, 12, 3, 11), paris(2026, 12, 3, 12), J3) == [
        [late.email],
        [],
        [late.email],
    ]


def test_what_was_just_asked_is_not_owed_yet(worker, place):
    """Whoever proposes a place tells the structure; it isn't reminded within the minute."""
    fresh = make_member()
    manager = make_manager(fresh)
    make_participation(place.tender, fresh)
    received(worker, "dues", J10, J7)
    with clock.at(paris(2026, 12, 2, 15)):
        bids.propose(actor_of(place.delegate), place.bid.id, fresh.id)
    assert received(worker, "dues", paris(2026, 12, 2, 15, 1)) == [[]]
    assert received(worker, "dues", paris(2026, 12, 3, 8)) == [[manager.email]]


def test_with_applications_they_count_for_that_is_when_groups_freeze(worker, place):
    """R2142-26: from then on nobody can confirm a place; nothing is owed by the date of the offers."""
    make_deadline(place.tender, APPLICATIONS, paris(2026, 12, 2))
    mornings = [paris(2026, 11, day, 8) for day in (25, 26, 27, 30)] + [paris(2026, 12, 1, 8), J7, J3, J1]
    told = [moment for moment in mornings if received(worker, "dues", moment) != [[]]]
    assert told == [paris(2026, 11, 25, 8), paris(2026, 11, 27, 8), paris(2026, 12, 1, 8)]


def test_a_moved_deadline_reminds_of_what_is_owed_by_its_new_date(worker, place):  # N12
    received(worker, "dues", J10)
    with clock.at(paris(2026, 11, 27, 10)):
        move_deadline(
            actor_of(place.delegate), place.tender.id, SUBMISSION, paris(2026, 12, 2), place.tender.version
        )
    # The mail of that day has left: what is owed stands in the next one (N20).
    assert received(worker, "dues", paris(2026, 11, 27, 10, 1), paris(2026, 11, 30, 8)) == [
        [],
        [place.manager.email],
    ]
    assert "2 déc., 12 h 00" in subject_of(worker.smtp.messages[-1])


def test_after_an_outage_all_that_one_is_told_of_a_date_comes_in_one_mail(worker, place):  # N7, N20
    both = make_user(memberships={place.caen: MembershipRole.MANAGER, place.lead: MembershipRole.CONTRIBUTOR})
    with clock.at(J7 + timedelta(hours=3)):
        [mail] = [one for one in worker.tick() if one.recipients == (both.email,)]
    text = text_of(mail)
    assert "Donnez à votre mandataire" in text or "Déposez la réponse" in text
    assert "Un groupement vous attend" in text
    assert "Demandez où elles en sont" in text
    assert subject_of(mail).startswith("1 échéance à tenir")


def test_who_stands_in_for_a_manager_reads_what_is_owed(worker, place):
    colleague = make_user(memberships={place.caen: MembershipRole.CONTRIBUTOR})
    day = J10.date()
    add(Absence(user_id=place.manager.id, stand_in_id=colleague.id, first_day=day, last_day=day))
    with clock.at(J10):
        [mail] = [one for one in worker.tick() if one.recipients == (colleague.email,)]
    assert "AI Caen : confirmez ou déclinez sa place" in text_of(mail)


# To the lead, to the delegate


def test_at_seven_days_the_lead_hears_at_three_the_delegate_with_the_phone(worker, place):
    assert received(worker, "dues_lead", J10, J7) == [[], [place.of_lead.email]]
    said = [text_of(one) for one in worker.smtp.messages if one.recipients == (place.of_lead.email,)][-1]
    assert "Demandez où elles en sont" in said
    assert "AI Caen n’a ni confirmé ni décliné la place" in said
    assert "02 31 00 00 01" not in said
    assert received(worker, "dues_delegate", J3) == [[place.delegate.email]]
    called = [one for one in worker.smtp.messages if one.recipients == (place.delegate.email,)]
    assert "AI Caen, 02 31 00 00 01 : n’a ni confirmé" in text_of(called[-1])
    assert received(worker, "dues_lead", J1) == [[]]
    assert received(worker, "dues_delegate", J1 + timedelta(minutes=1)) == [[]]


def test_a_lead_hears_nothing_of_another_group(worker, place):  # G3
    rival, other = make_member(name="AI Rival"), make_member(name="AI Other")
    of_rival = make_manager(rival)
    make_seat(make_bid(place.tender, lead=rival, name="Rivals"), other, confirmed=False)
    assert received(worker, "dues_lead", J7) == [sorted([place.of_lead.email, of_rival.email])]
    text = {mail.recipients[0]: text_of(mail) for mail in worker.smtp.messages}
    assert "AI Caen" in text[place.of_lead.email]
    assert "AI Other" not in text[place.of_lead.email]
    assert "Rivals" not in text[place.of_lead.email]
    assert "AI Other" in text[of_rival.email]


def test_while_there_is_no_lead_the_delegate_hears_in_its_stead(worker, place):
    place.bid.lead_id = None
    db.session.flush()
    assert received(worker, "dues_lead", J7) == [[place.delegate.email]]


# The buyer's questions and visit


@pytest.mark.parametrize(
    ("kind", "name"), [(DeadlineKind.QUESTIONS, "questions_closing"), (DeadlineKind.SITE_VISIT, "site_visit")]
)
def test_questions_and_visit_remind_whoever_works_on_an_answer(worker, kind, name):  # N14, N15
    delegate = make_delegate()
    registered, seated, proposed, apart, done = (make_member() for _ in range(5))
    of_registered, of_seated, _, _, of_done = (
        make_manager(one) for one in (registered, seated, proposed, apart, done)
    )
    tender = a_tender(deadlines={kind: DUE, SUBMISSION: paris(2027, 1, 13)})
    make_participation(tender, registered)
    make_participation(tender, done)
    make_bid(tender, members=[seated])
    make_seat(make_bid(tender), proposed, confirmed=False)
    make_bid(tender, members=[done], submitted_at=clock.now(), receipt_number="R-1")
    people = sorted(one.email for one in (of_registered, of_seated, delegate))
    assert of_done.email not in people
    moments = [paris(2026, 11, 30, 8), J7, J3, J1, paris(2026, 12, 9, 8)]
    assert received(worker, name, *moments) == [[], people, people, people, []]
    assert "9 déc., 12 h 00 (heure de Paris) : Schools" in subject_of(worker.smtp.messages[0])


def test_a_tender_that_nobody_answers_reminds_nobody_of_its_visit(worker):  # N15
    make_delegate()
    make_manager()
    a_tender(deadlines={DeadlineKind.SITE_VISIT: DUE, SUBMISSION: paris(2027, 1, 13)})
    with clock.at(J7):
        assert recipients(worker.tick()) == []
