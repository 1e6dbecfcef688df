"""Another e-mail address: nothing changes until its link is opened, once; the former one is told."""

from datetime import timedelta

import pytest

from procurement.accounts import addresses, operations, queries, tokens
from procurement.accounts.models import AddressChange
from procurement.accounts.tokens import LinkKind
from procurement.core import clock, events
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLate
from procurement.core.policy import SYSTEM, VISITOR, Role
from tests.factories import actor_of, make_delegate, make_user

NEW = "nouvelle@demo.example"


def token_of(change: AddressChange) -> str:
    return tokens.mint(LinkKind.ADDRESS, change.id, change.created_at)


def verbs(user):
    return [event.verb for event in events.history([("user_account", user.id)])]


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example")


def wanted(user, email=NEW):
    return addresses.request_change(actor_of(user), user, email)


def test_nothing_changes_until_the_link_is_opened_and_then_once(user):
    change = wanted(user, " Nouvelle@Demo.example ")
    assert (user.email, change.email, change.former) == ("a@demo.example", NEW, "a@demo.example")
    assert addresses.pending(user) is change
    assert addresses.open_change(token_of(change)) is change
    assert addresses.confirm(token_of(change)) is user
    assert user.email == NEW
    assert addresses.pending(user) is None
    assert verbs(user) == ["address_changed", "address_change_requested"]
    with pytest.raises(TooLate):
        addresses.confirm(token_of(change))


def test_the_trail_names_addresses_where_they_can_be_erased_only(user):
    addresses.confirm(token_of(wanted(user)))
    for event in events.history([("user_account", user.id)]):
        assert "@" not in str(event.facts)
        assert NEW in str(event.detail.values)


def test_a_suspended_address_is_forgotten_with_it(user, session):
    user.mail_suspended_at, user.mail_fault = clock.now(), "550 no such user"
    session.flush()
    addresses.confirm(token_of(wanted(user)))
    assert (user.mail_suspended_at, user.mail_fault) == (None, "")
    assert user.mail_revived_at is not None


def test_links_sent_to_the_former_address_die(user):
    link = operations.request_sign_in_link("a@demo.example")
    addresses.confirm(token_of(wanted(user)))
    with pytest.raises(TooLate):
        operations.use_sign_in_link(tokens.mint(LinkKind.SIGN_IN, link.id, link.created_at))
    assert operations.request_sign_in_link("a@demo.example") is None
    assert operations.request_sign_in_link(NEW) is not None


@pytest.mark.parametrize("verb", ["password", "everywhere"])
def test_whoever_is_put_out_does_not_come_back_by_what_they_asked_for(user, verb):
    change, link = wanted(user, "intruder@demo.example"), operations.request_sign_in_link("a@demo.example")
    if verb == "password":
        operations.set_password(actor_of(user), user, "quatre chevaux sans selle")
    else:
        operations.end_sessions(actor_of(user), user)
    with pytest.raises(TooLate):
        addresses.confirm(token_of(change))
    with pytest.raises(TooLate):
        operations.use_sign_in_link(tokens.mint(LinkKind.SIGN_IN, link.id, link.created_at))
    assert user.email == "a@demo.example"


def test_a_second_wish_replaces_the_first_and_either_can_be_given_up(user):
    first = wanted(user)
    second = wanted(user, "autre@demo.example")
    with pytest.raises(TooLate):
        addresses.confirm(token_of(first))
    assert addresses.drop_change(actor_of(user), user)
    assert not addresses.drop_change(actor_of(user), user)
    with pytest.raises(TooLate):
        addresses.confirm(token_of(second))
    assert verbs(user)[0] == "address_change_dropped"


def test_a_link_is_over_after_a_day(user):
    change = wanted(user)
    with clock.at(change.created_at + timedelta(days=1)):
        assert addresses.open_change(token_of(change)) is None
        assert addresses.change_mail(change.id) is None
        assert addresses.pending(user) is None
        with pytest.raises(TooLate):
            addresses.confirm(token_of(change))
        assert wanted(user) is not change


def test_an_address_that_has_an_account_is_never_taken(user):
    other = make_user(email="b@demo.example")
    with pytest.raises(Conflict):
        wanted(user, "B@demo.example")
    change = wanted(user)
    other.email = NEW
    with pytest.raises(Conflict):
        addresses.confirm(token_of(change))
    assert queries.find_by_email("a@demo.example") is user


@pytest.mark.parametrize("typed", ["a@demo.example", "A@DEMO.example", "no address", "", "x" * 300])
def test_what_is_no_other_address_is_refused(user, typed):
    with pytest.raises(Invalid) as refusal:
        wanted(user, typed)
    assert refusal.value.field == "email"


def test_only_the_person_and_the_administrator(user):
    for actor in (VISITOR, actor_of(make_user()), actor_of(make_delegate())):
        with pytest.raises(Forbidden):
            addresses.request_change(actor, user, NEW)
        with pytest.raises(Forbidden):
            addresses.drop_change(actor, user)
    addresses.request_change(actor_of(make_user(roles=[Role.NETWORK_ADMIN])), user, NEW)


def test_what_we_never_signed_opens_nothing(user):
    change = wanted(user)
    for token in ("", "x", tokens.mint(LinkKind.RESET, change.id, change.created_at)):
        assert addresses.open_change(token) is None
        with pytest.raises(NotFound):
            addresses.confirm(token)
    operations.close_account(SYSTEM, user)
    assert addresses.open_change(token_of(change)) is None
    with pytest.raises(TooLate):
        addresses.confirm(token_of(change))
