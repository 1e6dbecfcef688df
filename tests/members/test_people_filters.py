"""The list of people narrowed: by role, by structure, by how the account stands."""

from datetime import timedelta

import pytest

from procurement.accounts import second_factor, sessions
from procurement.accounts.models import SecondFactor
from procurement.core import clock
from procurement.core.db import add
from procurement.core.policy import MembershipRole, Role
from procurement.members.people import QUIET_AFTER, AccountStanding, Filters, people
from tests.factories import actor_of, make_delegate, make_member, make_user


@pytest.fixture
def everybody(session):
    """One of each, by name."""
    structure = make_member(name="AI Caen")
    now = clock.now()
    make_delegate(name="delegate", last_seen_at=now)
    make_user(name="manager", memberships={structure: MembershipRole.MANAGER}, last_seen_at=now - QUIET_AFTER)
    make_user(
        name="contributor",
        memberships={structure: MembershipRole.CONTRIBUTOR, make_member(): MembershipRole.MANAGER},
        last_seen_at=now - QUIET_AFTER + timedelta(days=1),
    )
    make_user(name="observer", roles=[Role.OBSERVER], mail_suspended_at=now)
    closed = make_user(name="closed", active=False, last_seen_at=now - QUIET_AFTER)
    add(SecondFactor(user_id=closed.id, secret="x", recovery_codes="", last_step=0, since=now))
    return structure


def names(filters: Filters) -> set[str]:
    page = people(actor_of(make_delegate(name="asks", last_seen_at=clock.now())), filters)
    assert page.total == len(page.people)
    return {one.user.name for one in page.people} - {"asks"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"role": Role.OBSERVER}, {"observer"}),
        ({"role": Role.LEGAL_DELEGATE}, {"delegate"}),
        ({"role": MembershipRole.MANAGER}, {"manager", "contributor"}),
        ({"standing": AccountStanding.NEVER}, {"observer"}),
        ({"standing": AccountStanding.QUIET}, {"manager"}),
        ({"standing": AccountStanding.UNREACHABLE}, {"observer"}),
        ({"standing": AccountStanding.CLOSED}, {"closed"}),
        ({"standing": AccountStanding.PASSWORD_ONLY}, {"delegate", "manager", "contributor", "observer"}),
        ({"words": "caen", "standing": AccountStanding.QUIET}, {"manager"}),
        ({"words": "nobody", "role": Role.OBSERVER}, set()),
    ],
)
def test_each_filter_finds_its_own(everybody, wanted, found):
    assert names(Filters(**wanted)) == found


def test_a_role_is_looked_for_in_the_structure_that_is_chosen(everybody):
    assert names(Filters(member_id=everybody.id)) == {"manager", "contributor"}
    assert names(Filters(member_id=everybody.id, role=MembershipRole.MANAGER)) == {"manager"}
    assert names(Filters(member_id=everybody.id, role=Role.OBSERVER)) == set()


def test_who_has_a_second_factor_is_not_listed_as_without(session):
    user = make_user(name="protected", last_seen_at=clock.now())
    add(
        SecondFactor(
            user_id=user.id,
            secret=second_factor.new_secret(),
            recovery_codes="",
            last_step=0,
            since=clock.now(),
        )
    )
    sessions.begin(user, browser="", via="link")
    assert "protected" not in names(Filters(standing=AccountStanding.PASSWORD_ONLY))
