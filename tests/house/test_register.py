"""The register forgets no table, and nothing that it says contradicts what the product does."""

from datetime import timedelta

import pytest
from limits import parse_many

from procurement.accounts.models import User
from procurement.core.db import Base
from procurement.privacy import holdings, register, terms
from procurement.privacy.terms import By
from procurement.web import limits


def test_every_table_belongs_to_an_activity_or_names_nobody(app):
    named = [table for activity in register.ACTIVITIES for table in activity.tables]
    assert len(named) == len(set(named)), "a table belongs to one activity"
    assert set(named) & register.IMPERSONAL == set()
    there = set(Base.metadata.tables)
    assert there - set(named) - register.IMPERSONAL == set(), (
        "tables the register (procurement/privacy/register.py) doesn’t know"
    )
    assert (set(named) | register.IMPERSONAL) - there == set(), "tables that are gone"


def test_a_table_that_refers_to_an_account_is_never_called_impersonal(app):
    pointing = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "user_account" for key in table.foreign_keys)
    }
    assert pointing & register.IMPERSONAL == set()


def test_every_declared_term_is_in_the_register_once():
    declared = [value for value in vars(terms).values() if isinstance(value, terms.Term)]
    assert sorted(t.name for t in declared) == sorted(t.name for t in register.ALL_TERMS)
    assert all(term.months or term.days for term in declared)


def test_sessions_last_as_long_as_the_register_says(app):
    assert app.config["PERMANENT_SESSION_LIFETIME"] == timedelta(days=terms.SESSION.days)
    assert terms.SESSION.by is By.SITE


@pytest.mark.parametrize("name", [name for name in vars(limits) if "_PER_" in name])
def test_no_counter_of_attempts_outlives_the_register_s_word(name):
    longest = max(one.get_expiry() for one in parse_many(getattr(limits, name)))
    assert longest <= timedelta(days=terms.COUNTERS.days).total_seconds()


def test_every_column_that_names_an_account_is_declared(app):
    pointing = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "user_account" for key in column.foreign_keys)
    }
    declared = [(holding.table, holding.names.key) for holding in holdings.HOLDINGS]
    assert len(declared) == len(set(declared))
    assert pointing - set(declared) == set(), "say in procurement/privacy/holdings.py what becomes of these"
    assert set(declared) - pointing == {("form_receipt", "actor_id")}


def test_every_column_of_an_account_is_taken_away_or_kept_back_for_a_reason(app):
    taken_away = {column.key for column in holdings.ACCOUNT}
    assert taken_away | holdings.KEPT_BACK == set(User.__table__.columns.keys())
