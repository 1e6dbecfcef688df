"""Registering by the page: in French, on a phone, twice, too late, with forged numbers; nothing typed is lost."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from procurement.bids.models import Participation
from procurement.bids.rules import ParticipationState, participation_state
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import MembershipRole
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.models import TenderKind
from tests.counting import counted
from tests.factories import (
    make_bid,
    make_deadline,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
)
from tests.web.bids.conftest import PERSON, People, fields_of


def path(tender, structure=None) -> str:
    return f"/marches/{tender.id}/inscription" + (f"?structure={structure.id}" if structure else "")


def word(people: People, member=None) -> Participation | None:
    db.session.expire_all()
    member_id = (member or people.first).id
    return db.session.scalar(select(Participation).where(Participation.member_id == member_id))


def state(people: People, member=None) -> ParticipationState:
    return participation_state(word(people, member), seated=False)


def send(browser, people: People, **fields):
    fields = {"version": "0", "as": "register", "structure": people.first.id} | fields
    return browser.post(path(people.tender), data=fields)


def test_a_manager_registers_from_the_page(people: People) -> None:
    page = people.manager.get(path(people.tender))
    assert "Nous répondons" in page.text
    sent = fields_of(page.text, "/inscription")
    sent |= {
        "as": "register",
        "lots": [str(people.lots[0])],
        "sites": [str(people.sites[0][1])],
        "hours_a_week": "24,5",
        "brings": "Trois personnes",
        "would_lead": "y",
    }
    answer = people.manager.post(path(people.tender), data=sent)
    assert (answer.status_code, answer.location) == (302, f"/marches/{people.tender.id}")
    assert state(people) is ParticipationState.APPLIED
    made = word(people)
    assert (made.hours_a_week, made.brings, made.would_lead) == (Decimal("24.50"), "Trois personnes", True)
    assert "répond" in people.manager.get(answer.location).text


def test_what_was_said_is_shown_to_be_changed(people: People) -> None:
    lot, site = people.lots[0], people.sites[0][0]
    send(people.manager, people, lots=[lot], sites=[site], hours_a_week="20")
    page = people.manager.get(path(people.tender))
    sent = fields_of(page.text, "/inscription")
    assert (sent["lots"], sent["sites"], sent["hours_a_week"]) == (
        [str(lot)],
        [str(site)],
        ["20"],
    )
    assert sent["version"] == ["1"]
    people.manager.post(path(people.tender), data=sent | {"hours_a_week": "30"})
    assert word(people).hours_a_week == 30


def test_a_whole_lot_at_once(people: People) -> None:
    send(people.manager, people, every=[people.lots[1]])
    assert {site.id for site in _sites(people)} == set(people.sites[1])


def _sites(people: People):
    made = word(people)
    db.session.refresh(made, ["sites"])
    return made.sites


def test_not_for_us_in_one_tap(people: People) -> None:
    page = people.manager.get(f"/marches/{people.tender.id}")
    assert "Pas pour nous" in page.text
    sent = fields_of(page.text, "/pas-pour-nous") | {"quick": "Trop loin de chez nous"}
    answer = people.manager.post(f"{path(people.tender)}/pas-pour-nous", data=sent)
    assert answer.status_code == 302
    assert state(people) is ParticipationState.NOT_FOR_US
    assert word(people).not_for_us_reason == "Trop loin de chez nous"
    assert "Trop loin de chez nous" in people.manager.get(f"/marches/{people.tender.id}").text


def test_not_for_us_asks_why(people: People) -> None:
    data = {"structure": people.first.id, "reason": " "}
    answer = people.manager.post(f"{path(people.tender)}/pas-pour-nous", data=data)
    assert answer.status_code == 422
    assert "Choisissez une raison" in answer.text
    assert word(people) is None


def test_a_contributor_prepares_and_a_manager_sends(people: People) -> None:
    page = people.contributor.get(path(people.tender))
    assert "Préparer pour" in page.text
    assert "Pas pour nous" not in page.text
    lot = people.lots[0]
    refused = send(people.contributor, people, lots=[lot])
    assert refused.status_code == 403
    assert "Seule une personne responsable" in refused.text
    answer = send(people.contributor, people, lots=[lot], brings="Deux personnes", **{"as": "interest"})
    assert answer.status_code == 302
    assert state(people) is ParticipationState.INTERESTED
    prepared = fields_of(people.manager.get(path(people.tender)).text, "/inscription")
    assert prepared["brings"] == ["Deux personnes"]
    people.manager.post(path(people.tender), data=prepared | {"as": "register"})
    assert state(people) is ParticipationState.APPLIED


def test_the_delegate_registers_whoever_phones_and_the_trail_says_so(people: People) -> None:
    choice = people.delegate.get(path(people.tender))
    assert "Pour quelle structure" in choice.text
    assert people.first.name in choice.text
    page = people.delegate.get(path(people.tender, people.first))
    assert "Vous agissez pour AI de Caen" in page.text
    send(people.delegate, people, lots=[people.lots[0]])
    event = db.session.scalars(select(Event).where(Event.verb == "registered")).one()
    assert (event.actor_id, event.on_behalf_of) == (people.delegate_user.id, people.first.id)


def test_several_structures_choose_which_one_answers(people: People, browser_of) -> None:
    both = browser_of(
        make_user(memberships=dict.fromkeys((people.first, people.second), MembershipRole.MANAGER))
    )
    assert "choisissez celle qui répond" in both.get(path(people.tender)).text
    answer = send(both, people, structure=people.second.id, lots=[people.lots[0]])
    assert answer.status_code == 302
    assert word(people) is None
    assert state(people, people.second) is ParticipationState.APPLIED


@pytest.mark.parametrize("structure", ["other", "10000000000", "x", ""])
def test_a_structure_that_is_not_mine_is_not_there(people: People, structure: str) -> None:
    number = people.second.id if structure == "other" else structure
    answer = people.manager.get(f"/marches/{people.tender.id}/inscription?structure={number}")
    assert answer.status_code == (404 if structure in {"other", "10000000000"} else 200)
    for action in ("", "/pas-pour-nous", "/retirer"):
        posted = people.manager.post(
            f"/marches/{people.tender.id}/inscription{action}",
            data={"structure": people.second.id, "quick": "x", "lots": people.lots[0]},
        )
        assert posted.status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 0


def test_forged_lots_and_sites_lose_nothing_typed(people: People) -> None:
    other = make_tender(lots=1, sites=1)
    for forged in (
        {"lots": other.lots[0].id},
        {"lots": people.lots[0], "sites": other.lots[0].sites[0].id},
        {"every": other.lots[0].id},
        {"lots": "999999999999999999999999"},
        {"lots": "x"},
    ):
        answer = send(people.manager, people, brings="Trois personnes", **forged)
        assert answer.status_code == 422
        assert "choisissez de nouveau" in answer.text
        assert fields_of(answer.text, "/inscription")["brings"] == ["Trois personnes"]
    assert word(people) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hours_a_week": "beaucoup"}, "Écrivez un nombre"),
        ({"hours_a_week": "-3"}, "Écrivez un nombre"),
        ({"brings": "x" * 10_000_000}, ""),
        ({"brings": "x" * 2_001}, "Trop long"),
        ({"brings": "a\x00b"}, "caractère invisible"),
        ({}, "Choisissez au moins un lot"),
    ],
)
def test_bad_input_is_told(people: People, fields, words) -> None:
    lots = {"lots": people.lots[0]} if fields else {}
    answer = send(people.manager, people, seeks="Un mandataire", **lots, **fields)
    assert answer.status_code in ({422} if words else {413})
    assert words in answer.text
    if words:
        assert fields_of(answer.text, "/inscription")["seeks"] == ["Un mandataire"]
    assert word(people) is None


def test_a_form_sent_twice_is_taken_once(people: People) -> None:
    number = str(uuid4())
    for _ in range(2):
        answer = send(people.manager, people, lots=[people.lots[0]], form_number=number)
        assert answer.status_code == 302
    assert db.session.scalar(select(func.count()).where(Event.verb == "registered")) == 1


def test_somebody_changed_it_in_between_and_nothing_typed_is_lost(people: People) -> None:
    lot = people.lots[0]
    send(people.manager, people, lots=[lot])
    seen = fields_of(people.manager.get(path(people.tender)).text, "/inscription")
    send(people.delegate, people, lots=[lot], hours_a_week="12", version="1")
    answer = people.manager.post(path(people.tender), data=seen | {"seeks": "Un mandataire"})
    assert answer.status_code == 409
    assert "modifié cette inscription" in answer.text
    again = fields_of(answer.text, "/inscription")
    assert (again["seeks"], again["version"]) == (["Un mandataire"], ["2"])
    assert people.manager.post(path(people.tender), data=again).status_code == 302


def test_one_second_after_closing(people: People) -> None:
    closes = next(
        d.due_at for d in db.session.scalars(_deadlines(people)) if d.kind is DeadlineKind.REGISTRATION_CLOSE
    )
    lot = people.lots[0]
    with clock.at(closes + timedelta(seconds=1)):
        page = people.manager.get(path(people.tender))
        assert "Les inscriptions sont closes" in page.text
        answer = send(people.manager, people, lots=[lot])
        assert answer.status_code == 422
        assert "Appelez la déléguée juridique" in answer.text
        assert word(people) is None
        late = people.delegate.get(path(people.tender, people.first))
        assert "Admettre cette structure" in late.text
        missing = send(people.delegate, people, lots=[lot])
        assert missing.status_code == 422
        assert "Dites pourquoi" in missing.text
        send(people.delegate, people, lots=[lot], late_reason="En congé")
    assert state(people) is ParticipationState.APPLIED
    assert word(people).late_reason == "En congé"


def _deadlines(people: People):
    return select(Deadline).where(Deadline.subject_id == people.tender.id)


def test_too_late_for_everybody(people: People) -> None:
    make_deadline(people.tender, DeadlineKind.APPLICATIONS, timedelta(days=30))
    with clock.at(clock.now() + timedelta(days=31)):
        page = people.delegate.get(path(people.tender, people.first))
        assert "Admettre cette structure" not in page.text
        lots = [people.lots[0]]
        answer = send(people.delegate, people, lots=lots, late_reason="En congé")
        assert answer.status_code == 422
    assert word(people) is None


def test_withdrawing_from_the_page(people: People) -> None:
    make_participation(people.tender, people.first)
    page = people.manager.get(path(people.tender))
    sent = fields_of(page.text, "/retirer")
    assert people.manager.post(f"{path(people.tender)}/retirer", data=sent).status_code == 302
    assert state(people) is ParticipationState.WITHDRAWN


def test_a_draft_is_not_there(people: People) -> None:
    draft = make_tender(published=False)
    assert people.manager.get(path(draft)).status_code == 404
    data = {"lots": draft.lots[0].id, "structure": people.first.id}
    assert people.manager.post(path(draft), data=data).status_code == 404


def test_an_agreement_takes_rates_and_shows_no_lead(people: People, browser_of) -> None:
    agreement = make_tender(kind=TenderKind.AGREEMENT, eligible_kinds=["etti"], sites=2)
    agency = make_member(MemberKind.ETTI, name="ETTI de Caen")
    browser = browser_of(make_manager(agency))
    page = browser.get(path(agreement))
    assert "Vos tarifs" in page.text
    assert "mandataire" not in page.text
    sent = fields_of(page.text, "/inscription")
    sent |= {
        "as": "register",
        "sites": [str(site.id) for site in agreement.lots[0].sites],
        "rates-0-job": "Agent de tri",
        "rates-0-amount": "24,30",
        "rates-0-unit": "hour",
    }
    assert browser.post(path(agreement), data=sent).status_code == 302
    made = word(people, agency)
    db.session.refresh(made, ["rates"])
    assert [(rate.label, rate.amount) for rate in made.rates] == [("Agent de tri", Decimal("24.3000"))]
    assert "24,3" in browser.get(path(agreement)).text
    assert "24,3" in people.delegate.get(f"/marches/{agreement.id}/groupes").text
    assert "24,3" not in people.manager.get(f"/marches/{agreement.id}").text
    assert people.manager.get(f"/marches/{agreement.id}").text.count("Nous adhérons") == 0
    wrong = sent | {"rates-0-job": "", "version": "1", "form_number": str(uuid4())}
    answer = browser.post(path(agreement), data=wrong)
    assert answer.status_code == 422
    assert "à quoi correspond chaque tarif" in answer.text
    refused = people.manager.post(
        path(agreement), data=sent | {"structure": people.first.id, "form_number": ""}
    )
    assert refused.status_code == 409
    assert "pas ouvert" in refused.text


def test_a_kind_that_may_not_lend_staff_is_told(people: People, browser_of) -> None:
    """Domain 3.12."""
    enterprise = make_member(MemberKind.EI, name="EI de Caen")
    page = browser_of(make_manager(enterprise)).get(path(people.tender))
    assert "L8241-1" in page.text
    assert "L8241-1" not in people.manager.get(path(people.tender)).text


def test_a_place_in_a_group_is_said(people: People) -> None:
    make_participation(people.tender, people.first)
    make_bid(people.tender, members=[people.first], name="Caen ensemble", confirmed=False)
    page = people.manager.get(f"/marches/{people.tender.id}")
    assert "Caen ensemble" in page.text
    assert "Voir le groupement et répondre" in page.text
    assert "Caen ensemble" not in people.rival.get(f"/marches/{people.tender.id}").text


def test_reading_changes_nothing(people: People) -> None:
    """N23."""
    make_participation(people.tender, people.first)
    before = db.session.scalar(select(func.count()).select_from(Event))
    for browser in (people.manager, people.delegate, people.contributor):
        browser.get(path(people.tender))
        browser.get(path(people.tender, people.first))
        browser.get(f"/marches/{people.tender.id}")
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


@pytest.mark.parametrize("size", [1, 30])
def test_the_tender_page_takes_few_statements(people: People, size: int) -> None:
    for _ in range(size):
        make_participation(people.tender, shown_as_partner=True, sites=people.tender.lots[0].sites)
    make_participation(people.tender, people.first)
    make_bid(people.tender, members=[people.first])
    db.session.expunge_all()
    for browser in (people.manager, people.delegate):
        with counted(account=True) as sent:
            assert browser.get(f"/marches/{people.tender.id}").status_code == 200
        assert len(sent) <= 10 + PERSON, "\n".join(sent)
