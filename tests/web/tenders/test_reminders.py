"""The page of a tender's reminders: what is usual, what was chosen, back again."""

import re

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.models import LeadTimes
from procurement.tenders.models import TenderKind
from tests.factories import make_delegate, make_manager, make_tender, paris


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(paris(2026, 11, 23, 9)):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate())


def ticked(html: str) -> dict[str, list[str]]:
    """The boxes ticked, by name."""
    found: dict[str, list[str]] = {}
    for box in re.findall(r'<input[^>]*type="checkbox"[^>]*>', html):
        name, value = (re.search(rf'{what}="([^"]*)"', box)[1] for what in ("name", "value"))
        found.setdefault(name, [])
        if " checked" in box:
            found[name].append(value)
    return found


def test_usual_times_are_shown_and_others_kept(delegate, session):
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 1, 15)})
    address = f"/marches/{tender.id}/rappels"
    assert address in delegate.get(f"/marches/{tender.id}").text
    page = delegate.get(address).text.replace("\u00a0", " ")
    assert "D’habitude : 7 jours avant, 3 jours avant, la veille." in page
    usual = ticked(page)
    assert usual["submission_nearing"] == ["J-15", "J-7", "J-3", "J-1", "H-4"]
    assert usual["contract_renewal"] == ["M-12", "M-9", "M-6", "M-3"]
    assert "standstill_over" not in usual
    done = delegate.post(address, data=usual | {"dues": ["J-5"]})
    assert done.location == f"/marches/{tender.id}"
    kept = session.scalars(select(LeadTimes)).one()
    assert (kept.tender_id, kept.kind, kept.leads) == (tender.id, "dues", ["J-5"])
    shown = delegate.get(f"/marches/{tender.id}").text
    assert "Moments des rappels modifiés" in shown
    page = delegate.get(address).text
    assert ticked(page)["dues"] == ["J-5"]
    assert "Revenir aux rappels habituels" in page
    assert delegate.post(address, data={"usual": "1"}).status_code == 302
    assert session.scalars(select(LeadTimes)).all() == []


def test_a_reminder_nobody_may_miss_keeps_one_time(delegate, session):
    tender = make_tender()
    address = f"/marches/{tender.id}/rappels"
    usual = ticked(delegate.get(address).text)
    answer = delegate.post(address, data=usual | {"submission_nearing": [], "dues": ["J-5"]})
    assert answer.status_code == 422
    assert "Gardez au moins un moment" in answer.text
    assert ticked(answer.text)["dues"] == ["J-5"]
    assert session.scalars(select(LeadTimes)).all() == []


def test_a_forged_time_is_refused(delegate, session):
    tender = make_tender()
    address = f"/marches/{tender.id}/rappels"
    assert delegate.post(address, data={"submission_nearing": ["J-7", "X"]}).status_code == 422
    assert session.scalars(select(LeadTimes)).all() == []


def test_an_agreement_has_the_reminders_of_its_own_dates(delegate):
    tender = make_tender(kind=TenderKind.AGREEMENT)
    names = ticked(delegate.get(f"/marches/{tender.id}/rappels").text)
    assert set(names) == {"registration_closing", "contract_renewal"}


def test_members_find_no_way_there(browser_of):
    tender = make_tender()
    visitor = browser_of(make_manager())
    assert "/rappels" not in visitor.get(f"/marches/{tender.id}").text
    assert visitor.get(f"/marches/{tender.id}/rappels").status_code == 403
