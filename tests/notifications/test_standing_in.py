"""Whoever stands in for a colleague who is away hears what they would, on those days, and no more than they may."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.operations import request_sign_in_link
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden, Invalid
from procurement.core.events import Event
from procurement.core.policy import MembershipRole
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import Membership
from procurement.notifications.operations import preferences
from procurement.notifications.queries.preferences import colleagues
from procurement.tenders.following import follow
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_tender, make_user, paris
from tests.worker import recipients

CLOSE = DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


def test_a_stand_in_hears_during_those_days_and_no_longer(worker):
    member = make_member()
    away, stand_in = make_manager(member), make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    preferences.set_absence(actor_of(away), away, stand_in.id, date(2026, 12, 1), date(2026, 12, 4))
    for day in (9, 14):
        make_tender(title=f"Until {day}", deadlines={CLOSE: paris(2026, 12, day)})
    with clock.at(paris(2026, 12, 2, 8)):
        assert recipients(worker.tick()) == sorted([away.email, stand_in.email])
    with clock.at(paris(2026, 12, 7, 8)):
        assert recipients(worker.tick()) == [away.email]


def test_a_stand_in_who_left_the_structure_hears_nothing(worker):  # N19
    member = make_member()
    away, stand_in = make_manager(member), make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    preferences.set_absence(actor_of(away), away, stand_in.id, date(2026, 12, 1), date(2026, 12, 4))
    make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    with clock.at(paris(2026, 12, 2, 7, 50)):
        worker.prepare()
        for place in db.session.scalars(select(Membership).where(Membership.user_id == stand_in.id)):
            place.ended_at = clock.now()
        db.session.flush()
    with clock.at(paris(2026, 12, 2, 8)):
        assert recipients(worker.tick()) == [away.email]


def test_a_stand_in_hears_no_more_than_who_is_away(worker):
    """What somebody muted is no news for whoever stands in for them."""
    member = make_member()
    away, stand_in = make_manager(member), make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    preferences.set_absence(actor_of(away), away, stand_in.id, date(2026, 12, 1), date(2026, 12, 4))
    follow(actor_of(away), make_tender(deadlines={CLOSE: paris(2026, 12, 9)}).id, muted=True)
    with clock.at(paris(2026, 12, 2, 8)):
        assert worker.tick() == []


def test_a_link_to_sign_in_is_for_nobody_else(worker):
    member = make_member()
    away, stand_in = make_manager(member), make_manager(member)
    preferences.set_absence(actor_of(away), away, stand_in.id, date(2026, 11, 20), date(2026, 12, 4))
    request_sign_in_link(away.email)
    assert recipients(worker.tick()) == [away.email]


def test_only_a_colleague_stands_in_on_days_that_make_sense():
    member = make_member()
    person, colleague, stranger = make_manager(member), make_manager(member), make_manager()
    delegates = [make_delegate(), make_delegate()]
    assert [one.id for one in colleagues(person.id)] == [colleague.id]
    assert [one.id for one in colleagues(delegates[0].id)] == [delegates[1].id]

    def say(stand_in, first, last):
        preferences.set_absence(actor_of(person), person, stand_in.id, first, last)

    today = clock.today()
    for stand_in, first, last, field in (
        (stranger, today, today, "stand_in"),
        (person, today, today, "stand_in"),
        (colleague, today, today - timedelta(days=1), "last_day"),
        (colleague, today - timedelta(days=9), today - timedelta(days=1), "last_day"),
        (colleague, today, today + timedelta(days=400), "last_day"),
    ):
        with pytest.raises(Invalid) as refusal:
            say(stand_in, first, last)
        assert refusal.value.field == field
    with pytest.raises(Forbidden):
        preferences.set_absence(actor_of(colleague), person, colleague.id, today, today)
    say(colleague, today, today)
    say(colleague, today, today + timedelta(days=3))
    preferences.end_absence(actor_of(person), person)
    preferences.end_absence(actor_of(person), person)
    verbs = db.session.scalars(select(Event.verb).where(Event.verb.like("absence%")).order_by(Event.id)).all()
    assert verbs == ["absence_set", "absence_set", "absence_ended"]
