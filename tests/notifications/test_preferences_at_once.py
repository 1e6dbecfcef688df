"""The same choice that comes twice at the same moment: mail programs press twice, and so do people."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.events import Event
from procurement.notifications import leaving
from procurement.notifications.categories import Category
from procurement.notifications.models import Absence
from procurement.notifications.operations import preferences
from tests.accounts.test_at_once import at_once
from tests.factories import actor_of, make_manager, make_member

pytestmark = pytest.mark.committing


def test_a_link_that_a_mail_program_presses_twice_stops_once(app):  # N26
    with transaction():
        person = make_manager()
        token = leaving.token(person.id, person.created_at, [Category.GROUPS, Category.TENDERS])
    assert at_once(app, *[lambda: preferences.leave(token)] * 4) == [None] * 4
    assert db.session.scalars(select(Event.verb).where(Event.verb == "preferences_changed")).all() == [
        "preferences_changed"
    ]


def test_an_absence_that_is_sent_twice_is_one(app):
    with transaction():
        member = make_member()
        person, colleague = make_manager(member), make_manager(member)
        actor, own, theirs = actor_of(person), person.id, colleague.id
    today = clock.today()

    def set_it() -> None:
        preferences.set_absence(
            actor, db.session.get_one(User, own), theirs, today, today + timedelta(days=3)
        )

    assert at_once(app, *[set_it] * 4) == [None] * 4
    assert len(db.session.scalars(select(Absence)).all()) == 1
