"""The delegate's coordination page, and each group's own page, as each person sees and uses them."""

from sqlalchemy import func, select

from procurement.bids.models import Bid, Seat
from procurement.bids.rules import BidState, bid_state
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import Role
from tests.factories import (
    make_bid,
    make_delegate,
    make_member,
    make_participation,
    make_tender,
    make_user,
)
from tests.web.bids.conftest import People, actions_of, coordination, fields_of, fresh

# Coordination.


def test_the_delegate_sees_who_registered_and_what_nobody_covers(people: People) -> None:
    make_participation(
        people.tender,
        people.first,
        lots=people.tender.lots[:1],
        sites=people.tender.lots[0].sites[:1],
        brings="Trois personnes",
        seeks="Un relais",
        would_lead=True,
    )
    make_participation(
        people.tender, people.second, lots=[], not_for_us_at=clock.now(), not_for_us_reason="Loin"
    )
    page = people.delegate.get(coordination(people)).text
    for words in (
        "Trois personnes",
        "Un relais",
        "serait mandataire",
        "personne",
        "Loin",
        "sites sans personne",
    ):
        assert words in page
    for browser in (people.manager, people.contributor, people.rival):
        assert browser.get(coordination(people)).status_code == 403


def test_from_registration_to_result(people: People) -> None:
    """The whole life of an answer, by its pages."""
    for member in (people.first, people.second):
        make_participation(people.tender, member)
    sent = fields_of(people.delegate.get(coordination(people)).text, "/ouvrir")
    answer = people.delegate.post(
        f"{coordination(people)}/ouvrir", data=sent | {"name": "Caen ensemble", "lots": [people.lots[0]]}
    )
    where = answer.location
    assert where.startswith("/reponses/")

    page = people.delegate.get(where).text
    assert "un groupement compte au moins deux membres" in page
    sent = fields_of(page, "/proposer") | {"members": [people.first.id, people.second.id]}
    assert people.delegate.post(f"{where}/proposer", data=sent).status_code == 302

    for browser in (people.manager, people.rival):
        page = browser.get(where).text
        assert "Nous confirmons notre place" in page
        seat = next(action for action in actions_of(page) if action.endswith("/confirmer"))
        answer = browser.post(seat, data=fields_of(page, seat))
        assert answer.location == where
        assert "Votre place est confirmée" in browser.get(where).text

    assert "Choisissez la forme" in people.delegate.get(where).text
    people.delegate.post(
        f"{where}/forme", data={"form": "joint", "contract_form": "joint_with_solidary_lead"}
    )
    people.delegate.post(f"{where}/mandataire", data={"lead": people.first.id})
    page = people.delegate.get(where).text
    assert "Groupement conjoint avec mandataire solidaire" in page
    assert "annoncez-le" in page
    people.delegate.post(f"{where}/annoncer", data=fields_of(page, "/annoncer"))

    page = people.manager.get(where).text
    assert "Déposez sur la plateforme" in page
    day = clock.today()
    moment = {"at-date": day.isoformat(), "at-time": "00:00", "receipt_number": "2026-A-17"}
    assert people.manager.post(f"{where}/depot", data=moment).status_code == 302
    page = people.rival.get(where).text
    assert "2026-A-17" in page
    assert "On attend la décision" in page

    people.delegate.post(f"{where}/examen")
    people.delegate.post(f"{where}/resultat", data={"result": "awarded"})
    assert "Le groupement a remporté ce marché" in people.manager.get(where).text
    bid = db.session.scalars(select(Bid)).one()
    assert bid_state(fresh(bid)) is BidState.AWARDED


def test_turning_down_with_the_word_that_it_may_answer_alone(people: People) -> None:
    """Domain 1.12 e."""
    made = make_participation(people.tender, people.first)
    page = people.delegate.get(coordination(people)).text
    action = f"/inscriptions/{made.id}/decliner"
    sent = fields_of(page, action)
    assert "libre de répondre seule" in sent["reason"][0]
    empty = people.delegate.post(action, data=sent | {"reason": ""})
    assert empty.status_code == 422
    assert "Écrivez un mot" in empty.text
    assert people.delegate.post(action, data=sent).status_code == 302
    seen = people.manager.get(f"/marches/{people.tender.id}").text
    assert "libre de répondre seule" in seen
    for browser in (people.manager, people.rival):
        assert browser.post(action, data=sent).status_code == 403
    assert people.delegate.post("/inscriptions/999999/decliner", data={"reason": "x"}).status_code == 404


def test_a_group_refused_keeps_what_was_typed(people: People) -> None:
    other = make_tender()
    make_bid(people.tender, name="Caen ensemble")
    for fields, words in (
        ({"name": "Caen ensemble", "lots": people.lots[0]}, "porte déjà ce nom"),
        ({"name": "", "lots": people.lots[0]}, "Donnez un nom"),
        ({"name": "Nouveau"}, "Choisissez au moins un lot"),
        ({"name": "Nouveau", "lots": other.lots[0].id}, "choisissez de nouveau"),
    ):
        answer = people.delegate.post(f"{coordination(people)}/ouvrir", data=fields)
        assert answer.status_code == 422
        assert words in answer.text
        assert fields_of(answer.text, "/ouvrir")["name"] == [fields["name"]]


