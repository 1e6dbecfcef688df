"""The grid of a group: whose offer each person sees there, and hours that count once."""

import pytest

from procurement.bids.models import Bid
from procurement.core.db import db
from procurement.members.models import MemberKind
from tests.factories import make_bid, make_member, make_participation, make_seat
from tests.web.bids.conftest import People


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
