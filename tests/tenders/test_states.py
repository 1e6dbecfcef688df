"""A tender's state, once in Python and twice in SQL: they agree on whatever the timestamps are."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Tender
from procurement.tenders.queries import state_condition, state_expression
from procurement.tenders.rules import TenderState, state_of, tender_state
from tests.factories import make_tender, paris

NOW = paris(2026, 11, 23, 12)
AROUND = [None, *(NOW + timedelta(microseconds=n) for n in (-(10**9), -1, 0, 1, 10**9))]
MOMENTS = st.sampled_from(AROUND) | st.none() | st.datetimes().map(lambda at: at.replace(tzinfo=clock.PARIS))
DATES = st.fixed_dictionaries(
    {
        "published_at": MOMENTS,
        "cancelled_at": MOMENTS,
        "registrations_close_at": MOMENTS,
        "due_at": MOMENTS,
        "set_aside_at": MOMENTS,
    }
)


@pytest.fixture
def tender(session):
    return make_tender(deadlines={})


def in_sql(tender, dates) -> tuple[str, list[TenderState]]:
    """The state by the expression, and the states whose conditions hold, with `dates` on the row."""
    for name, value in dates.items():
        setattr(tender, name, value)
    tender.cancel_reason = "Abandoned" if tender.cancelled_at else ""
    db.session.flush()
    row = select(state_expression(NOW), *(state_condition(state, NOW) for state in TenderState))
    said, *held = db.session.execute(row.where(Tender.id == tender.id)).one()
    return said, [state for state, holds in zip(TenderState, held, strict=True) if holds]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(DATES)
def test_python_and_sql_agree(tender, dates):
    said, held = in_sql(tender, dates)
    expected = tender_state(**dates, now=NOW)
    assert said == expected.value
    assert held == [expected]


def test_on_every_side_of_now(tender):
    for values in product(AROUND[::2], AROUND[::2], AROUND[::2], AROUND[::2], (None, NOW)):
        dates = dict(
            zip(
                ("published_at", "cancelled_at", "registrations_close_at", "due_at", "set_aside_at"),
                values,
                strict=True,
            )
        )
        said, held = in_sql(tender, dates)
        assert [TenderState(said)] == held == [tender_state(**dates, now=NOW)], dates


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(days=30), TenderState.OPEN),
        # At the very instant one is on time, a microsecond later one isn't.
        (timedelta(days=20), TenderState.OPEN),
        (timedelta(days=20) - timedelta(microseconds=1), TenderState.REGISTRATION_CLOSED),
        (timedelta(), TenderState.REGISTRATION_CLOSED),
        (timedelta(microseconds=-1), TenderState.CLOSED),
    ],
)
def test_life_of_a_tender(session, left, state):
    due = paris(2027, 2, 1)
    tender = make_tender(
        deadlines={
            DeadlineKind.REGISTRATION_CLOSE: due - timedelta(days=20),
            DeadlineKind.SUBMISSION: due,
        }
    )
    session.refresh(tender)
    assert state_of(tender, due - left) is state
