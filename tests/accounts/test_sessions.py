"""Where a person is signed in: found while open, ended one by one or all at once."""

from datetime import timedelta

import pytest

from procurement.accounts import operations, sessions
from procurement.core import clock, events
from procurement.core.errors import Forbidden, NotFound
from procurement.core.policy import SYSTEM
from tests.factories import actor_of, make_user


@pytest.fixture
def user(session):
    return make_user()


def begin(user, **more):
    return sessions.begin(user, **({"browser": "Mozilla/5.0", "via": "password"} | more))


def test_a_browser_is_found_by_its_number_and_its_person(user):
    row = begin(user)
    assert sessions.find(row.id, user.fs_uniquifier).user is user
    for number, identity in ((row.id, make_user().fs_uniquifier), (row.id + 1, user.fs_uniquifier)):
        assert sessions.find(number, identity) is None
    for number in (None, "1", row.id + 0.5, "x"):
        assert sessions.find(number, user.fs_uniquifier) is None


def test_one_is_ended_and_the_others_go_on(user):
    one, other = begin(user), begin(user)
    sessions.end(actor_of(user), user, one.id)
    sessions.end(actor_of(user), user, one.id)
    assert sessions.find(one.id, user.fs_uniquifier) is None
    assert sessions.find(other.id, user.fs_uniquifier) is not None
    assert [row.id for row in sessions.listed(actor_of(user), user)] == [other.id]
    assert [e.verb for e in events.history([("user_account", user.id)])] == ["session_ended"]


@pytest.mark.parametrize(
    "verb",
    [
        lambda user: operations.end_sessions(actor_of(user), user),
        lambda user: operations.set_password(actor_of(user), user, "quatre chevaux sans selle"),
        lambda user: operations.close_account(SYSTEM, user),
    ],
    ids=["everywhere", "password", "closed"],
)
def test_all_are_ended_at_once(user, verb):
    rows = [begin(user), begin(user)]
    bystander = make_user()
    kept = begin(bystander)
    verb(user)
    assert [sessions.find(row.id, user.fs_uniquifier) for row in rows] == [None, None]
    assert sessions.find(kept.id, bystander.fs_uniquifier) is not None


def test_nobody_ends_or_lists_those_of_another(user):
    row, other = begin(user), make_user()
    with pytest.raises(NotFound):
        sessions.end(actor_of(other), other, row.id)
    for actor in (actor_of(other),):
        with pytest.raises(Forbidden):
            sessions.end(actor, user, row.id)
        with pytest.raises(Forbidden):
            sessions.listed(actor, user)


def test_its_use_is_noted_now_and_then_and_an_old_one_is_no_longer_listed(user):
    row = begin(user)
    opened = sessions.find(row.id, user.fs_uniquifier)
    assert not opened.to_be_noted
    later = clock.now() + sessions.NOTED_EVERY
    with clock.at(later):
        assert opened.to_be_noted
        sessions.note_seen(opened)
        assert (row.seen_at, user.last_seen_at) == (later, later)
    with clock.at(later + sessions.LASTS - timedelta(minutes=1)):
        assert sessions.listed(actor_of(user), user)
    with clock.at(later + sessions.LASTS):
        assert not sessions.listed(actor_of(user), user)


def test_what_a_browser_calls_itself_is_kept_short_and_readable(user):
    assert begin(user, browser="x\x00\x07" + "y" * 5000).browser == "x" + "y" * 299
