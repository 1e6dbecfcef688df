"""A place in a group is proposed: the mail says until when to answer, as the group's page does."""

import pytest

from procurement.bids import operations as bids
from procurement.core import clock
from procurement.deadlines.models import DeadlineKind
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    paris,
)
from tests.worker import subject_of, text_of

DUE = paris(2026, 12, 23)


@pytest.fixture
def proposed_at(worker, browser_of):
    """Propose a place at an instant: `proposed_at(instant)` gives the mail to the manager and the group's page as they read it."""

    def propose(instant, **fields):
        with clock.at(paris(2026, 11, 16, 10)):
            tender = make_tender(**({"deadlines": {DeadlineKind.SUBMISSION: DUE}} | fields))
            member, delegate = make_member(name="AI Caen"), make_delegate()
            manager, bid = make_manager(member), make_bid(tender)
            make_participation(tender, member)
        with clock.at(instant):
            bids.propose(actor_of(delegate), bid.id, member.id)
            [mail] = [one for one in worker.tick() if one.recipients == (manager.email,)]
            return mail, browser_of(manager).get(f"/reponses/{bid.id}").text

    return propose


def test_the_mail_tells_the_date_of_the_group_s_page(proposed_at):
    mail, page = proposed_at(paris(2026, 11, 24, 10))
    assert subject_of(mail).startswith(
        "AI Caen est proposée pour un groupement : répondez avant le sam. 5 déc.,"
    )
    assert "Réponse attendue : samedi 5 décembre 2026 à 12 h 00" in " ".join(text_of(mail).split())
    assert "Réponse attendue avant le samedi 5 décembre 2026 à 12 h 00" in page.replace("\xa0", " ")


def test_once_that_date_has_passed_until_the_group_freezes(proposed_at):  # R2142-26
    mail, page = proposed_at(paris(2026, 12, 14, 10))
    assert "répondez avant le mer. 23 déc., 12 h 00" in subject_of(mail)
    assert "Encore possible jusqu’au mercredi 23 décembre" in page.replace("\xa0", " ")


def test_a_tender_without_a_date_asks_for_an_answer_all_the_same(proposed_at):
    mail, _ = proposed_at(paris(2026, 11, 24, 10), deadlines={})
    assert subject_of(mail) == "AI Caen est proposée pour un groupement : confirmez ou déclinez"
