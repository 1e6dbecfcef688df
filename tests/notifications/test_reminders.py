"""Who is reminded of what, and when: from deadlines to mails that a real server received."""

from datetime import time, timedelta

from sqlalchemy import select

from procurement.bids import operations as bids
from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import SYSTEM, MembershipRole
from procurement.deadlines.models import DeadlineKind
from procurement.members.invitations import start_membership
from procurement.members.models import MemberKind, Membership
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.tenders.models import ServiceNature, TenderKind
from procurement.tenders.operations import cancel_tender
from tests.factories import (
    actor_of,
    make_bid,
    make_deadline,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
    paris,
)
from tests.worker import Worker, recipients, subject_of, text_of

CLOSE = DeadlineKind.REGISTRATION_CLOSE
SUBMISSION = DeadlineKind.SUBMISSION
WEDNESDAY = paris(2026, 12, 9)
"""Registrations close: J-7 and J-1 are working days, J-3 is a Sunday."""


def a_tender(**fields):
    """A tender published on 24 November, closing its registrations on WEDNESDAY at noon."""
    with clock.at(paris(2026, 11, 24)):
        return make_tender(**({"deadlines": {CLOSE: WEDNESDAY}} | fields))


def received_on(worker: Worker, *moments) -> list[list[str]]:
    """Who receives what the worker sends at these moments."""
    found = []
    for moment in moments:
        with clock.at(moment):
            found.append(recipients(worker.tick()))
    return found


def test_a_manager_who_has_not_answered_is_reminded_at_each_lead_and_no_oftener(worker):
    manager = make_manager()
    a_tender()
    hours = [paris(2026, 11, 24) + timedelta(hours=n) for n in range(16 * 24)]
    sent = [moment for moment in hours if received_on(worker, moment) == [[manager.email]]]
    assert sent == [paris(2026, 12, 2, 8), paris(2026, 12, 4, 8), paris(2026, 12, 8, 8)]
    assert len(worker.smtp.messages) == 3


def test_the_subject_says_hour_and_zone_and_the_first_line_what_to_do(worker):  # N9
    make_manager()
    a_tender(title="Agents des collèges")
    with clock.at(paris(2026, 12, 2, 8)):
        [mail] = worker.tick()
    assert subject_of(mail) == "Répondez avant le mer. 9 déc., 12 h 00 (heure de Paris) : Agents des collèges"
    assert text_of(mail).startswith(
        "Dites si votre structure participe, avant le mercredi 9 décembre 2026 à 12 h 00 (heure de Paris)."
    )


def test_each_person_is_written_to_in_their_language(worker):
    member = make_member()
    make_manager(member, locale="fr", email="fr@example.org")
    make_manager(member, locale="en", email="en@example.org")
    a_tender(title="Schools")
    with clock.at(paris(2026, 12, 2, 8)):
        said = {mail.recipients[0]: subject_of(mail) for mail in worker.tick()}
    assert said == {
        "fr@example.org": "Répondez avant le mer. 9 déc., 12 h 00 (heure de Paris) : Schools",
        "en@example.org": "Answer before Wed 9 Dec, 12:00 (Paris time): Schools",
    }


def test_whoever_has_answered_is_left_alone(worker):  # N14, N15
    tender = a_tender()
    waiting, coming, not_coming, gone, turned_down = (make_manager(make_member()) for _ in range(5))
    member = {
        user: next(iter(actor_of(user).memberships)) for user in (coming, not_coming, gone, turned_down)
    }
    now = clock.now()
    for user, fields in (
        (coming, {"applied_at": now}),
        (not_coming, {"not_for_us_at": now}),
        (gone, {"applied_at": now, "withdrawn_at": now}),
        (turned_down, {"applied_at": now, "turned_down_at": now, "turned_down_reason": "no"}),
    ):
        make_participation(
            tender, db.session.get(Membership.member.property.mapper.class_, member[user]), **fields
        )
    assert received_on(worker, paris(2026, 12, 2, 8)) == [[waiting.email]]


