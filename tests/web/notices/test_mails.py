"""The page of mails that were left aside: why, taken up with one press, dropped."""

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.notices.forwarded.message import read_mail
from procurement.notices.forwarded.taking import leave_aside
from procurement.notices.models import Aside, ForwardedMail, MailState
from procurement.tenders.models import Tender
from tests.counting import counted
from tests.factories import make_delegate, make_manager, paris
from tests.notices.forwarded_mails import BOX, PDF, mail


@pytest.fixture(autouse=True)
def _clock(app):
    with clock.at(paris(2026, 11, 24, 9)):
        yield


@pytest.fixture
def office(browser_of):
    return browser_of(make_delegate())


def waiting(number=1, why=Aside.STRANGER, **values) -> ForwardedMail:
    leave_aside(read_mail(mail("stranger@x.example", number=number, **values)), why)
    return db.session.scalars(select(ForwardedMail).order_by(ForwardedMail.id.desc())).first()


def test_nothing_waits(office):
    page = office.get("/sources/courriels").text
    assert "Aucun courriel n’attend" in page
    assert BOX in page
    assert BOX in office.get("/sources").text
    assert BOX in office.get("/marches/coller").text


def test_each_says_from_whom_and_why_and_hurts_nobody(office):
    waiting(subject="<script>alert(1)</script>", files=[("plan.pdf", PDF)])
    page = office.get("/sources/courriels").text
    assert "stranger@x.example" in page
    assert "Aucun compte ouvert ne porte cette adresse." in page
    assert "plan.pdf" in page
    assert "<script>alert" not in page
    assert "1 courriel mis de côté" in office.get("/sources").text


def test_one_press_makes_it_a_draft_and_a_second_says_so(office):
    one = waiting()
    answer = office.post(f"/sources/courriels/{one.id}/brouillon")
    tender = db.session.scalars(select(Tender)).one()
    assert answer.location == f"/marches/{tender.id}/modifier"
    assert (tender.source, tender.reference) == ("mail", "2026-S-041")
    assert (one.state, one.tender_id) == (MailState.TAKEN, tender.id)
    assert "a été traité entre-temps" in office.post(f"/sources/courriels/{one.id}/ecarter").text
    assert "Aucun courriel n’attend" in office.get("/sources/courriels").text


def test_what_is_here_already_leads_to_its_tender(office):
    office.post(f"/sources/courriels/{waiting().id}/brouillon")
    answer = office.post(f"/sources/courriels/{waiting(2).id}/brouillon")
    tender = db.session.scalars(select(Tender)).one()
    assert answer.location == f"/marches/{tender.id}"


def test_it_is_dropped(office):
    one = waiting()
    office.post(f"/sources/courriels/{one.id}/ecarter")
    db.session.refresh(one, ["text"])
    assert (one.state, one.text) == (MailState.DROPPED, "")


def test_one_without_text_is_not_made_a_draft(office):
    leave_aside(read_mail(b"From: a@b.example\r\n\r\n"), Aside.EMPTY)
    [one] = db.session.scalars(select(ForwardedMail))
    assert (
        "brouillon" not in office.get("/sources/courriels").text.partition("<main")[2].partition("row-end")[2]
    )
    assert "ne contient pas de texte" in office.post(f"/sources/courriels/{one.id}/brouillon").text


def test_it_is_the_delegates_alone(browser_of):
    one = waiting()
    manager = browser_of(make_manager())
    assert manager.get("/sources/courriels").status_code == 403
    assert manager.post(f"/sources/courriels/{one.id}/brouillon").status_code == 403


def test_more_mails_are_no_more_statements(office):
    waiting()
    with counted() as few:
        office.get("/sources/courriels")
    for number in range(2, 60):
        waiting(number)
    with counted() as many:
        page = office.get("/sources/courriels").text
    assert len(many) == len(few)
    assert "before=" in page
