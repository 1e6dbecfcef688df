"""The grid of a group: whose offer each person sees there, and hours that count once."""

import pytest

from procurement.bids.models import Bid
from procurement.core.db import db
from procurement.members.models import MemberKind
from tests.factories import make_bid, make_member, make_participation, make_seat
from tests.web.bids.conftest import People, coordination


def cover(html: str) -> str:
    """The part of the page on who covers what, its lines joined."""
    return " ".join(
        html.split('id="cover"')[1].split("</section>", maxsplit=1)[0].replace("\xa0", " ").split()
    )


@pytest.fixture
def half(people: People) -> Bid:
    """A group on the first lot: one structure confirmed, for the first site; one proposed, for the second."""
    lot = people.tender.lots[0]
    for site in lot.sites:
        site.weekly_hours = 40
    make_participation(people.tender, people.first, lots=[lot], sites=lot.sites[:1], hours_a_week=31)
    make_participation(
        people.tender, people.second, lots=[lot], sites=lot.sites[1:], hours_a_week=33, brings="Six personnes"
    )
    bid = make_bid(people.tender, lead=people.first)
    make_seat(bid, people.second, confirmed=False)
    return bid


def test_what_a_place_that_waits_offers_is_seen_by_its_structure_and_the_delegate(
    people: People, half: Bid
) -> None:
    """The registration page promises it: what is offered is seen once in a group."""
    where = f"/reponses/{half.id}"
    seen = people.manager.get(where).text.replace("\xa0", " ")
    assert "AI de Lisieux" not in cover(seen)
    assert "31 h" in cover(seen)
    assert "s’affichera ici" in cover(seen)
    assert "33 h" not in seen
    assert "Six personnes" not in seen
    assert "Sites qu’aucun membre n’assurerait : 1 sur 2" in seen
    for browser in (people.rival, people.delegate):
        page = browser.get(where).text.replace("\xa0", " ")
        assert "AI de Lisieux" in cover(page)
        assert "33 h" in cover(page)
        assert "s’affichera ici" not in page
        assert "n’assurerait" not in page


def test_nor_whether_it_registered_for_these_lots(people: People, half: Bid) -> None:
    other = make_member(MemberKind.AI, name="AI de Vire")
    make_participation(people.tender, other, lots=people.tender.lots[1:])
    seat = make_seat(half, other, confirmed=False)
    words = "AI de Vire ne s’est pas inscrite pour ces lots"
    where = f"/reponses/{half.id}"
    assert words not in people.manager.get(where).text
    assert words in people.delegate.get(where).text
    seat.confirmed_at = seat.proposed_at
    db.session.flush()
    assert words in people.manager.get(where).text


# Hours count once.


@pytest.fixture
def loaded(people: People) -> Bid:
    """A group on the first lot, 80 h a week at two sites: one structure ticked both, for 60 h, and the other lot."""
    lot = people.tender.lots[0]
    for site in lot.sites:
        site.weekly_hours = 40
    make_participation(people.tender, people.first, sites=lot.sites, hours_a_week=60)
    make_participation(people.tender, people.second, lots=[lot], sites=lot.sites[:1], hours_a_week=5)
    return make_bid(people.tender, lead=people.first, members=[people.second], name="Caen ensemble")


def bar(html: str) -> str:
    """The hours that the bar is filled with."""
    return cover(html).split("<meter")[1].split('value="')[1].split('"')[0].removesuffix(".00")


OVER = "Ses sites demandent 80 h, elle en propose 60."
OTHER_LOT = "Elle propose les mêmes 60 h pour le lot 2 aussi."
TWICE = "comptent aussi dans Autre groupe"


def test_sites_that_ask_for_more_than_a_structure_offers(people: People, loaded: Bid) -> None:
    for browser in (people.delegate, people.manager, people.rival):
        page = browser.get(f"/reponses/{loaded.id}").text
        assert OVER in cover(page)
        assert "65 h</strong> couvertes par semaine, sur 80 h demandées" in cover(page)
        assert bar(page) == "65"
    assert OVER in cover(people.delegate.get(coordination(people)).text)


def test_two_structures_on_one_site_cover_it_once(people: People, loaded: Bid) -> None:
    lot = people.tender.lots[0]
    third = make_member(MemberKind.AI, name="AI de Vire")
    make_participation(people.tender, third, lots=[lot], sites=lot.sites[:1], hours_a_week=70)
    make_seat(loaded, third)
    page = cover(people.manager.get(f"/reponses/{loaded.id}").text)
    assert "80 h</strong> couvertes par semaine, sur 80 h demandées" in page


def test_hours_offered_for_another_lot_are_said_to_whoever_may_know(people: People, loaded: Bid) -> None:
    """A registration is its structure's and the delegate's."""
    where = f"/reponses/{loaded.id}"
    assert OTHER_LOT in cover(people.delegate.get(where).text)
    assert OTHER_LOT in cover(people.manager.get(where).text)
    assert "les mêmes" not in cover(people.rival.get(where).text)


def test_hours_counted_in_another_group_fill_no_bar(people: People, loaded: Bid) -> None:
    """G3: the other group isn't there for a member that isn't in it."""
    other = make_bid(people.tender, lots=people.tender.lots[1:], members=[people.first], name="Autre groupe")
    where = f"/reponses/{loaded.id}"
    for browser in (people.delegate, people.manager):
        page = browser.get(where).text
        assert TWICE in cover(page)
        assert "dont 60 h comptent aussi dans un autre groupement" in cover(page)
        assert bar(page) == "5"
    stranger = people.rival.get(where).text
    assert "Autre groupe" not in stranger
    assert "un autre groupement" not in cover(stranger)
    assert bar(stranger) == "65"
    other.withdrawn_at, other.withdrawn_reason = other.created_at, "Trop peu"
    db.session.flush()
    assert bar(people.delegate.get(where).text) == "65"


def test_the_whole_contract_s_grid_names_the_groups_that_count_the_same_hours(
    people: People, loaded: Bid
) -> None:
    words = "Ses 60 h comptent dans Caen ensemble, Autre groupe : elles ne peuvent être données deux fois."
    assert words not in cover(people.delegate.get(coordination(people)).text)
    other = make_bid(people.tender, members=[people.first], name="Autre groupe")
    page = cover(people.delegate.get(coordination(people)).text)
    assert words in page
    assert bar(people.delegate.get(coordination(people)).text) == "65"
    other.withdrawn_at = other.created_at
    db.session.flush()
    assert words not in cover(people.delegate.get(coordination(people)).text)