def test_answering_between_plan_and_sending_is_in_time(worker, session):  # N14, N16
    member = make_member()
    manager = make_manager(member)
    tender = a_tender()
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
        bids.not_for_us(actor_of(manager), tender.id, member.id, "too far")
    assert received_on(worker, paris(2026, 12, 2, 8)) == [[]]
    told = session.scalars(select(Notification)).one()
    session.refresh(told)
    assert (told.outcome, told.reason) == (Outcome.VOID, "not_concerned")
    assert session.scalars(select(Delivery)).one().state is DeliveryState.VOID


def test_somebody_who_left_gets_nothing(worker, session):  # N19
    left, closed = make_manager(), make_manager()
    a_tender()
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
        session.scalars(select(Membership).where(Membership.user_id == left.id)).one().ended_at = clock.now()
        closed.active = False
    assert received_on(worker, paris(2026, 12, 2, 8)) == [[]]


def test_only_those_who_could_take_part_are_reminded(worker):  # N15
    near = make_manager(make_member(MemberKind.AI, territory=["14"]))
    make_manager(make_member(MemberKind.AI, department="76", territory=["76"]))
    make_manager(make_member(MemberKind.ACI, territory=["14"]))  # may not lend staff: L8241-1
    far_but_interested = make_member(MemberKind.AI, department="76", territory=["76"])
    interested = make_manager(far_but_interested)
    contributor = make_user(memberships={make_member(): MembershipRole.CONTRIBUTOR})
    tender = a_tender(departments=["14"], service_nature=ServiceNature.LABOUR_SUPPLY)
    make_participation(tender, far_but_interested, interested_at=clock.now())
    assert received_on(worker, paris(2026, 12, 2, 8)) == [sorted([near.email, interested.email])]
    assert contributor.email not in recipients(worker.smtp.messages)


def test_an_agreement_reminds_the_kinds_it_is_open_to(worker):
    agency = make_manager(make_member(MemberKind.ETTI))
    make_manager(make_member(MemberKind.AI))
    a_tender(
        kind=TenderKind.AGREEMENT, eligible_kinds=["etti"], deadlines={DeadlineKind.ENROLMENT: WEDNESDAY}
    )
    with clock.at(paris(2026, 12, 2, 8)):
        [mail] = worker.tick()
    assert mail.recipients == (agency.email,)
    assert "Dites si votre agence adhère à cet accord" in text_of(mail)


def test_a_draft_reminds_nobody_until_it_is_published(worker):
    manager = make_manager()
    tender = a_tender(published=False)
    assert received_on(worker, paris(2026, 12, 2, 8)) == [[]]
    tender.published_at = paris(2026, 12, 2, 9)
    db.session.flush()
    assert received_on(worker, paris(2026, 12, 3, 7, 50), paris(2026, 12, 3, 8)) == [[], [manager.email]]


def test_a_cancelled_tender_reminds_nobody(worker):  # N14
    make_manager()
    tender = a_tender()
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
        cancel_tender(SYSTEM, tender.id, "no budget")
    assert received_on(worker, paris(2026, 12, 2, 8), paris(2026, 12, 4, 8)) == [[], []]


def test_the_group_and_the_delegate_are_reminded_until_the_deposit(worker):  # N14, N15
    lead, other, turned_away = make_member(name="AI Lead"), make_member(), make_member()
    of_lead, of_other = make_manager(lead), make_manager(other)
    make_manager(turned_away)
    delegate = make_delegate()
    tender = a_tender(deadlines={SUBMISSION: WEDNESDAY})
    with clock.at(paris(2026, 11, 24)):
        bid = make_bid(tender, members=[other], lead=lead)
        make_participation(tender, turned_away)
    with clock.at(paris(2026, 12, 2, 8)):
        mails = {mail.recipients[0]: text_of(mail) for mail in worker.tick()}
    assert mails.keys() == {of_lead.email, of_other.email, delegate.email}
    assert mails[of_lead.email].startswith("Déposez la réponse de votre groupement")
    assert mails[of_other.email].startswith("Donnez à votre mandataire ce qu’il attend encore")
    assert "Mandataire : AI Lead" in mails[of_other.email]
    assert mails[delegate.email].startswith("Veillez à ce que cette réponse soit déposée")
    bid.submitted_at, bid.receipt_number = paris(2026, 12, 3), "R-1"
    db.session.flush()
    assert received_on(worker, paris(2026, 12, 4, 8), paris(2026, 12, 8, 8), paris(2026, 12, 9, 8)) == [
        [],
        [],
        [],
    ]


