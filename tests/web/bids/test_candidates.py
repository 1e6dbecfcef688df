"""Whom the delegate proposes a place to: those of the group's lots first, with what they registered for."""

from procurement.bids.models import Bid
from tests.factories import make_bid, make_member, make_participation, make_tender
from tests.web.bids.conftest import People


def proposed(html: str) -> str:
    """The part of the page where places are proposed, its lines joined."""
    part = html.split('id="propose"')[1].split("</form>", maxsplit=1)[0]
    return " ".join(part.replace("\xa0", " ").split())


def labels(html: str) -> list[str]:
    """The text beside each box, in order."""
    return [one.split("</label>")[0] for one in proposed(html).split("<label ")[1:]]


def test_those_of_the_group_s_lots_come_first_with_lots_sites_and_hours(people: People) -> None:
    one, two = people.tender.lots
    make_participation(people.tender, make_member(name="Ailleurs"), lots=[two], hours_a_week=12)
    make_participation(people.tender, make_member(name="Bientôt"), lots=[one], sites=one.sites[:1])
    make_participation(
        people.tender,
        make_member(name="Les deux"),
        lots=[one, two],
        sites=[*one.sites, *two.sites],
        hours_a_week=None,
        would_lead=True,
    )
    make_participation(people.tender, people.first, lots=[one], sites=one.sites[:1])
    bid = make_bid(people.tender, lead=people.first)
    page = people.delegate.get(f"/reponses/{bid.id}").text
    first, second, third = labels(page)
    assert "Les deux" in first
    for words in (
        "Lots 1, 2",
        "2 sites ici",
        "dont 1 sans personne",
        "heures non dites",
        "serait mandataire",
    ):
        assert words in first
    assert "Bientôt" in second
    for words in ("Lot 1", "1 site ici", "20 h par semaine"):
        assert words in second
    assert "sans personne" not in second
    assert "Ailleurs" in third
    for words in ("Lot 2", "12 h par semaine"):
        assert words in third
    assert "ici" not in third
    heads = proposed(page)
    assert heads.index("Inscrites pour le lot du groupement") < heads.index("Bientôt")
    assert heads.index("Bientôt") < heads.index("Inscrites pour d’autres lots") < heads.index("Ailleurs")


def test_what_was_ticked_stays_ticked(people: People, group: Bid) -> None:
    other = make_member()
    made = make_participation(people.tender, other)
    made.withdrawn_at = made.applied_at
    third = make_member()
    make_participation(people.tender, third)
    answer = people.delegate.post(
        f"/reponses/{group.id}/proposer", data={"members": [third.id, make_member().id]}
    )
    assert answer.status_code == 409
    (box,) = [part.split(">")[0] for part in proposed(answer.text).split("<input ") if "checkbox" in part]
    assert f'value="{third.id}"' in box
    assert "checked" in box


def test_a_tender_without_lots_has_no_headings(people: People) -> None:
    tender = make_tender()
    make_participation(tender, make_member(name="AI de Vire"))
    page = people.delegate.get(f"/reponses/{make_bid(tender, members=[people.first]).id}").text
    assert "AI de Vire" in proposed(page)
    assert "Inscrites pour" not in proposed(page)
