"""By when a place is to be answered and a group to be settled: one date, wherever it is told."""

from datetime import timedelta

from sqlalchemy import select

from procurement.bids.models import Bid
from procurement.bids.rules import composition_by
from procurement.core import clock, i18n
from procurement.core.db import db
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import Tender
from tests.factories import make_bid, make_deadline, make_participation, make_seat
from tests.web.bids.conftest import People


def asked(people: People) -> Bid:
    """A group in which one structure's word is awaited."""
    for member in (people.first, people.second):
        make_participation(people.tender, member)
    bid = make_bid(people.tender, lead=people.first)
    make_seat(bid, people.second, confirmed=False)
    return bid


def wanted_by(people: People) -> str:
    tender = db.session.get_one(Tender, people.tender.id)
    by = composition_by(tender.due_at, tender.registrations_close_at)
    return i18n.format_short(by, "fr", clock.PARIS), i18n.format_instant(by, "fr", clock.PARIS)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_a_place_that_waits_has_one_date_for_all(people: People) -> None:
    bid = asked(people)
    short, whole = (plain(one) for one in wanted_by(people))
    for browser in (people.delegate, people.rival):
        page = plain(browser.get(f"/reponses/{bid.id}").text)
        assert f"Réponse attendue avant le {whole}" in page
        assert "Possible jusqu’au" not in page
    assert f"avant le {short}" in plain(people.delegate.get("/").text)
    assert f"Votre réponse est attendue avant le {short}" in plain(people.rival.get("/").text)
    assert f"À régler avant le {whole}" in plain(people.manager.get(f"/reponses/{bid.id}").text)


def test_once_it_has_passed_the_page_says_until_when_it_is_still_possible(people: People) -> None:
    bid = asked(people)
    due = db.session.get_one(Tender, people.tender.id).due_at
    with clock.at(due - timedelta(hours=1)):
        page = plain(people.rival.get(f"/reponses/{bid.id}").text)
        assert "Encore possible jusqu’au" in page
        assert "R2142-26" in page
    assert "Encore possible jusqu’au" not in plain(people.rival.get(f"/reponses/{bid.id}").text)


def test_applications_that_come_first_bring_the_date_forward(people: People) -> None:
    """R2142-26: they freeze the group."""
    bid = asked(people)
    tender = db.session.get_one(Tender, people.tender.id)
    freeze = tender.due_at - timedelta(days=3)
    make_deadline(tender, DeadlineKind.APPLICATIONS, freeze)
    by = composition_by(freeze, tender.registrations_close_at)
    short = plain(i18n.format_short(by, "fr", clock.PARIS))
    assert plain(i18n.format_instant(by, "fr", clock.PARIS)) in plain(
        people.rival.get(f"/reponses/{bid.id}").text
    )
    assert f"avant le {short}" in plain(people.delegate.get("/").text)
    assert f"avant le {short}" in plain(people.rival.get("/").text)


def test_registrations_without_an_end_of_their_own_change_nothing(people: People) -> None:
    """They stay open until the group freezes: the screens that read that instant tell what the group's page tells."""
    bid = asked(people)
    tender = db.session.get_one(Tender, people.tender.id)
    for due in db.session.scalars(select(Deadline).where(Deadline.kind == DeadlineKind.REGISTRATION_CLOSE)):
        db.session.delete(due)
    freeze = tender.due_at - timedelta(days=3)
    make_deadline(tender, DeadlineKind.APPLICATIONS, freeze)
    db.session.refresh(tender)
    assert tender.registrations_close_at == freeze
    by = composition_by(freeze, None)
    short, whole = (
        plain(i18n.format_short(by, "fr", clock.PARIS)),
        plain(i18n.format_instant(by, "fr", clock.PARIS)),
    )
    assert f"Réponse attendue avant le {whole}" in plain(people.rival.get(f"/reponses/{bid.id}").text)
    assert f"Votre réponse est attendue avant le {short}" in plain(people.rival.get("/").text)
