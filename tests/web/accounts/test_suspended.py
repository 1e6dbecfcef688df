"""An address that refuses our mail, on the pages of whom it concerns (N30)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.notifications.models import Bounce
from procurement.notifications.queries.told import MessageState
from procurement.notifications.returns import Verdict
from tests.factories import make_delegate, make_manager, make_member, make_tender, paris
from tests.factories.messages import make_message

NOON = paris(2026, 12, 2, 12)
REFUSED = "smtp; 550 5.1.1 <anne@example.org> no such user"


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(NOON):
        yield


@pytest.fixture
def anne():
    """A manager whose address is suspended since that morning."""
    user = make_manager(
        make_member(name="AI Bayeux", phone="02 31 00 00 14"), name="Anne", email="anne@example.org"
    )
    user.mail_suspended_at, user.mail_fault = NOON - timedelta(hours=3), REFUSED
    db.session.flush()
    return user


def said(browser, path: str) -> str:
    """What a page says, without its tags and with single spaces."""
    page = browser.get(path)
    assert page.status_code == 200
    main = page.text.split("<main", 1)[-1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").split())


def verbs(user):
    own = select(Event.verb).where(Event.subject_type == "user_account", Event.subject_id == user.id)
    return db.session.scalars(own.order_by(Event.id)).all()


def test_the_person_sees_it_on_every_page_with_why_and_tries_again(browser_of, anne):  # N30
    browser = browser_of(anne)
    for path in ("/", "/marches", "/compte"):
        assert "Nos messages ne vous parviennent plus. Voir pourquoi, et y remédier" in said(browser, path)
    page = said(browser, "/compte/messages")
    assert "Depuis le mer. 2 déc., 9 h 00, nous n’envoyons plus rien à anne@example.org" in page
    assert REFUSED in page
    answer = browser.post("/compte/adresse/reessayer", follow_redirects=True)
    assert "Nous écrivons de nouveau à votre adresse." in unescape(answer.text)
    for path in ("/", "/compte", "/compte/messages"):
        assert "ne vous parviennent plus" not in said(browser, path)
        assert "n’envoyons plus rien" not in said(browser, path)
    assert verbs(anne) == ["address_revived"]


def test_an_address_that_is_well_is_not_revived(browser_of):
    user = make_manager()
    assert browser_of(user).post("/compte/adresse/reessayer").status_code == 302
    assert verbs(user) == []


def test_the_office_sees_whose_address_refuses_and_tries_it_again(browser_of, anne):  # N30
    browser = browser_of(make_delegate(name="Legal delegate"))
    assert "Anne Messages non reçus anne@example.org" in said(browser, "/personnes")
    page = said(browser, f"/personnes/{anne.id}")
    assert "nous n’envoyons plus rien à anne@example.org" in page
    assert REFUSED in page
    assert "AI Bayeux – 02 31 00 00 14" in page
    assert 'href="tel:0231000014"' in browser.get(f"/personnes/{anne.id}").text
    assert browser.post(f"/personnes/{anne.id}/adresse").location == f"/personnes/{anne.id}"
    page = said(browser, f"/personnes/{anne.id}")
    assert "n’envoyons plus rien" not in page
    assert re.search("Adresse essayée de nouveau.*Legal delegate", page)
    assert "Anne Messages non reçus" not in said(browser, "/personnes")


def test_what_a_server_said_is_shown_as_text(browser_of, anne):
    anne.mail_fault = "550 <script>alert(1)</script>"
    db.session.flush()
    for reader, path in ((anne, "/compte/messages"), (make_delegate(), f"/personnes/{anne.id}")):
        page = browser_of(reader).get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page


def test_the_page_of_health_lists_addresses_and_counts_what_came_back(browser_of, anne):
    for number, verdict in enumerate((*Verdict, Verdict.FORGED, Verdict.FORGED)):
        db.session.add(Bounce(at=NOON, verdict=verdict, digest=f"test:{number}"))
    db.session.add(Bounce(at=NOON - timedelta(days=31), verdict=Verdict.HARD, digest="test:old"))
    db.session.flush()
    page = said(browser_of(make_delegate()), "/sante")
    assert "Adresses qui refusent nos messages Anne anne@example.org suspendue le mer. 2 déc., 9 h 00" in page
    assert REFUSED in page
    assert (
        "Refusés pour de bon, en trente jours 1 Non remis cette fois 1 Perdus pour une autre cause que l’adresse 1 "
        "Retardés en chemin 1 Contrefaits : comptés contre personne 3 Non compris 1" in page
    )


def test_the_page_of_health_lists_what_left_and_came_back(browser_of):  # N31
    browser = browser_of(make_delegate())
    assert (
        "revenu"
        not in said(browser, "/sante").split("Adresses qui refusent", 1)[1].split("Refusés pour", 1)[0]
    )
    tender = make_tender()
    back = make_message(tender, make_manager(name="Anne"), MessageState.RETURNED)
    make_message(tender, make_manager(), MessageState.RETURNED, at=NOON - timedelta(days=40))
    page = said(browser, "/sante")
    assert "1 message est parti et revenu Anne" in page
    assert "smtp; 550 5.1.1 no such user" in page
    assert f'href="/messages/{back.delivery_id}"' in browser.get("/sante").text
