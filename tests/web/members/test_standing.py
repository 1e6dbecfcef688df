"""What a structure offers, holds and is linked with, as people record and look for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock, events
from procurement.members.models import LinkNature, Mark, MemberKind, MemberLabel, MemberLink
from tests.factories import make_bid, make_delegate, make_manager, make_member, make_tender

OFFER = {
    "skills": "Remplacements en collèges",
    "territory": ["14"],
    "phone": "",
    "services": ["staffing", "training"],
    "trades": ["9091"],
    "other_cpv": "77211000, 90911200-8; 98341120-2",
    "areas": "Caen la Mer\n\n  Bayeux   Intercom \ncaen la mer",
    "capacity_hours": "1 200",
    "capacity_note": "hors vacances",
    "website": "www.example.org/ai",
}


def test_a_manager_says_what_it_offers_and_others_find_it(browser_of, session):
    member, other = make_member(), make_member()
    browser = browser_of(make_manager(member))
    assert "Reste à dire" in browser.get(f"/structures/{member.id}").text
    answer = browser.post(f"/structures/{member.id}/modifier", data=OFFER | {"version": 1})
    assert answer.status_code == 302
    assert member.services == ["staffing", "training"]
    # 90911200 begins with 9091, which stands for it already.
    assert member.cpv == ["77211", "9091", "9834112"]
    assert member.areas == ["Caen la Mer", "Bayeux Intercom"]
    assert (member.capacity_hours, member.website) == (1200, "https://www.example.org/ai")
    page = browser_of(make_manager(other)).get(f"/structures/{member.id}").text
    for words in ("Nettoyage de locaux", "Bayeux Intercom", "1 200 heures", "hors vacances"):
        assert words in page.replace("\u202f", " ")
    assert "Reste à dire" not in page
    found = browser_of(make_manager(other)).get("/structures?service=staffing&q=intercom").text
    assert member.name in found
    assert other.name not in found


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("other_cpv", "9091, ménage", "« ménage » n’est pas un code CPV"),
        ("areas", "x" * 81, "Un nom par ligne"),
        ("capacity_hours", "0", "heures entières par semaine"),
        ("website", "javascript://example.org/", "Cette adresse de site semble fausse"),
        ("website", "https://www.coorace.org@elsewhere.example", "Cette adresse de site semble fausse"),
        ("website", "http://[", "Cette adresse de site semble fausse"),
        ("services", ["magic"], "magic"),
    ],
)
def test_what_cannot_be_taken_is_told_and_kept(browser_of, field, value, words):
    member = make_member()
    answer = browser_of(make_manager(member)).post(
        f"/structures/{member.id}/modifier", data=OFFER | {"version": 1, field: value}
    )
    assert answer.status_code == 422
    assert words in answer.text.replace("\u00a0", " ")
    assert "Remplacements en collèges" in answer.text
    assert member.services == []


def test_whoever_comes_second_sees_what_the_first_recorded(browser_of):
    member = make_member()
    first, second = browser_of(make_manager(member)), browser_of(make_delegate())
    first.post(f"/structures/{member.id}/modifier", data=OFFER | {"version": 1})
    whole = OFFER | {
        "name": member.name,
        "kind": "ai",
        "siret": member.siret,
        "town": member.town,
        "department": "14",
        "areas": "Falaise",
        "version": 1,
    }
    answer = second.post(f"/structures/{member.id}/modifier", data=whole)
    assert answer.status_code == 409
    assert "Bayeux Intercom" in answer.text
    assert "Falaise" in answer.text
    assert member.areas == ["Caen la Mer", "Bayeux Intercom"]


def test_a_label_is_recorded_seen_in_the_directory_and_taken_away(browser_of, session):
    member, other = make_member(), make_member()
    browser = browser_of(make_manager(member))
    today = clock.today()
    sent = {
        "mark": "cedre",
        "from_on": (today - timedelta(days=400)).isoformat(),
        "until_on": today.isoformat(),
    }
    assert browser.post(f"/structures/{member.id}/labels", data=sent).status_code == 302
    label = session.scalars(select(MemberLabel)).one()
    assert (label.mark, label.until_on) == (Mark.CEDRE, today)
    visitor = browser_of(make_manager(other))
    assert "CEDRE ISO 9001" in visitor.get(f"/structures/{member.id}").text
    assert member.name in visitor.get("/structures?label=cedre").text
    label.until_on = today - timedelta(days=1)
    session.flush()
    assert "Échu le" in visitor.get(f"/structures/{member.id}").text
    assert member.name not in visitor.get("/structures?label=cedre").text
    taken = browser.post(f"/structures/{member.id}/labels/{label.id}/retirer")
    assert taken.status_code == 302
    assert session.scalar(select(MemberLabel)) is None
    verbs = [event.verb for event in events.history([("member", member.id)])]
    assert verbs[:2] == ["label_removed", "label_added"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mark": "other"}, "Indiquez le nom du label."),
        ({"until_on": "2020-01-01"}, "Son dernier jour vient avant le premier."),
        ({"from_on": ""}, "Indiquez le jour depuis lequel il est détenu."),
    ],
)
def test_a_label_that_says_too_little_is_refused(browser_of, session, changed, words):
    member = make_member()
    sent = {"mark": "cap", "from_on": "2026-01-01"} | changed
    answer = browser_of(make_manager(member)).post(f"/structures/{member.id}/labels", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalar(select(MemberLabel)) is None


def test_linked_structures_are_named_on_both_pages(browser_of, session):
    agency, sister = make_member(MemberKind.ETTI), make_member(MemberKind.AI)
    browser = browser_of(make_manager(agency))
    sent = {"other": sister.id, "nature": "sister"}
    assert browser.post(f"/structures/{agency.id}/liens", data=sent).status_code == 302
    assert browser.post(f"/structures/{agency.id}/liens", data=sent).status_code == 302
    link = session.scalars(select(MemberLink)).one()
    assert agency.name in browser.get(f"/structures/{sister.id}").text
    assert sister.name in browser.get(f"/structures/{agency.id}").text
    # The other one's manager may say that it no longer holds.
    theirs = browser_of(make_manager(sister))
    assert theirs.post(f"/structures/{sister.id}/liens/{link.id}/retirer").status_code == 302
    assert session.scalar(select(MemberLink)) is None
    for member in (agency, sister):
        verbs = [event.verb for event in events.history([("member", member.id)])]
        assert verbs[:2] == ["members_unlinked", "members_linked"]


def test_a_standing_group_needs_a_ges(browser_of, session):
    ges, first, second = make_member(MemberKind.GES), make_member(), make_member()
    browser = browser_of(make_delegate())
    wrong = browser.post(
        f"/structures/{first.id}/liens", data={"other": second.id, "nature": "standing_group"}
    )
    assert wrong.status_code == 422
    assert "Aucune des deux n’est un GES" in wrong.text
    right = browser.post(f"/structures/{first.id}/liens", data={"other": ges.id, "nature": "standing_group"})
    assert right.status_code == 302
    assert session.scalars(select(MemberLink.nature)).all() == [LinkNature.STANDING_GROUP]
    assert (
        browser.post(f"/structures/{first.id}/liens", data={"other": 999_999, "nature": "sister"}).status_code
        == 422
    )


def test_labels_and_links_of_others_are_out_of_reach(browser_of, session):
    member, other = make_member(), make_member()
    mine = browser_of(make_manager(member))
    mine.post(f"/structures/{member.id}/labels", data={"mark": "cap", "from_on": "2026-01-01"})
    label = session.scalars(select(MemberLabel)).one()
    theirs = browser_of(make_manager(other))
    assert theirs.post(f"/structures/{member.id}/labels/{label.id}/retirer").status_code == 403
    assert theirs.post(f"/structures/{other.id}/labels/{label.id}/retirer").status_code == 404
    assert session.scalars(select(MemberLabel)).all() == [label]


def test_a_structure_leaves_once_no_group_counts_on_it(browser_of, session):
    member = make_member()
    manager = make_manager(member)
    bid = make_bid(make_tender(), members=[member])
    browser = browser_of(make_delegate())
    address = f"/structures/{member.id}/depart"
    assert bid.name in browser.get(address).text
    held = browser.post(address, data={"version": member.version})
    assert held.status_code == 409
    assert member.left_at is None
    bid.withdrawn_at = clock.now()
    session.flush()
    assert browser.post(address, data={"version": member.version - 1}).status_code == 409
    assert browser.post(address, data={"version": member.version}).status_code == 302
    assert member.left_at is not None
    assert browser.get(f"/structures/{member.id}").status_code == 404
    assert member.name not in browser.get("/structures").text
    assert browser_of(manager).get("/structures").status_code == 403
    assert events.history([("member", member.id)])[0].verb == "member_left"
