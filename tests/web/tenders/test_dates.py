"""One date moved: from when to when and who is told, before it is done."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Tender, TenderKind
from procurement.tenders.operations import cancel_tender, move_deadline
from tests.factories import make_delegate, make_manager, make_participation, make_tender, paris

NOW = paris(2026, 11, 23, 9)
DUE = paris(2027, 1, 15)


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate())


@pytest.fixture
def tender(session):
    tender = make_tender(
        deadlines={DeadlineKind.SUBMISSION: DUE, DeadlineKind.REGISTRATION_CLOSE: DUE - timedelta(days=21)}
    )
    make_participation(tender)
    return tender


def typed(day="2027-01-22", hour="12:00", version="1", **more):
    return {"due_at-date": day, "due_at-time": hour, "version": version} | more


def due(session, tender):
    return session.scalar(select(Tender.due_at).where(Tender.id == tender.id))


def test_shown_first_then_done(delegate, session, tender):
    address = f"/marches/{tender.id}/dates/offres"
    page = delegate.get(address).text.replace("\u00a0", " ")
    assert "vendredi 15 janvier 2027 à 12 h 00 (heure de Paris)" in page
    shown = delegate.post(address, data=typed()).text.replace("\u00a0", " ")
    assert "vendredi 15 janvier 2027" in shown
    assert "vendredi 22 janvier 2027" in shown
    assert "1 structure inscrite est prévenue" in shown
    assert due(session, tender) == DUE  # nothing done yet
    done = delegate.post(address, data=typed(confirmed="yes"))
    assert done.location == f"/marches/{tender.id}"
    assert due(session, tender) == DUE + timedelta(days=7)


def test_the_end_of_the_contract_is_set_once_it_is_known(delegate, session, tender):
    address = f"/marches/{tender.id}/dates/fin-du-contrat"
    assert address in delegate.get(f"/marches/{tender.id}").text
    early = delegate.post(address, data=typed("2027-01-10", confirmed="yes"))
    assert early.status_code == 422
    assert "avant la fin du marché" in early.text
    delegate.post(address, data=typed("2028-12-31", "23:59", confirmed="yes"))
    page = delegate.get(f"/marches/{tender.id}").text.replace("\u00a0", " ")
    assert "dimanche 31 décembre 2028 à 23 h 59" in page
    assert due(session, tender) == DUE


def test_a_day_off_is_told_and_kept(delegate, tender):
    shown = delegate.post(f"/marches/{tender.id}/dates/offres", data=typed("2027-01-24")).text
    assert "Ce jour-là est un dimanche" in shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (typed("2026-11-22"), "Ce moment est passé"),
        (typed("2027-01-15"), "déjà la date actuelle"),
        (typed("2026-12-20"), "inscriptions doivent se terminer avant"),
        (typed("2027-03-28", "02:30"), "n’existe pas"),
        (typed("", ""), "Indiquez le jour et l’heure"),
        (typed("2027-01-22", ""), "heure"),
    ],
)
def test_refused_with_what_was_typed(delegate, session, tender, given, words):
    response = delegate.post(f"/marches/{tender.id}/dates/offres", data=given | {"confirmed": "yes"})
    assert response.status_code == 422
    assert words in response.text.replace("&#39;", "’")
    assert f'value="{given["due_at-date"]}"' in response.text
    assert due(session, tender) == DUE


def test_the_second_of_two_sees_the_date_that_stands(delegate, session, tender):
    move_deadline(SYSTEM, tender.id, DeadlineKind.SUBMISSION, DUE + timedelta(days=3), 1)
    refused = delegate.post(f"/marches/{tender.id}/dates/offres", data=typed(confirmed="yes"))
    assert refused.status_code == 409
    assert "lundi 18 janvier 2027" in refused.text.replace("\u00a0", " ")
    assert 'value="2027-01-22"' in refused.text
    assert re.search(r'name="version"[^>]*value="2"', refused.text)


def test_a_first_date_is_set_with_a_proposal(delegate, session):
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: DUE})
    page = delegate.get(f"/marches/{tender.id}/dates/inscriptions").text
    assert 'value="2026-12-24"' in page
    delegate.post(f"/marches/{tender.id}/dates/inscriptions", data=typed("2026-12-22", confirmed="yes"))
    assert session.scalar(select(Tender.registrations_close_at).where(Tender.id == tender.id)) == paris(
        2026, 12, 22
    )


def test_dates_that_are_none(delegate, tender):
    agreement = make_tender(kind=TenderKind.AGREEMENT)
    for path in (
        f"/marches/{tender.id}/dates/zzz",
        f"/marches/{tender.id}/dates/adhesion",
        f"/marches/{agreement.id}/dates/offres",
        "/marches/999999/dates/offres",
    ):
        assert delegate.get(path).status_code == 404
        assert delegate.post(path, data=typed()).status_code == 404


def test_not_for_members_nor_once_cancelled(browser_of, delegate, tender):
    member = browser_of(make_manager())
    assert member.post(f"/marches/{tender.id}/dates/offres", data=typed()).status_code == 403
    cancel_tender(SYSTEM, tender.id, "No")
    assert delegate.post(f"/marches/{tender.id}/dates/offres", data=typed(confirmed="yes")).status_code in {
        409,
        422,
    }
