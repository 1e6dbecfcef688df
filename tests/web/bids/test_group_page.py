"""What each person may do on a group's page, and what is refused there with nothing lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from procurement.bids.models import Bid, Seat
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.models import Procedure, Tender
from tests.counting import counted
from tests.factories import (
    make_bid,
    make_member,
    make_participation,
    make_seat,
)
from tests.web.bids.conftest import PERSON, People, actions_of, coordination, fields_of, fresh

# What each may do there.


def test_a_contributor_reads_and_does_not_confirm(people: People) -> None:
    make_participation(people.tender, people.first)
    bid = make_bid(people.tender, members=[people.first], confirmed=False)
    seat = db.session.scalars(select(Seat)).one()
    page = people.contributor.get(f"/reponses/{bid.id}")
    assert "une personne responsable la confirme" in page.text
    assert not any(action.endswith("/confirmer") for action in actions_of(page.text))
    for verb in ("confirmer", "refuser"):
        answer = people.contributor.post(f"/places/{seat.id}/{verb}")
        assert answer.status_code == 403
        assert "Seule une personne responsable" in answer.text


def test_a_seat_of_another_member_is_not_mine_to_answer(people: People, group: Bid) -> None:
    seat = db.session.scalars(select(Seat).where(Seat.member_id == people.second.id)).one()
    seat.confirmed_at = None
    db.session.flush()
    for verb in ("confirmer", "refuser"):
        assert people.manager.post(f"/places/{seat.id}/{verb}").status_code == 403
    assert people.manager.post("/places/999999/confirmer").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Indiquez le jour et l’heure"),
        ({"at-date": "2026-03-29", "at-time": "02:30", "receipt_number": "R1"}, "n’existe pas"),
        ({"at-date": "2026-03-02", "at-time": "25:30", "receipt_number": "R1"}, "heure"),
        ({"at-date": "2099-03-02", "at-time": "10:30", "receipt_number": "R1"}, "dans le futur"),
        ({"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": " "}, "Recopiez le numéro"),
        ({"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": "R" * 200}, "Recopiez le numéro"),
        ({"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": "a\x00b"}, "invisible"),
    ],
)
def test_a_deposit_that_cannot_be_keeps_what_was_typed(people: People, group: Bid, fields, words) -> None:
    answer = people.manager.post(f"/reponses/{group.id}/depot", data=fields)
    assert answer.status_code == 422
    assert words in answer.text
    again = fields_of(answer.text, "/depot")
    assert again["at-date"] == [fields.get("at-date", "")]
    if "\x00" not in fields.get("receipt_number", ""):
        assert again["receipt_number"] == [fields.get("receipt_number", "").strip()]
    assert fresh(group).submitted_at is None


def test_a_deposit_sent_twice_is_recorded_once(people: People, group: Bid) -> None:
    moment = {"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": "R1"}
    for number in (uuid4(), uuid4()):
        answer = people.delegate.post(
            f"/reponses/{group.id}/depot", data=moment | {"form_number": str(number)}
        )
        assert answer.status_code == 302
    other = people.delegate.post(f"/reponses/{group.id}/depot", data=moment | {"receipt_number": "R2"})
    assert other.status_code == 409
    assert "déjà enregistré" in other.text
    assert db.session.scalar(select(func.count()).where(Event.verb == "bid_deposited")) == 1


def test_the_lead_is_one_of_those_who_confirmed(people: People, group: Bid) -> None:
    for forged in (make_member().id, "x", "9" * 30):
        answer = people.delegate.post(f"/reponses/{group.id}/mandataire", data={"lead": forged})
        assert answer.status_code == 422
    assert fresh(group).lead_id == people.first.id


def test_leading_two_groups_on_a_lot_is_refused_with_its_article(people: People, group: Bid) -> None:
    """R2142-23."""
    other = make_bid(people.tender, members=[people.first])
    answer = people.delegate.post(f"/reponses/{other.id}/mandataire", data={"lead": people.first.id})
    assert answer.status_code == 409
    assert "R2142-23" in answer.text
    assert fresh(other).lead_id is None


def test_a_rule_is_set_aside_from_the_checklist(people: People, group: Bid) -> None:
    enterprise = make_member(MemberKind.EI, name="EI de Caen")
    make_participation(people.tender, enterprise)
    make_seat(group, enterprise)
    where = f"/reponses/{group.id}"
    page = people.delegate.get(where).text
    assert "L8241-1" in page
    assert people.delegate.post(f"{where}/annoncer").status_code == 409
    sent = fields_of(page, "/derogation")
    empty = people.delegate.post(f"{where}/derogation", data=sent | {"reason": ""})
    assert empty.status_code == 422
    assert "Écrivez pourquoi" in empty.text
    assert (
        people.delegate.post(f"{where}/derogation", data=sent | {"reason": "Une prestation"}).status_code
        == 302
    )
    assert "Écartée : Une prestation" in people.manager.get(where).text.replace("\xa0", " ")
    assert people.delegate.post(f"{where}/annoncer").status_code == 302
    forged = people.delegate.post(f"{where}/derogation", data={"code": "lead", "member": "", "reason": "x"})
    assert forged.status_code == 409


def test_proposing_nobody_or_somebody_who_is_not_registered(people: People, group: Bid) -> None:
    where = f"/reponses/{group.id}/proposer"
    nobody = people.delegate.post(where)
    assert nobody.status_code == 422
    assert "Cochez les structures" in nobody.text
    assert people.delegate.post(where, data={"members": make_member().id}).status_code == 409
    assert people.delegate.post(where, data={"members": "9" * 18}).status_code == 409


def test_taking_a_place_back_needs_a_word(people: People, group: Bid) -> None:
    seat = db.session.scalars(select(Seat).where(Seat.member_id == people.second.id)).one()
    empty = people.delegate.post(f"/places/{seat.id}/retirer")
    assert empty.status_code == 422
    assert people.delegate.post(f"/places/{seat.id}/retirer", data={"reason": "Complet"}).status_code == 302
    assert people.rival.get(f"/reponses/{group.id}").status_code == 404
    assert "Complet" not in people.manager.get(f"/reponses/{group.id}").text


def test_giving_an_answer_up(people: People, group: Bid) -> None:
    where = f"/reponses/{group.id}"
    assert people.delegate.post(f"{where}/abandonner").status_code == 422
    assert people.delegate.post(f"{where}/abandonner", data={"reason": "Trop peu"}).status_code == 302
    page = people.manager.get(where).text
    assert "Cette réponse a été abandonnée" in page
    assert "Trop peu" in page
    assert group.name in people.manager.get("/reponses?liste=passees").text
    assert group.name not in people.manager.get("/reponses").text


def test_a_result_is_one_of_three(people: People, group: Bid) -> None:
    moment = {"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": "R1"}
    assert people.delegate.post(f"/reponses/{group.id}/resultat", data={"result": "lost"}).status_code == 409
    people.delegate.post(f"/reponses/{group.id}/depot", data=moment)
    for forged in ("", "submitted", "x"):
        answer = people.delegate.post(f"/reponses/{group.id}/resultat", data={"result": forged})
        assert answer.status_code == 422
    assert people.delegate.post(f"/reponses/{group.id}/resultat", data={"result": "lost"}).status_code == 302


def test_what_was_won_shows_until_when_the_buyer_cannot_sign(people: People, group: Bid) -> None:
    """R2182-1: eleven days after the decision was sent; the page says it as the mail will (N9)."""
    tender = db.session.get(Tender, group.tender_id)
    tender.procedure = Procedure.OPEN
    db.session.flush()
    where, moment = (
        f"/reponses/{group.id}",
        {"at-date": "2026-03-02", "at-time": "10:30", "receipt_number": "R1"},
    )
    people.delegate.post(f"{where}/depot", data=moment)
    tomorrow = clock.now().astimezone(clock.PARIS).date() + timedelta(days=1)
    said = {"result": "awarded", "sent_on": tomorrow.isoformat()}
    answer = people.delegate.post(f"{where}/resultat", data=said)
    assert answer.status_code == 422
    assert "dans le futur" in answer.text
    answer = people.delegate.post(f"{where}/resultat", data=said | {"sent_on": "03/03/2026"})
    assert answer.status_code == 302
    page = people.manager.get(where).text.replace("\xa0", " ")
    assert "Fin du délai de suspension (standstill)" in page
    assert "14 mars 2026 à 23 h 59" in page


def test_after_the_freeze_the_page_offers_no_change(people: People, group: Bid) -> None:
    """R2142-26."""
    due = db.session.scalar(
        select(Deadline.due_at).where(
            Deadline.subject_id == people.tender.id, Deadline.kind == DeadlineKind.SUBMISSION
        )
    )
    with clock.at(due + timedelta(seconds=1)):
        page = people.delegate.get(f"/reponses/{group.id}").text
        assert "figé depuis" in page
        offered = {action.rsplit("/", 1)[1] for action in actions_of(page)}
        assert not offered & {"proposer", "forme", "mandataire", "retirer", "annoncer"}
        assert "depot" in offered
        answer = people.delegate.post(f"/reponses/{group.id}/mandataire", data={"lead": people.second.id})
        assert answer.status_code == 409
        assert "R2142-26" in answer.text


def test_a_cancelled_tender_asks_for_nothing_more(people: People, group: Bid) -> None:
    people.tender.cancelled_at, people.tender.cancel_reason = clock.now(), "Sans suite"
    db.session.flush()
    for browser in (people.manager, people.delegate):
        page = browser.get(f"/reponses/{group.id}").text
        assert "Ce marché est annulé" in page
        assert "Sans suite" in page
        assert not any("/reponses/" in action or "/places/" in action for action in actions_of(page))


def test_the_list_says_what_awaits_me(people: People, group: Bid) -> None:
    waiting = make_bid(people.tender, members=[people.first], confirmed=False, name="Une autre")
    page = people.manager.get("/reponses").text
    assert page.count("Votre réponse est attendue") == 1
    assert f"/reponses/{waiting.id}" in page
    assert "Collèges" in page
    empty = people.rival.get("/reponses?liste=passees")
    assert "Aucune réponse passée" in empty.text
    for strange in ("0", "-1", "x", "9" * 30):
        assert people.manager.get(f"/reponses?avant={strange}").status_code == 200


@pytest.mark.parametrize("size", [1, 12])
def test_statements_whatever_the_size(people: People, group: Bid, size: int) -> None:
    """Bid page ≤ 10, the signed-in person's own not counted."""
    for _ in range(size):
        one = make_participation(people.tender, sites=people.tender.lots[0].sites)
        make_seat(group, db.session.get_one(type(people.first), one.member_id))
        make_bid(people.tender, members=[db.session.get_one(type(people.first), one.member_id)])
        people.delegate.post(
            f"/reponses/{group.id}/forme", data={"form": "solidary" if size % 2 else "joint"}
        )
    for browser in (people.manager, people.delegate, people.contributor):
        with counted(account=True) as sent:
            assert browser.get(f"/reponses/{group.id}").status_code == 200
        assert len(sent) <= 10 + PERSON, "\n".join(sent)
        with counted(account=True) as sent:
            assert browser.get("/reponses").status_code == 200
        assert len(sent) <= 1 + PERSON
    with counted(account=True) as sent:
        assert people.delegate.get(coordination(people)).status_code == 200
    assert len(sent) <= 12 + PERSON, "\n".join(sent)


def test_what_is_refused_says_once_that_nothing_is_saved(people: People, group: Bid) -> None:
    """Where it was typed; above all stands where to look."""
    for path, fields, place in (
        (f"/reponses/{group.id}/depot", {}, "deposit"),
        (f"/reponses/{group.id}/forme", {"form": "x"}, "form-and-lead"),
        (f"/reponses/{group.id}/abandonner", {}, "give-up"),
        (f"{coordination(people)}/ouvrir", {"name": "", "lots": people.lots[0]}, "open"),
    ):
        answer = people.delegate.post(path, data=fields)
        assert answer.status_code == 422, path
        assert answer.text.count("Rien n’est encore enregistré") == 1, path
        assert f'<a href="#{place}">' in answer.text
        assert f'id="{place}"' in answer.text
