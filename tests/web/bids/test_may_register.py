"""Who may register: what the law or an agreement says of a kind is said first; what is kept or refused, in words."""

from procurement.bids.rules import ParticipationState
from procurement.core.policy import MembershipRole
from procurement.members.models import MemberKind
from procurement.tenders.models import ServiceNature, TenderKind
from tests.factories import make_manager, make_member, make_tender, make_user
from tests.web.bids.conftest import People
from tests.web.bids.test_register import path, send, state, word


def test_who_cannot_lend_staff_reads_it_first_and_has_no_form(people: People, browser_of) -> None:
    workshop = make_member(MemberKind.ACI, name="ACI de Falaise")
    browser = browser_of(make_manager(workshop))
    page = browser.get(path(people.tender)).text
    assert "L8241-1" in page
    assert "pas-pour-nous" in page
    assert "Nous répondons" not in page
    assert 'name="lots"' not in page
    answer = send(browser, people, structure=workshop.id, lots=[people.lots[0]])
    assert answer.status_code == 409
    assert word(people, workshop) is None
    shown = browser.get(f"/marches/{people.tender.id}").text
    assert "L8241-1" in shown
    assert "pas-pour-nous" in shown
    assert "Nous répondons" not in shown


def test_the_delegate_may_register_it_knowingly_and_reads_the_warning_beside_it(people: People) -> None:
    workshop = make_member(MemberKind.ACI, name="ACI de Falaise")
    page = people.delegate.get(path(people.tender, workshop)).text
    assert "L8241-1" in page
    assert "Inscrire quand même" in page
    asked = send(people.delegate, people, structure=workshop.id, lots=[people.lots[0]])
    assert asked.status_code == 422
    assert "Cochez cette case" in asked.text
    send(people.delegate, people, structure=workshop.id, lots=[people.lots[0]], sure="y")
    assert state(people, workshop) is ParticipationState.APPLIED
    assert "L8241-1" in people.delegate.get(f"/marches/{people.tender.id}/groupes").text


def test_a_doubt_is_said_first_and_takes_a_word_and_promises_no_group(people: People, browser_of) -> None:
    tender = make_tender(lots=2, service_nature=ServiceNature.SERVICE)
    page = people.manager.get(path(tender)).text
    assert "L5132-7" in page
    assert "Inscrire quand même" in page
    assert "Nous répondons" not in page
    sent = {"version": "0", "as": "register", "structure": people.first.id, "lots": tender.lots[0].id}
    asked = people.manager.post(path(tender), data=sent)
    assert (asked.status_code, word(people)) == (422, None)
    answer = people.manager.post(path(tender), data=sent | {"sure": "y"})
    assert answer.status_code == 302
    shown = people.manager.get(answer.location).text
    assert "sans promesse" in shown
    assert "vous proposera un groupement" not in shown
    assert "L5132-7" in people.delegate.get(f"/marches/{tender.id}/groupes").text
    changed = {**sent, "version": "1", "brings": "Deux personnes"}
    assert people.manager.post(path(tender), data=changed).status_code == 302


def test_an_agreement_for_others_says_so_before_anything(people: People) -> None:
    tender = make_tender(kind=TenderKind.AGREEMENT, eligible_kinds=["etti"], lots=1, sites=2)
    page = people.manager.get(path(tender)).text
    assert "pas ouvert aux structures de votre type" in page
    assert "Entreprise de travail temporaire d’insertion" in page
    assert "Vos tarifs" not in page
    assert "ne peut venir que de vous" not in page
    assert "Nous adhérons" not in page
    shown = people.manager.get(f"/marches/{tender.id}").text
    assert "pas ouvert aux structures de votre type" in shown
    assert "Nous adhérons" not in shown


def test_what_is_kept_says_who_sends_it(people: People, browser_of) -> None:
    agency = make_member(MemberKind.ETTI, name="ETTI de Vire")
    tender = make_tender(kind=TenderKind.AGREEMENT, eligible_kinds=["etti"], lots=1)
    kept = {"version": "0", "structure": agency.id, "as": "interest"}
    manager = browser_of(make_manager(agency))
    assert "revenez ici pour l’envoyer" in manager.post(path(tender), data=kept, follow_redirects=True).text
    person = make_user(memberships={agency: MembershipRole.CONTRIBUTOR})
    page = browser_of(person).post(
        path(tender), data=kept | {"version": "1", "brings": "x"}, follow_redirects=True
    )
    assert "une personne responsable d’ETTI de Vire a le dernier mot" in page.text


def test_an_accession_without_a_rate_is_refused_in_the_reader_s_words(people: People, browser_of) -> None:
    agency = make_member(MemberKind.ETTI)
    tender = make_tender(kind=TenderKind.AGREEMENT, eligible_kinds=["etti"], lots=1)
    browser = browser_of(make_manager(agency))
    sent = {"version": "0", "structure": agency.id, "as": "register"}
    page = browser.post(path(tender), data=sent)
    assert page.status_code == 422
    assert "Vos tarifs – Indiquez au moins un tarif." in page.text
    page = browser.post(path(tender), data=sent | {"rates-0-amount": "-3", "hours_a_week": "-5"})
    assert page.text.count("Écrivez un nombre positif") >= 2
