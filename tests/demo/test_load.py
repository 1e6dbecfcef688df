"""Loading the demo network: once, alive whatever the day, its trail whole."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from procurement.accounts.models import User
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.rules import BidState, bid_state
from procurement.core import clock, events
from procurement.core.clock import PARIS
from procurement.core.db import Base, transaction
from procurement.core.events import Event
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.demo.load import load
from procurement.demo.people import demo_password
from procurement.members.models import Member
from procurement.tenders.models import LegalRegime, Tender, Visibility
from procurement.tenders.rules import TenderState, state_of
from tests.factories import make_user

DAYS = {
    "a Monday morning": datetime(2026, 11, 23, 9, 0, tzinfo=PARIS),
    "a minute before midnight on a Saturday": datetime(2027, 2, 13, 23, 59, tzinfo=PARIS),
    "the night clocks go forward": datetime(2027, 3, 28, 1, 59, tzinfo=PARIS),
    "the night clocks go back": datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS),
    "Christmas Eve": datetime(2026, 12, 24, 18, 0, tzinfo=PARIS),
    "the bridges of May": datetime(2027, 5, 5, 6, 0, tzinfo=PARIS),
}


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()

    def run(*words):
        return runner.invoke(args=words)

    return run


def rows(session):
    return {
        table.name: session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_loaded_twice_changes_nothing(flask, session):
    first = flask("demo", "load")
    assert first.exit_code == 0
    assert "56 structures, 24 accounts, 8 tenders" in first.output
    before = rows(session)
    second = flask("demo", "load")
    assert second.exit_code == 0
    assert "already there" in second.output
    assert rows(session) == before


def test_a_database_in_use_is_left_alone(flask, session):
    make_user()
    before = rows(session)
    result = flask("demo", "load", "--yes")
    assert "isn't empty" in result.output
    assert rows(session) == before


def test_elsewhere_than_on_embedded_servers_it_asks(flask, app, session, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"embedded": False}))
    refused = flask("demo", "load")
    assert refused.exit_code == 1
    assert "--yes" in refused.output
    assert session.scalar(select(func.count()).select_from(Member)) == 0
    assert flask("demo", "load", "--yes").exit_code == 0


def test_accounts_are_shown_with_a_password_that_opens_them(flask, app, session):
    assert "No demo account" in flask("demo", "accounts").output
    flask("demo", "load")
    shown = flask("demo", "accounts").output
    assert "deleguee.juridique@demo.example" in shown
    assert demo_password(app.config["SECRET_KEY"]) in shown
    everyone = flask("demo", "accounts", "--all").output
    assert everyone.count("@demo.example") == session.scalar(select(func.count()).select_from(User))


@pytest.mark.parametrize("now", DAYS.values(), ids=DAYS.keys())
def test_alive_whatever_the_day(session, now):
    with clock.at(now):
        with transaction():
            load(None)
        tenders = {tender.reference: tender for tender in session.scalars(select(Tender))}
        states = {reference: state_of(tender, now) for reference, tender in tenders.items()}
        dates = {
            (reference, deadline.kind): deadline.due_at.astimezone(PARIS)
            for reference, tender in tenders.items()
            for deadline in session.scalars(
                select(Deadline).where(Deadline.subject_type == "tender", Deadline.subject_id == tender.id)
            )
        }
    assert states == {
        "DEMO-14-COLLEGES": TenderState.OPEN,
        "DEMO-LAPOSTE-ETTI": TenderState.OPEN,
        "DEMO-61-ENTRETIEN": TenderState.REGISTRATION_CLOSED,
        "DEMO-27-ECOLES": TenderState.CLOSED,
        "DEMO-76-SALLES": TenderState.DRAFT,
        "DEMO-61-SENTIERS": TenderState.DRAFT,
        "DEMO-14-BUREAUX": TenderState.DRAFT,
        "DEMO-75-REACTIFS": TenderState.DRAFT,
    }
    tomorrow = dates["DEMO-61-ENTRETIEN", DeadlineKind.SUBMISSION]
    assert (tomorrow.hour, tomorrow.date() - now.date()) == (12, timedelta(days=1))
    for key, days in {
        ("DEMO-LAPOSTE-ETTI", DeadlineKind.ENROLMENT): 7,
        ("DEMO-14-COLLEGES", DeadlineKind.REGISTRATION_CLOSE): 7,
        ("DEMO-14-COLLEGES", DeadlineKind.SUBMISSION): 30,
    }.items():
        assert abs((dates[key].date() - now.date()).days - days) <= 2
        assert dates[key].hour in {12, 17}
    assert dates["DEMO-27-ECOLES", DeadlineKind.SUBMISSION] < now


def test_what_is_there_is_what_is_said(session):
    with transaction():
        load(None)
    _the_contracts(session)
    _the_trail(session)
    _what_is_left_to_tell(session)


def _the_contracts(session):
    tenders = {tender.reference: tender for tender in session.scalars(select(Tender))}
    calvados, laposte, orne = (
        tenders[f"DEMO-{name}"] for name in ("14-COLLEGES", "LAPOSTE-ETTI", "61-ENTRETIEN")
    )
    assert (calvados.cpv_main, calvados.service_nature, calvados.is_framework) == (
        "79620000",
        "labour_supply",
        True,
    )
    assert (laposte.legal_regime, laposte.eligible_kinds) == (LegalRegime.PRIVATE_AGREEMENT, ["etti"])
    assert laposte.legal_reason
    assert (orne.reservation, calvados.visibility, orne.visibility) == ("siae", "public", "public")
    assert laposte.visibility is Visibility.NETWORK
    bids = {bid.name: bid for bid in session.scalars(select(Bid))}
    assert bid_state(bids["Écoles du plateau"]) is BidState.AWARDED
    assert bids["Orne insertion"].composed_at
    assert bids["Orne insertion"].submitted_at is None
    seats = session.scalars(select(Seat).where(Seat.bid_id == bids["Bocage et Suisse normande"].id)).all()
    assert Counter(seat.confirmed_at is not None for seat in seats) == {True: 2, False: 2}
    words = session.scalars(select(Participation).where(Participation.tender_id == calvados.id)).all()
    assert sum(1 for word in words if word.applied_at) >= 9
    assert sum(1 for word in words if word.not_for_us_at) == 2
    assert sum(1 for word in words if word.withdrawn_at) == 1


def _the_trail(session):
    """It reads like life: in order, nothing in the future, chained whole."""
    trail = session.scalars(select(Event).order_by(Event.subject_type, Event.subject_id, Event.rank)).all()
    for before, after in pairwise(trail):
        if (before.subject_type, before.subject_id) == (after.subject_type, after.subject_id):
            assert before.at <= after.at
    assert all(event.at <= clock.now() for event in trail)
    for subject in {(event.subject_type, event.subject_id) for event in trail}:
        assert events.verify(*subject) is None
    assert any(event.on_behalf_of for event in trail), "somebody phoned"


def _what_is_left_to_tell(session):
    """Only what has just happened: no mail about the past."""
    left = session.scalars(select(Event).where(Event.handled_at.is_(None))).all()
    assert {event.verb for event in left} == {"member_proposed"}
    assert len(left) == 2
