"""The private address of a calendar: shown once, kept as a digest, renewed, closed."""

import hashlib

import pytest
from sqlalchemy import select, text

from procurement.accounts import calendar_address as address
from procurement.accounts import operations
from procurement.accounts.models import CalendarAddress
from procurement.core import clock, events
from procurement.core.errors import Forbidden
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, VISITOR
from tests.factories import actor_of, make_delegate, make_user


@pytest.fixture
def user(session):
    return make_user()


def test_a_secret_opens_its_person_s_calendar(user):
    make_user()
    secret = address.renew(actor_of(user), user)
    assert address.find_person(secret) is user
    assert address.open_since(user) is not None


def test_two_secrets_are_never_the_same_and_long_enough(user):
    secrets = {address.renew(actor_of(user), user) for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {43}


def test_only_a_digest_is_kept(user, session):
    secret = address.renew(actor_of(user), user)
    row = session.scalars(select(CalendarAddress)).one()
    assert row.digest == hashlib.sha256(secret.encode()).digest()
    for table in session.scalars(
        text("select table_name from information_schema.tables where table_schema = 'public'")
    ):
        held = session.scalar(
            text(f'select count(*) from "{table}" t where t::text like :it'), {"it": f"%{secret}%"}
        )
        assert held == 0, table


def test_a_renewed_address_shuts_the_one_before(user):
    first = address.renew(actor_of(user), user)
    second = address.renew(actor_of(user), user)
    assert address.find_person(first) is None
    assert address.find_person(second) is user


def test_a_closed_address_opens_nothing_and_can_be_made_again(user):
    secret = address.renew(actor_of(user), user)
    assert address.close(actor_of(user), user)
    assert address.find_person(secret) is None
    assert address.open_since(user) is None
    assert not address.close(actor_of(user), user)
    assert address.find_person(address.renew(actor_of(user), user)) is user
    assert address.find_person(secret) is None


def test_each_change_is_an_event_that_holds_no_secret(user, session):
    secrets = [address.renew(actor_of(user), user) for _ in range(2)]
    address.close(actor_of(user), user)
    found = session.scalars(
        select(Event)
        .where(Event.subject_type == "user_account", Event.subject_id == user.id)
        .order_by(Event.rank)
    ).all()
    assert [event.verb for event in found] == ["calendar_opened", "calendar_renewed", "calendar_closed"]
    assert all(event.actor_id == user.id and event.detail_digest is None for event in found)
    written = str([event.facts for event in found])
    for secret in secrets:
        assert secret not in written
        assert hashlib.sha256(secret.encode()).hexdigest() not in written
    assert events.verify("user_account", user.id) is None


def test_a_closed_account_has_no_calendar(user):  # N19
    secret = address.renew(actor_of(user), user)
    operations.close_account(SYSTEM, user)
    assert address.find_person(secret) is None


@pytest.mark.parametrize(
    "secret", ["", "forged", "é" * 43, "A" * 43, "A" * 10_000, "\x00" * 43, "A" * 42 + "\n", "\ud800" * 43]
)
def test_what_opens_nothing(user, secret):
    address.renew(actor_of(user), user)
    assert address.find_person(secret) is None


def test_nobody_makes_or_closes_somebody_else_s(user):
    for actor in (VISITOR, actor_of(make_user()), actor_of(make_delegate())):
        with pytest.raises(Forbidden):
            address.renew(actor, user)
        with pytest.raises(Forbidden):
            address.close(actor, user)


def test_the_instant_is_the_clock_s(user):
    with clock.at(clock.now().replace(year=2027)):
        address.renew(actor_of(user), user)
        assert address.open_since(user) == clock.now()
