"""News of tenders: one is published, one changes, a registration is recorded; to whom, and to whom no longer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from procurement.bids import operations as bids
from procurement.bids.operations import RegistrationFacts
from procurement.core import clock
from procurement.core.policy import MembershipRole
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.models import ServiceNature
from procurement.tenders.operations import cancel_tender, edit_tender, move_deadline, publish_tender
from procurement.tenders.queries import facts_of, whole_tender
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


@pytest.fixture(autouse=True)
def _tuesday():
    with clock.at(TUESDAY):
        yield


@pytest.fixture
def delegate():
    return make_delegate()


def next_morning(worker):
    """What has happened is handled now, and leaves with the digest of the next morning."""
    worker.prepare()
    with clock.at(paris(2026, 11, 25, 8)):
        return worker.tick()


def a_tender(**fields):
    dates = {
        DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9),
        DeadlineKind.SUBMISSION: paris(2027, 1, 13),
    }
    return make_tender(**({"title": "Schools", "deadlines": dates} | fields))


def edit(delegate, tender, **fields):
    """The delegate changes these fields of the tender."""
    stands = whole_tender(tender.id, fresh=True)
    return edit_tender(actor_of(delegate), tender.id, replace(facts_of(stands), **fields), stands.version)


# Published


def test_what_is_published_reaches_the_managers_who_could_answer_with_the_reason(worker, delegate):
    near = make_member(MemberKind.AI, name="AI Caen", territory=["14"])
    manager = make_manager(near)
    make_user(memberships={near: MembershipRole.CONTRIBUTOR})
    make_manager(make_member(MemberKind.AI, department="76", territory=["76"]))
    make_manager(make_member(MemberKind.ACI, territory=["14"]))  # may not lend staff: L8241-1
    tender = a_tender(published=False, departments=["14"], service_nature=ServiceNature.LABOUR_SUPPLY)
    publish_tender(actor_of(delegate), tender.id)
    [mail] = next_morning(worker)
    assert mail.recipients == (manager.email,)
    assert subject_of(mail) == (
        "Nouveau marché, répondez avant le mer. 9 déc., 12 h 00 (heure de Paris) : Schools"
    )
    text = text_of(mail)
    assert (
        "AI Caen – Association intermédiaire (AI) : peut fournir ce qui est acheté, et intervient ici : Calvados (14)"
        in text
    )
    assert "Ce qui est acheté : Mise à disposition de personnel" in text
    assert f"/marches/{tender.id}/inscription" in text


def test_a_manager_of_two_that_could_gets_one_mail_that_names_both(worker, delegate):  # N20
    one, two = make_member(name="AI One"), make_member(name="AI Two")
    make_user(memberships={one: MembershipRole.MANAGER, two: MembershipRole.MANAGER})
    publish_tender(actor_of(delegate), a_tender(published=False).id)
    [mail] = next_morning(worker)
    assert "AI One" in text_of(mail)
    assert "AI Two" in text_of(mail)


def test_it_waits_for_the_morning_and_is_void_once_answered_cancelled_or_closed(worker, delegate):  # N11, N14
    answers, silent = make_member(), make_member()
    make_manager(answers)
    waiting = make_manager(silent)
    with clock.at(paris(2026, 11, 24, 22)):
        open_, given_up = a_tender(published=False), a_tender(published=False)
        closing = a_tender(
            published=False, deadlines={DeadlineKind.ENROLMENT: paris(2026, 11, 25, 7)}, kind="agreement"
        )
        for tender in (open_, given_up, closing):
            publish_tender(actor_of(delegate), tender.id)
        assert [mail for mail in worker.tick() if "Nouveau marché" in subject_of(mail)] == []
        make_participation(open_, answers)
        cancel_tender(actor_of(delegate), given_up.id, "No budget.")
        worker.tick()
    with clock.at(paris(2026, 11, 25, 8)):
        [mail] = worker.tick()
    assert mail.recipients == (waiting.email,)
    assert f"/marches/{open_.id}/inscription" in text_of(mail)


# Changed


def test_a_change_reaches_whoever_takes_part_with_before_and_after(worker, delegate):
    registered, seated, apart = make_member(), make_member(), make_member()
    people = [make_manager(registered), make_manager(seated)]
    other_delegate = make_delegate()
    make_manager(apart)
    tender = a_tender()
    make_participation(tender, registered)
    make_bid(tender, members=[seated])
    edit(delegate, tender, title="Schools and offices")
    mails = next_morning(worker)
    assert recipients(mails) == sorted(one.email for one in [*people, other_delegate])
    assert subject_of(mails[0]) == "Ce qui a changé : Schools and offices"
    assert "Intitulé Avant : Schools Maintenant : Schools and offices" in text_of(mails[0])


def test_several_changes_of_one_tender_are_one_mail_and_one_comparison(worker, delegate):  # N20, N22
    member = make_member()
    make_manager(member)
    make_participation(tender := a_tender(), member)
    with clock.at(paris(2026, 11, 24, 22)):
        edit(delegate, tender, title="Second", reference="R-1")
        edit(delegate, tender, title="Third")
        edit(delegate, tender, reference="")
        assert worker.tick() == []
    with clock.at(paris(2026, 11, 25, 8)):
        [mail] = worker.tick()
    assert subject_of(mail) == "Ce qui a changé : Third"
    text = text_of(mail)
    assert "Avant : Schools Maintenant : Third" in text
    assert "Second" not in text
    assert "R-1" not in text


def test_a_draft_a_date_alone_or_what_matters_to_nobody_else_is_no_news_of_change(worker, delegate):
    member = make_member()
    manager = make_manager(member)
    draft, live = a_tender(published=False), a_tender()
    make_participation(draft, member)
    make_participation(live, member)
    edit(delegate, draft, title="Draft")
    edit(delegate, live, source_url="https://notices.example/1")
    assert worker.tick() == []
    stands = whole_tender(live.id, fresh=True)
    move_deadline(actor_of(delegate), live.id, DeadlineKind.SUBMISSION, paris(2027, 1, 20), stands.version)
    subjects = {subject_of(mail) for mail in worker.tick() if mail.recipients == (manager.email,)}
    assert subjects == {"Nouvelle date, mer. 20 janv., 12 h 00 (heure de Paris) : Schools"}


def test_whoever_withdrew_in_between_hears_of_no_change(worker, delegate):  # N19
    member = make_member()
    manager = make_manager(member)
    make_participation(tender := a_tender(), member)
    with clock.at(paris(2026, 11, 24, 22)):
        edit(delegate, tender, title="Second")
        worker.tick()
        bids.withdraw_registration(actor_of(manager), tender.id, member.id)
        worker.tick()
    with clock.at(paris(2026, 11, 25, 8)):
        assert all("Ce qui a changé" not in subject_of(mail) for mail in worker.tick())


# Registered


def registration(tender) -> RegistrationFacts:
    return RegistrationFacts(lot_ids=[lot.id for lot in tender.lots], hours_a_week=Decimal(20))


def test_a_registration_is_acknowledged_to_all_managers_whoever_did_it(worker, delegate):
    member = make_member(name="AI Caen")
    one, two = make_manager(member), make_manager(member)
    tender = a_tender(lots=2)
    bids.register(actor_of(one), tender.id, member.id, registration(tender))
    mails = worker.tick()
    assert recipients(mails) == sorted([one.email, two.email])
    assert subject_of(mails[0]) == "AI Caen est inscrite : Schools"
    assert "Lots : 1, 2" in text_of(mails[0])
    assert "C’est la déléguée juridique" not in text_of(mails[0])
    bids.withdraw_registration(actor_of(delegate), tender.id, member.id)
    mails = worker.tick()
    assert recipients(mails) == sorted([one.email, two.email])
    assert subject_of(mails[0]) == "AI Caen ne participe plus : Schools"
    assert "C’est la déléguée juridique qui l’a enregistré" in text_of(mails[0])


def test_a_receipt_of_what_no_longer_holds_is_void(worker):  # N14, N16
    member = make_member()
    manager = make_manager(member)
    tender = a_tender()
    bids.register(actor_of(manager), tender.id, member.id, registration(tender))
    worker.prepare()
    bids.withdraw_registration(actor_of(manager), tender.id, member.id)
    subjects = [subject_of(mail) for mail in worker.tick()]
    assert len(subjects) == 1
    assert "ne participe plus" in subjects[0]


def test_a_receipt_leaves_at_once_even_at_night(worker):  # N11
    member = make_member()
    manager = make_manager(member)
    tender = a_tender()
    with clock.at(TUESDAY + timedelta(hours=13)):
        bids.register(actor_of(manager), tender.id, member.id, registration(tender))
        assert recipients(worker.tick()) == [manager.email]
