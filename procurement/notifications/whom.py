"""Whom events and deadlines concern now, when and how often each wants to hear, and who stands in for whom."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from procurement.accounts.models import RoleGrant, User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import Role
from procurement.deadlines.models import Deadline
from procurement.members.models import Membership
from procurement.notifications.audiences.pieces import TENDER_OF_DEADLINE, TENDER_OF_EVENT
from procurement.notifications.categories import DEFAULTS, Rhythm
from procurement.notifications.kinds import Kind
from procurement.notifications.models import Absence, Preference
from procurement.notifications.rules import USUAL, Hours, Reason
from procurement.tenders.models import Following

SUSPENDED = "suspended"
"""The rhythm of whoever's address refused too much: nothing leaves by mail (N30)."""
UNMAILED = {Rhythm.IN_APP.value: Reason.IN_APP, SUSPENDED: Reason.SUSPENDED}
"""Rhythms that no mail goes with, and why none does."""


class Profile(NamedTuple):
    """When and how often a person wants to hear, as their columns have it."""

    zone: str
    first: time
    working_days: int
    rhythm: str

    @property
    def hours(self) -> Hours:
        """The person's hours."""
        return hours_of(self.zone, self.first, self.working_days)

    @property
    def unmailed(self) -> Reason | None:
        """Why nothing leaves by mail; None: it does."""
        return UNMAILED.get(self.rhythm)


def hours_of(zone: str, first: time, working_days: int) -> Hours:
    """A person's hours from their columns. A zone that doesn't exist any more counts as Paris."""
    try:
        return Hours(ZoneInfo(zone), first, working_days)
    except (KeyError, ValueError, OSError):
        return Hours(first=first, working_days=working_days)


def people(kind: Kind, source_ids: Sequence[int], among: Sequence[int] | None = None) -> Select[Any]:
    """Whom these sources concern, each once: `source_id`, `user_id` or `address`, and their hours and rhythm.

    Closed accounts are left out, who did it where that needs no telling, and whoever has muted the tender if the
    kind can be refused. Whoever stands in for somebody away is told what that person is. `among`: only these
    accounts.
    """
    root = Event.id if kind.verbs else Deadline.id
    wanted = any_(literal(list(source_ids), ARRAY(BigInteger)))
    concerned = union_all(*(arm.where(root == wanted) for arm in kind.audience())).cte("concerned")
    found = (concerned if kind.personal else _with_stand_ins(kind, concerned)).alias("found")
    query = (
        select(
            found.c.source_id,
            found.c.user_id,
            found.c.address,
            func.coalesce(User.zone, str(USUAL.zone)).label("zone"),
            func.coalesce(User.digest_hour, USUAL.first).label("first"),
            func.coalesce(User.working_days, USUAL.working_days).label("working_days"),
            _rhythm(kind).label("rhythm"),
        )
        .distinct()
        .outerjoin(User, User.id == found.c.user_id)
        .where(or_(found.c.user_id.is_(None), User.active))
    )
    if not kind.mandatory:
        chosen = and_(Preference.user_id == found.c.user_id, Preference.category == kind.category)
        query = query.outerjoin(Preference, chosen).where(~_muted(kind, found.c))
    if among is not None:
        listed = any_(literal(list(among), ARRAY(BigInteger)))
        query = query.where(or_(found.c.user_id.is_(None), found.c.user_id == listed))
    if kind.verbs and not kind.tells_actor:
        query = query.join(Event, Event.id == found.c.source_id).where(
            found.c.user_id.is_distinct_from(Event.actor_id)
        )
    return query


def _rhythm(kind: Kind) -> ColumnElement[str]:
    """How often a person hears of a kind by mail: as they choose, or at once what can't be refused.

    Never where their address is suspended, save links that somebody asked for there.
    """
    chosen: ColumnElement[str] = literal(Rhythm.AT_ONCE.value)
    if not kind.mandatory:
        chosen = func.coalesce(cast(Preference.rhythm, Text), DEFAULTS[kind.category].value)
    if kind.personal:
        return chosen
    return case((User.mail_suspended_at.is_not(None), SUSPENDED), else_=chosen)


def _muted(kind: Kind, found: Any) -> ColumnElement[bool]:
    """Whether the person wants to hear no more of the tender than what can't be refused."""
    if kind.verbs:
        source: tuple[ColumnElement[bool], ...] = (
            Event.id == found.source_id,
            Following.tender_id == TENDER_OF_EVENT,
        )
    else:
        source = (
            Deadline.id == found.source_id,
            Following.tender_id == TENDER_OF_DEADLINE,
        )
    return exists().where(Following.user_id == found.user_id, Following.muted, *source)


def _with_stand_ins(kind: Kind, concerned: CTE) -> CompoundSelect[Any]:
    """Who is concerned, and whoever stands in today for one who is and who hasn't muted the tender.

    Both must belong to one structure now, or both be delegates: nobody hears what their own rights don't open (N19).
    """
    theirs, own = aliased(Membership), aliased(Membership)
    held, holds = aliased(RoleGrant), aliased(RoleGrant)
    stand_in = Absence.stand_in_id
    same_structure = exists().where(
        theirs.user_id == Absence.user_id,
        own.user_id == stand_in,
        theirs.member_id == own.member_id,
        theirs.ended_at.is_(None),
        own.ended_at.is_(None),
    )
    both_delegates = exists().where(
        held.user_id == Absence.user_id,
        holds.user_id == stand_in,
        *(one.role == Role.LEGAL_DELEGATE for one in (held, holds)),
        *(one.ended_at.is_(None) for one in (held, holds)),
    )
    today = clock.today()
    columns = (concerned.c.source_id, stand_in.label("user_id"), concerned.c.address)
    standing_in = (
        select(*columns)
        .join_from(concerned, Absence, Absence.user_id == concerned.c.user_id)
        .where(Absence.first_day <= today, Absence.last_day >= today, or_(same_structure, both_delegates))
    )
    if not kind.mandatory:
        standing_in = standing_in.where(~_muted(kind, concerned.c))
    return union_all(select(concerned), standing_in)


def hours_of_people(kind: Kind, source_ids: Sequence[int]) -> dict[int, dict[Profile, int]]:
    """When and how often those whom each source concerns want to hear, and how many of them. One statement."""
    person = people(kind, source_ids).subquery("person")
    columns = (person.c.source_id, *(person.c[name] for name in Profile._fields))
    found: dict[int, dict[Profile, int]] = defaultdict(dict)
    for row in db.session.execute(select(*columns, func.count().label("people")).group_by(*columns)):
        found[row.source_id][Profile(*(getattr(row, name) for name in Profile._fields))] = row.people
    return found
