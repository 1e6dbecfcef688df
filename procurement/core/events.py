"""The trail: one append-only row for each change of state, chained to the one before of the same subject.

It is at once the audit trail, the activity that pages show and the source of notifications. What is personal or
confidential (names, reasons typed, prices) stands in a side row that can be erased; the event keeps its salted
digest, so that the chain stays provable after the erasure.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Table, UniqueConstraint, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from procurement.core import clock, logs
from procurement.core.bulk import insert_rows
from procurement.core.db import Base, Identified, db
from procurement.core.policy import Actor


class Event(Identified, Base):
    """One change of state: who, what, on which subject, when; `facts` holds ids, field names and instants only."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "rank"),
        Index("ix_event_unhandled", "id", postgresql_where="handled_at IS NULL"),
        Index("ix_event_actor", "actor_id"),
    )

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    """The person; None for the product itself or a visitor. No foreign key: the trail outlives the account."""
    on_behalf_of: Mapped[int | None] = mapped_column(BigInteger)
    """The member structure for which the actor did it, when it is not the actor's own."""
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int]
    """Place in the subject's chain, from 1."""
    verb: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    detail_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    handled_at: Mapped[datetime | None]
    """When the notifier has drawn what it had to from this event; not part of the chain."""
    request_id: Mapped[str | None]
    """The request that did it, as the logs name it; not part of the chain."""

    detail: Mapped["EventDetail | None"] = relationship(back_populates="event", lazy="raise")


class EventDetail(Base):
    """The values of an event that can be erased: what stood before and after, reasons as typed."""

    __tablename__ = "event_detail"

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("event.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)

    event: Mapped[Event] = relationship(back_populates="detail", lazy="raise")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _digest(event: Mapping[str, Any]) -> bytes:
    """The digest of an event, from its columns by name."""
    parts = [
        event["previous"].hex() if event["previous"] else "",
        event["at"].isoformat(),
        event["actor_id"],
        event["on_behalf_of"],
        event["subject_type"],
        event["subject_id"],
        event["rank"],
        event["verb"],
        event["facts"],
        event["detail_digest"].hex() if event["detail_digest"] else "",
    ]
    return hashlib.sha256(_canonical(parts)).digest()


def _detail_digest(salt: bytes, values: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(salt + _canonical(values)).digest()


def record(
    actor: Actor,
    verb: str,
    subject: Base,
    *,
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> Event:
    """Write that `actor` did `verb` to `subject`, in the transaction of the change itself.

    `facts` are plain JSON: ids, names of changed fields, ISO instants. `values` are what may have to be erased one
    day (reasons, names, prices, before and after). The subject's row is locked, so that its chain has no fork.
    Returns the event, flushed.
    """
    table = cast("Table", subject.__table__)
    subject_id: int = subject.id  # type: ignore[attr-defined]
    db.session.execute(select(table.c.id).where(table.c.id == subject_id).with_for_update())
    last = db.session.execute(
        select(Event.rank, Event.digest)
        .where(Event.subject_type == table.name, Event.subject_id == subject_id)
        .order_by(Event.rank.desc())
        .limit(1)
    ).first()
    made = _columns(actor, on_behalf_of)
    made |= _said(verb, table.name, subject_id, last.rank + 1 if last else 1, facts)
    made["previous"] = last.digest if last else None
    detail = None
    if values:
        plain = json.loads(_canonical(dict(values)))
        salt = secrets.token_bytes(16)
        made["detail_digest"] = _detail_digest(salt, plain)
        detail = EventDetail(salt=salt, values=plain)
    event = Event(**made, digest=_digest(made), detail=detail)
    db.session.add(event)
    db.session.flush()
    return event


def record_first(
    actor: Actor, begun: Iterable[tuple[tuple[str, int], Sequence[tuple[str, Mapping[str, Any]]]]]
) -> None:
    """Write the first events of subjects that were written in this very transaction.

    `begun`: each subject (table name and id) with pairs of verb and facts, in order. Nobody else can have seen such a
    subject, so nothing is locked or read; the chains are those of `record`.
    """
    rows = []
    common = _columns(actor, None)
    for (subject_type, subject_id), said in begun:
        previous: bytes | None = None
        for rank, (verb, facts) in enumerate(said, start=1):
            made = common | _said(verb, subject_type, subject_id, rank, facts)
            made["previous"] = previous
            made["digest"] = previous = _digest(made)
            rows.append(made)
    insert_rows(Event, rows)


def _columns(actor: Actor, on_behalf_of: int | None) -> dict[str, Any]:
    """What events of one actor and moment share, not yet linked to others."""
    return {
        "at": clock.now(),
        "actor_id": actor.user_id,
        "on_behalf_of": on_behalf_of,
        "detail_digest": None,
        "request_id": logs.request_id(),
    }


def _said(
    verb: str, subject_type: str, subject_id: int, rank: int, facts: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What one event says."""
    return {
        "subject_type": subject_type,
        "subject_id": subject_id,
        "rank": rank,
        "verb": verb,
        "facts": json.loads(_canonical(dict(facts))) if facts else {},
    }


def history(subjects: Iterable[tuple[str, int]], *, limit: int = 100) -> Sequence[Event]:
    """The latest events of these subjects (pairs of table name and id), newest first, with their details: one query."""
    wanted = list(subjects)
    if not wanted:
        return []
    pair = select(Event).where(tuple_(Event.subject_type, Event.subject_id).in_(wanted))
    query = pair.outerjoin(Event.detail).order_by(Event.id.desc()).limit(limit)
    return db.session.scalars(query.options(contains_eager(Event.detail))).unique().all()


@dataclass(frozen=True)
class Broken:
    """The first place where a chain doesn't hold."""

    subject_type: str
    subject_id: int
    rank: int


def verify(subject_type: str, subject_id: int) -> Broken | None:
    """Walk one subject's chain: None when it holds, else its first broken link. An erased detail breaks nothing."""
    previous: bytes | None = None
    rows = db.session.scalars(
        select(Event)
        .where(Event.subject_type == subject_type, Event.subject_id == subject_id)
        .order_by(Event.rank)
    )
    for rank, event in enumerate(rows, start=1):
        detail = db.session.get(EventDetail, event.id)
        whole = detail is None or _detail_digest(detail.salt, detail.values) == event.detail_digest
        if (
            event.rank != rank
            or event.previous != previous
            or event.digest != _digest(vars(event))
            or not whole
        ):
            return Broken(subject_type, subject_id, rank)
        previous = event.digest
    return None
