"""How those of a group reach each other from its page."""

from urllib.parse import unquote

import pytest

from procurement.bids.models import Bid
from procurement.core.db import db
from procurement.core.policy import MembershipRole
from tests.factories import make_bid, make_manager, make_member, make_participation, make_seat, make_user
from tests.web.bids.conftest import People


@pytest.fixture
def room(people: People) -> Bid:
    """A group of both structures, coordinated by the delegate."""
    people.first.phone, people.second.phone = "02 31 00 00 01", "02 31 00 00 02"
    people.delegate_user.phone = "02 31 00 00 09"
    for member in (people.first, people.second):
        make_participation(people.tender, member)
    return make_bid(
        people.tender, lead=people.first, members=[people.second], coordinator_id=people.delegate_user.id
    )


def everybody(html: str) -> set[str]:
    """The addresses that the link to the whole group writes to; none where there is no such link."""
    found = [
        part.split("?", 1)[0] for part in html.split('href="mailto:')[1:] if "?subject=" in part.split('"')[0]
    ]
    return set(found[0].split(",")) if found else set()


def test_those_in_the_group_see_how_to_reach_each_other(people: People, room: Bid) -> None:
    others = make_manager(people.second, email="deuxieme@example.org", name="Responsable de Lisieux")
    make_user(memberships={people.second: MembershipRole.CONTRIBUTOR}, email="aide@example.org")
    for browser in (people.manager, people.contributor, people.delegate):
        page = browser.get(f"/reponses/{room.id}").text
        assert 'href="tel:0231000002"' in page
        assert f'<a href="mailto:{others.email}">Responsable de Lisieux</a>' in page
        assert 'href="tel:0231000009"' in page
        assert f'href="mailto:{people.delegate_user.email}"' in page
        assert "aide@example.org" not in page
        assert f'href="/marches/{people.tender.id}/documents"' in page
    page = people.manager.get(f"/reponses/{room.id}").text
    mine = people.manager_user.email
    assert {others.email, people.delegate_user.email} < everybody(page)
    assert mine not in everybody(page)
    assert room.name in unquote(page)
    assert mine in everybody(people.delegate.get(f"/reponses/{room.id}").text)


def test_who_left_or_is_asked_is_not_written_to(people: People, room: Bid) -> None:
    """Addresses are the group's, not the network's: before its yes a structure has those of its own and the delegate's."""
    gone = make_manager(people.second, email="partie@example.org", active=False)
    member = make_member()
    asked = make_manager(member, email="attendue@example.org")
    make_seat(room, member, confirmed=False)
    page = people.manager.get(f"/reponses/{room.id}").text
    assert gone.email not in page
    assert asked.email not in page
    assert asked.email in everybody(people.delegate.get(f"/reponses/{room.id}").text)


def test_whoever_is_only_asked_sees_names_and_the_delegate(people: People, room: Bid, browser_of) -> None:
    member = make_member()
    asked = make_manager(member)
    make_manager(member)
    seat = make_seat(room, member, confirmed=False)
    browser = browser_of(asked)
    page = browser.get(f"/reponses/{room.id}").text
    assert people.manager_user.email not in page
    assert people.manager_user.name in page
    assert not everybody(page)
    assert f'href="mailto:{people.delegate_user.email}"' in page
    seat.confirmed_at = seat.proposed_at
    db.session.flush()
    assert people.manager_user.email in everybody(browser.get(f"/reponses/{room.id}").text)