def test_the_delegate_is_reminded_while_nobody_is_grouped(worker):
    delegate = make_delegate()
    tender = a_tender(deadlines={SUBMISSION: WEDNESDAY})
    assert received_on(worker, paris(2026, 12, 2, 8)) == [[]]
    make_participation(tender)
    with clock.at(paris(2026, 12, 4, 8)):
        [mail] = worker.tick()
    assert mail.recipients == (delegate.email,)
    assert text_of(mail).startswith("Formez le groupement")


def test_a_group_is_not_named_to_another(worker):
    """G3: two groups of the network on one tender are strangers, in mails too."""
    ours, theirs = make_member(), make_member()
    manager = make_manager(ours)
    make_manager(theirs)
    tender = a_tender(deadlines={SUBMISSION: WEDNESDAY})
    with clock.at(paris(2026, 11, 24)):
        make_bid(tender, members=[ours], name="Our group")
        make_bid(tender, members=[theirs], name="Their group")
    with clock.at(paris(2026, 12, 2, 8)):
        worker.tick()
    [mail] = [mail for mail in worker.smtp.messages if mail.recipients == (manager.email,)]
    assert "Our group" in text_of(mail)
    assert b"Their group" not in mail.content


def test_the_last_reminder_leaves_four_hours_before(worker):
    member = make_member()
    make_manager(member)
    tender = a_tender(deadlines={SUBMISSION: paris(2026, 12, 9, 15, 30)})
    with clock.at(paris(2026, 11, 24)):
        make_bid(tender, members=[member])
    received_on(worker, paris(2026, 12, 9, 8))
    assert [
        len(one) for one in received_on(worker, paris(2026, 12, 9, 11, 29), paris(2026, 12, 9, 11, 30))
    ] == [0, 1]


def test_one_mail_a_person_and_day_soonest_first(worker):  # N20
    member, other = make_member(), make_member()
    manager = make_user(memberships={member: MembershipRole.MANAGER, other: MembershipRole.MANAGER})
    a_tender(title="Later", deadlines={CLOSE: paris(2026, 12, 9, 16)})
    a_tender(title="Sooner", deadlines={CLOSE: paris(2026, 12, 9, 9)})
    with clock.at(paris(2026, 11, 24)):
        make_bid(a_tender(title="Soonest", deadlines={SUBMISSION: paris(2026, 12, 3)}), members=[member])
    with clock.at(paris(2026, 12, 2, 8)):
        [mail] = worker.tick()
    assert mail.recipients == (manager.email,)
    assert subject_of(mail) == "3 échéances à tenir, la première jeu. 3 déc., 12 h 00 (heure de Paris)"
    text = text_of(mail)
    assert text.index("Soonest") < text.index("Sooner") < text.index("Later")


def test_four_hours_before_joins_the_mail_of_the_day_when_they_leave_together(worker):  # N20
    member = make_member()
    make_manager(member)
    a_tender(title="Registration", deadlines={CLOSE: paris(2026, 12, 16)})
    with clock.at(paris(2026, 11, 24)):
        make_bid(a_tender(title="Offer", deadlines={SUBMISSION: WEDNESDAY}), members=[member])
    received_on(worker, paris(2026, 12, 8, 8))
    with clock.at(paris(2026, 12, 9, 8)):
        [mail] = worker.tick()
    assert "Registration" in text_of(mail)
    assert "Offer" in text_of(mail)


