"""Verbs on what people receive: how often a category comes, who stands in for whom."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from procurement.accounts import tokens
from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.notifications import leaving
from procurement.notifications.categories import OFFERED, Category, Rhythm
from procurement.notifications.models import Absence, Preference
from procurement.notifications.queries.preferences import absence_of, colleagues, rhythms_of

FARTHEST = 366
"""Days ahead that a stand-in can be named for."""


def choose(actor: Actor, user: User, rhythms: Mapping[Category, Rhythm]) -> None:
    """Receive these categories that often from now on.

    What waits in a mail already leaves with it (N25), unless no mail of it is wanted any more. For the person alone.
    Records `preferences_changed` with what changed. Raises Forbidden, Invalid for a rhythm that isn't offered.
    """
    require(actor.user_id == user.id)
    _lock(user)
    before = rhythms_of(user.id)
    changed = {category: rhythm for category, rhythm in rhythms.items() if before.get(category) != rhythm}
    if any(rhythm not in OFFERED.get(category, ()) for category, rhythm in changed.items()):
        raise Invalid(N_("This can't be received that way."))
    for category, rhythm in rhythms.items():
        # Also what stays as usual: it is a choice now, and the first screen no longer asks for one.
        if rhythm in OFFERED.get(category, ()):
            db.session.merge(Preference(user_id=user.id, category=category, rhythm=rhythm))
    db.session.flush()
    if not changed:
        return
    facts = {category.value: rhythm.value for category, rhythm in changed.items()}
    events.record(actor, "preferences_changed", user, facts={"rhythms": facts})


def leave(token: str) -> leaving.Leave:
    """Stop the mails of the categories that a link names, for the person it was made for (RFC 8058, N26).

    Doing it twice is harmless. Records `preferences_changed`. Raises NotFound for a link that isn't ours, or whose
    account is gone.
    """
    asked = leaving.read(token)
    user = db.session.get(User, asked.user_id) if asked else None
    if asked is None or user is None or tokens.microseconds(user.created_at) != asked.opened_at:
        raise NotFound
    choose(Actor(user_id=user.id), user, dict.fromkeys(asked.categories, Rhythm.IN_APP))
    return asked


def set_absence(actor: Actor, user: User, stand_in_id: int, first_day: date, last_day: date) -> Absence:
    """Have a colleague hear, from `first_day` to `last_day` (both included), what this person does.

    For the person alone; a colleague belongs to one of their structures, or is a delegate as they are. Replaces what
    was said before. Records `absence_set`. Raises Forbidden, Invalid.
    """
    require(actor.user_id == user.id)
    today = clock.today()
    if last_day < first_day:
        raise Invalid(N_("The last day is before the first."), field="last_day")
    if last_day < today:
        raise Invalid(N_("These days have passed."), field="last_day")
    if (last_day - today).days > FARTHEST:
        raise Invalid(N_("At most a year ahead."), field="last_day")
    if stand_in_id not in {one.id for one in colleagues(user.id)}:
        raise Invalid(N_("Choose a colleague of one of your structures."), field="stand_in")
    _lock(user)
    absence = absence_of(user.id) or Absence(user_id=user.id)
    absence.stand_in_id, absence.first_day, absence.last_day = stand_in_id, first_day, last_day
    add(absence)
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    events.record(actor, "absence_set", user, facts={"stand_in_id": stand_in_id, **days})
    return absence


def end_absence(actor: Actor, user: User) -> None:
    """Nobody stands in any more. Records `absence_ended` if somebody did. Raises Forbidden for anybody else."""
    require(actor.user_id == user.id)
    absence = absence_of(user.id)
    if absence is not None:
        db.session.delete(absence)
        events.record(actor, "absence_ended", user, facts={"stand_in_id": absence.stand_in_id})


def note_read(user: User) -> None:
    """The person has looked at their news: what came until now is no longer unread. No event: it changes nothing else."""
    _lock(user)
    user.news_read_at = clock.now()


def _lock(user: User) -> None:
    """The same choice sent twice at once, as mail programs do, is made once."""
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())
