"""What a person takes away of what stands here about them (GDPR, articles 15 and 20): theirs alone, nothing of others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from procurement.accounts.models import User
from procurement.core import events
from procurement.core.db import Base, db
from procurement.core.errors import NotFound
from procurement.core.events import Event, EventDetail
from procurement.core.i18n import N_
from procurement.core.policy import Actor
from procurement.members.models import Member
from procurement.privacy.holdings import ACCOUNT, HOLDINGS, Column, Holding, addresses_of
from procurement.tenders.models import Tender

OWN_TRAIL = N_("What was done to my account")
DEEDS = N_("What I did")

Row = Mapping[str, Any]

_NAMES: Mapping[str, tuple[type[Base], Any]] = {
    "member_id": (Member, Member.name),
    "tender_id": (Tender, Tender.title),
}
"""Numbers that are told by the name of what they number."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind: what they are (an msgid), the table they stand in, and what each says by column."""

    title: str
    table: str
    rows: Sequence[Row]


def take_away(actor: Actor) -> Sequence[Section]:
    """All that stands here about `actor`, section by section, and the trail of it: the event `data_exported`.

    A section that has no row is left out. Raises NotFound for whoever has no account.
    """
    user = db.session.get(User, actor.user_id) if actor.user_id is not None else None
    if user is None:
        raise NotFound
    events.record(actor, "data_exported", user)
    addresses = addresses_of(user)
    account = {column.key: getattr(user, column.key) for column in ACCOUNT}
    found = [Section(N_("My account"), User.__tablename__, [account])]
    found += [
        Section(holding.title, holding.table, _rows(holding, user.id, addresses)) for holding in HOLDINGS
    ]
    found += [
        Section(OWN_TRAIL, Event.__tablename__, _own_trail(user.id)),
        Section(DEEDS, Event.__tablename__, _deeds(user.id)),
    ]
    return [section for section in found if section.rows]


def _rows(holding: Holding, user_id: int, addresses: Collection[str]) -> Sequence[Row]:
    columns: Sequence[Column] = holding.shown
    rows = db.session.execute(
        select(*columns)
        .where(holding.about(user_id, addresses))
        .order_by(*holding.model.__table__.primary_key)
    )
    return _named([dict(zip((c.key for c in columns), row, strict=True)) for row in rows])


def _named(rows: Sequence[dict[str, Any]]) -> Sequence[Row]:
    """`rows` with the names of structures and tenders instead of their numbers. One statement for each of the two."""
    for column, (model, name) in _NAMES.items():
        numbers = {row[column] for row in rows if row.get(column)}
        if numbers:
            key = model.__table__.c.id
            names: dict[int, str] = dict(db.session.execute(select(key, name).where(key.in_(numbers))).all())
            for row in rows:
                row[column] = names.get(row[column], row[column])
    return rows


def _own_trail(user_id: int) -> Sequence[Row]:
    """Events of the account, with the values that stand beside them: the person's former name and telephone."""
    rows = db.session.execute(
        select(Event.at, Event.verb, Event.facts, EventDetail.values)
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .where(Event.subject_type == User.__tablename__, Event.subject_id == user_id)
        .order_by(Event.id)
    )
    return _told(rows, ("at", "verb", "facts", "values"))


def _deeds(user_id: int) -> Sequence[Row]:
    """What the person did to anything else; the reason if they typed one, no other value: it may be of others."""
    reason = EventDetail.values["reason"].astext
    rows = db.session.execute(
        select(Event.at, Event.verb, Event.subject_type, Event.subject_id, reason)
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .where(
            Event.actor_id == user_id,
            ~and_(Event.subject_type == User.__tablename__, Event.subject_id == user_id),
        )
        .order_by(Event.id)
    )
    return _told(rows, ("at", "verb", "subject_type", "subject_id", "reason"))


def _told(rows: Iterable[Any], columns: Sequence[str]) -> Sequence[Row]:
    return [
        {name: value for name, value in zip(columns, row, strict=True) if value not in (None, {})}
        for row in rows
    ]