def test_the_day_before_a_monday_noon_leaves_on_friday(worker):  # N11
    make_manager()
    a_tender(deadlines={CLOSE: paris(2026, 12, 14)})
    received_on(worker, paris(2026, 12, 7, 8))
    hours = [paris(2026, 12, 10) + timedelta(hours=n) for n in range(100)]
    sent = [moment for moment in hours if received_on(worker, moment) != [[]]]
    assert sent == [paris(2026, 12, 11, 8)]


def test_each_person_has_their_own_hour(worker):  # N11
    member = make_member()
    early, late = make_manager(member, digest_hour=time(7)), make_manager(member, digest_hour=time(18))
    a_tender()
    assert received_on(worker, *(paris(2026, 12, 2, hour) for hour in (7, 8, 18))) == [
        [early.email],
        [],
        [late.email],
    ]


def test_over_the_change_of_hour_it_leaves_at_eight_once(worker):  # N8
    make_manager()
    with clock.at(paris(2027, 3, 1)):
        make_tender(deadlines={CLOSE: paris(2027, 3, 31)})
    minutes = [paris(2027, 3, 30, 6) + timedelta(minutes=10 * n) for n in range(18)]
    sent = [moment for moment in minutes if received_on(worker, moment) != [[]]]
    assert sent == [paris(2027, 3, 30, 8)]


def test_after_three_days_of_outage_what_is_useful_leaves_once(worker, session):  # N7
    manager = make_manager()
    a_tender(title="Useful")
    a_tender(title="Passed", deadlines={CLOSE: paris(2026, 12, 5, 9)})
    received_on(worker, paris(2026, 11, 30, 8))
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
    # Down from then, with two reminders written down (J-7 and J-3) and nothing sent, to the 5th, a Saturday.
    assert received_on(worker, paris(2026, 12, 5, 10)) == [[]]
    told = session.scalars(select(Notification).where(Notification.created_at == paris(2026, 12, 2, 7, 50)))
    assert {(one.lead, one.outcome, one.reason) for one in told} == {
        ("J-7", Outcome.EXPIRED, "passed"),
        ("J-3", Outcome.EXPIRED, "passed"),
    }
    assert received_on(worker, paris(2026, 12, 7, 8)) == [[manager.email]]
    assert "Useful" in text_of(worker.smtp.messages[-1])
    assert "Passed" not in text_of(worker.smtp.messages[-1])
    assert received_on(worker, paris(2026, 12, 7, 9)) == [[]]


def test_after_six_hours_of_outage_it_leaves_at_once(worker):  # N7
    manager = make_manager()
    a_tender()
    received_on(worker, paris(2026, 12, 1, 12))
    assert received_on(worker, paris(2026, 12, 2, 14), paris(2026, 12, 2, 14, 1)) == [[manager.email], []]


def test_who_joins_late_gets_one_summary(worker):  # N17
    member = make_member()
    first = make_manager(member)
    a_tender(title="One")
    a_tender(title="Two", deadlines={CLOSE: paris(2026, 12, 8)})
    received_on(worker, paris(2026, 12, 1, 8), paris(2026, 12, 2, 8))
    with clock.at(paris(2026, 12, 3, 10)):
        late = make_user()
        start_membership(SYSTEM, late, member, MembershipRole.MANAGER)
        [mail] = worker.tick()
    assert mail.recipients == (late.email,)
    assert "One" in text_of(mail)
    assert "Two" in text_of(mail)
    assert recipients(worker.smtp.messages).count(first.email) == 2


def test_sources_that_disagree_count_from_the_earlier_and_say_so(worker):  # N10
    make_manager()
    tender = a_tender(deadlines={})
    with clock.at(paris(2026, 11, 24)):
        make_deadline(
            tender, CLOSE, paris(2026, 12, 10), remind_at=WEDNESDAY, doubtful=True, doubt="Sources disagree."
        )
    with clock.at(paris(2026, 12, 2, 8)):
        [mail] = worker.tick()
    assert "tenez-vous à la plus proche : mercredi 9 décembre 2026 à 12 h 00" in text_of(mail)
