"""Rules on certificates: who owes which, how long each is worth something, how it stands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.certificates.models import CertificateKind
from procurement.certificates.rules import (
    RED,
    RULES,
    CertificateState,
    check_dates,
    due_at,
    last_day,
    owed_by,
    state_of,
)
from procurement.certificates.words import NAMES, SHORT
from procurement.core.errors import Invalid
from procurement.members.models import MemberKind

TODAY = date(2026, 11, 24)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("kind", "issued_on", "typed", "expected"),
    [
        # Less than six months old (D8222-5): not on the day on which it is six months old.
        ("vigilance", date(2026, 7, 1), None, date(2026, 12, 31)),
        ("vigilance", date(2026, 8, 31), None, date(2027, 2, 27)),
        ("vigilance", date(2027, 8, 31), None, date(2028, 2, 28)),
        ("tax", date(2026, 2, 10), None, date(2026, 8, 9)),
        ("tax", date(2026, 11, 10), None, date(2026, 12, 31)),
        ("tax", date(2026, 11, 10), date(2027, 3, 1), date(2027, 3, 1)),
        ("insurance", date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31)),
        ("registration", date(2026, 3, 15), None, date(2027, 3, 14)),
        ("iae_annex", date(2026, 3, 15), None, date(2026, 12, 31)),
        ("qualiopi", date(2026, 3, 15), None, date(2029, 3, 14)),
        ("signing_power", date(2026, 3, 15), None, None),
    ],
)
def test_each_kind_ends_by_its_own_rule(kind, issued_on, typed, expected):
    assert last_day(CertificateKind(kind), issued_on, typed) == expected


@pytest.mark.parametrize(
    ("kind", "owes"),
    [
        (MemberKind.AI, "vigilance tax insurance registration iae_agreement iae_annex"),
        (MemberKind.ETTI, "vigilance tax insurance registration iae_agreement iae_annex etti_guarantee"),
        (MemberKind.TRAINING_BODY, "vigilance tax insurance registration qualiopi"),
        (MemberKind.GES, "vigilance tax insurance registration"),
    ],
)
def test_what_a_structure_owes_follows_its_kind(kind, owes):
    assert [one.value for one in owed_by(kind)] == owes.split()


@pytest.mark.parametrize(
    ("kind", "issued_on", "typed", "field", "words"),
    [
        ("vigilance", date(2026, 11, 25), None, "issued_on", "after today"),
        ("vigilance", date(2026, 5, 23), None, "issued_on", "lapsed"),
        ("insurance", date(2026, 1, 1), None, "expires_on", "last day"),
        ("insurance", date(2026, 6, 1), date(2026, 5, 31), "expires_on", "before it was issued"),
        ("insurance", date(2025, 1, 1), date(2025, 12, 31), "expires_on", "lapsed"),
        ("iae_agreement", date(2026, 1, 1), date(2029, 1, 2), "expires_on", "36 months"),
        ("etti_guarantee", date(2026, 1, 1), date(2027, 1, 2), "expires_on", "12 months"),
    ],
)
def test_dates_that_can_t_be_are_refused_beside_their_field(kind, issued_on, typed, field, words):
    with pytest.raises(Invalid, match=words) as refused:
        check_dates(CertificateKind(kind), issued_on, typed, TODAY)
    assert refused.value.field == field


def test_a_certificate_is_worth_something_on_its_last_day_to_the_last_minute():
    assert check_dates(CertificateKind.VIGILANCE, date(2026, 5, 25), None, TODAY) == TODAY
    assert due_at(date(2026, 11, 24)) == datetime(2026, 11, 24, 22, 59, tzinfo=UTC)
    assert due_at(date(2026, 7, 24)) == datetime(2026, 7, 24, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"recorded": False}, "missing"),
        ({"refused": True, "expires_on": TODAY - timedelta(days=1)}, "refused"),
        ({"expires_on": TODAY - timedelta(days=1)}, "lapsed"),
        ({"expires_on": TODAY - timedelta(days=1), "checked": False}, "lapsed"),
        ({"checked": False}, "to_check"),
        ({"checked": False, "expires_on": TODAY}, "to_check"),
        ({"expires_on": TODAY}, "lapsing"),
        ({"expires_on": TODAY + timedelta(days=60)}, "lapsing"),
        ({"expires_on": TODAY + timedelta(days=61)}, "valid"),
        ({"expires_on": None}, "valid"),
    ],
)
def test_how_a_certificate_stands(facts, expected):
    usual = {"recorded": True, "checked": True, "refused": False, "expires_on": None}
    assert state_of(today=TODAY, **(usual | facts)) is CertificateState(expected)


@given(st.sampled_from(CertificateKind), days, st.none() | days, days)
def test_whatever_is_typed_is_refused_in_words_or_ends_in_time(kind, issued_on, typed, today):
    try:
        end = check_dates(kind, issued_on, typed, today)
    except Invalid:
        return
    assert issued_on <= today
    assert end is None or end >= max(today, issued_on)
    state = state_of(end, recorded=True, checked=True, refused=False, today=today)
    assert state not in RED


def test_every_kind_has_a_rule_and_its_words():
    assert set(RULES) == set(NAMES) == set(CertificateKind)
    assert set(SHORT) == {kind for kind, rule in RULES.items() if rule.owed_by}