def test_two_delegates_share_the_groups(people: People, group: Bid) -> None:
    """Domain 1.12 e: each of two facing groups has its own coordinator."""
    assert "Coordonné par" not in people.delegate.get(coordination(people)).text
    other = make_delegate(name="Autre déléguée")
    page = people.delegate.get(coordination(people)).text
    assert "Autre déléguée" in page
    answer = people.delegate.post(f"/reponses/{group.id}/coordination", data={"coordinator": other.id})
    assert answer.status_code == 302
    assert fresh(group).coordinator_id == other.id
    for forged in (people.manager_user.id, "x", "9" * 30):
        answer = people.delegate.post(f"/reponses/{group.id}/coordination", data={"coordinator": forged})
        assert answer.status_code == 422


# The wall (G3).


def test_another_group_is_not_there(people: People, group: Bid) -> None:
    """G3: a member of group A gets 404 on group B, whatever it tries, and its lists say nothing of it."""
    outsider = make_bid(people.tender, members=[make_member()], name="Groupe secret")
    seat = db.session.scalars(select(Seat).where(Seat.bid_id == outsider.id)).one()
    assert people.manager.get(f"/reponses/{outsider.id}").status_code == 404
    for path, data in (
        (f"/places/{seat.id}/confirmer", {}),
        (f"/places/{seat.id}/refuser", {"reason": "x"}),
        (
            f"/reponses/{outsider.id}/depot",
            {"at-date": "2026-01-01", "at-time": "10:00", "receipt_number": "R"},
        ),
        (f"/reponses/{outsider.id}/depot", {}),
    ):
        assert people.manager.post(path, data=data).status_code == 404, path
    for path in ("/reponses", f"/reponses/{group.id}", f"/marches/{people.tender.id}", "/"):
        page = people.manager.get(path, follow_redirects=True)
        assert page.status_code == 200
        assert "Groupe secret" not in page.text
    assert db.session.scalar(select(func.count()).where(Event.subject_type == "bid")) == 0


def test_who_left_is_a_stranger_again(people: People, group: Bid) -> None:
    """G3."""
    page = people.manager.get(f"/reponses/{group.id}").text
    refuse = next(action for action in actions_of(page) if action.endswith("/refuser"))
    answer = people.manager.post(refuse, data={"reason": "Plus de personnel"})
    assert answer.location == "/reponses"
    assert people.manager.get(f"/reponses/{group.id}").status_code == 404
    assert people.manager.post(refuse, data={}).status_code == 404
    assert "Plus de personnel" in people.delegate.get(f"/reponses/{group.id}").text
    assert "Plus de personnel" not in people.rival.get(f"/reponses/{group.id}").text


def test_a_member_is_not_told_of_the_rival_group(people: People, group: Bid) -> None:
    """G3: only the delegate and the structure itself hear of another group."""
    make_bid(people.tender, lots=people.tender.lots[1:], lead=people.first)
    words = "aussi mandataire d’une autre réponse"
    assert words in people.delegate.get(f"/reponses/{group.id}").text
    assert words in people.manager.get(f"/reponses/{group.id}").text
    assert words not in people.rival.get(f"/reponses/{group.id}").text


def test_observers_and_administrators_have_no_groups(people: People, group: Bid, browser_of) -> None:
    for role in (Role.OBSERVER, Role.NETWORK_ADMIN):
        browser = browser_of(make_user(roles=[role]))
        for path in ("/reponses", f"/reponses/{group.id}", coordination(people)):
            assert browser.get(path).status_code == 403


def test_a_structure_whose_word_is_awaited_is_shown_as_offered_a_place(people: People) -> None:
    """And can't be told that no group takes it: the place is taken back first."""
    made = make_participation(people.tender, people.first)
    make_participation(people.tender, people.second)
    bid = make_bid(people.tender, members=[people.first], confirmed=False, name="Caen ensemble")
    page = people.delegate.get(coordination(people)).text
    row = page.split(f'id="registration-{made.id}"')[1].split('<li id="registration-', 1)[0]
    assert "Place proposée" in row
    assert ">Inscrite<" not in row
    assert f'<a href="/reponses/{bid.id}">Caen ensemble</a>' in row
    assert f"/inscriptions/{made.id}/decliner" not in actions_of(page)
    assert page.count("Place proposée") == 1
    bid.withdrawn_at, bid.withdrawn_reason = clock.now(), "Trop peu"
    db.session.flush()
    page = people.delegate.get(coordination(people)).text
    assert "Place proposée" not in page
    assert f"/inscriptions/{made.id}/decliner" in actions_of(page)
