"""One person's news, as the bell shows them: at once, whatever they have chosen to receive by mail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import Deadline
from procurement.notifications import rendering
from procurement.notifications.categories import Category
from procurement.notifications.dossier import Matter, gather
from procurement.notifications.kinds import KINDS
from procurement.notifications.letters import Office
from procurement.notifications.models import Notification, Outcome
from procurement.notifications.papers import path as papers_path
from procurement.notifications.whom import people

log = structlog.get_logger(__name__)

PAGE = 30
"""News a page."""
MOST = 99
"""Beyond that many unread nobody counts."""

_SHOWN = [kind.name for kind in KINDS.values() if kind.category is not Category.SECURITY]
_AT = case((Notification.event_id.is_not(None), Notification.created_at), else_=Notification.due_at)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a person was told, or is about to be."""

    id: int
    kind: str
    at: datetime
    unread: bool
    headline: str
    """What it says; empty where it no longer concerns this person: then only that it was said."""
    todo: str
    tender: str
    """Title of the tender; empty for what is about none."""
    path: str
    """Where one sees more; empty where there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Bell:
    """A page of news, and the number before which the next one begins (0: there is none)."""

    rows: Sequence[News]
    older: int = 0


def _theirs(user_id: int) -> ColumnElement[bool]:
    """What has reached, or is to reach, this person: nothing that was void or came too late."""
    now = clock.now()
    return and_(
        Notification.recipient_id == user_id,
        Notification.kind.in_(_SHOWN),
        or_(
            Notification.outcome.is_(None),
            Notification.outcome.not_in((Outcome.VOID, Outcome.EXPIRED)),
        ),
        now >= _AT,
    )


def unread(user: User) -> int:
    """How many news came since the person last looked, `MOST` at most. One statement."""
    since = true() if user.news_read_at is None else user.news_read_at < _AT
    some = select(Notification.id).where(_theirs(user.id), since).limit(MOST).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def news(user: User, office: Office, *, before: int = 0, locale: str = "") -> Bell:
    """The person's news, newest first, in `locale` (their own unless another is given); from `before` on."""
    query = select(Notification, _AT.label("at")).where(_theirs(user.id))
    if before:
        query = query.where(Notification.id < before)
    found = db.session.execute(query.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    more, found = len(found) > PAGE, found[:PAGE]
    told = [row.Notification for row in found]
    concerned = _concerned(user.id, told)
    ids = {n.deadline_id for n in told if n.deadline_id is not None}
    deadlines = {one.id: one for one in db.session.scalars(select(Deadline).where(Deadline.id.in_(ids)))}
    matters = gather(told, deadlines)
    rows = []
    for row in found:
        n, matter = row.Notification, matters[row.Notification.id]
        if matter.folded:
            continue
        said = _said(n, matter, locale or user.locale, office) if n.id in concerned else ("", "")
        rows.append(
            News(
                id=n.id,
                kind=n.kind,
                at=row.at,
                unread=user.news_read_at is None or row.at > user.news_read_at,
                headline=said[0],
                todo=said[1],
                tender=matter.tender.title if matter.tender else "",
                path=_path(matter) if n.id in concerned else "",
            )
        )
    return Bell(rows, older=told[-1].id if more else 0)


def _concerned(user_id: int, told: Sequence[Notification]) -> set[int]:
    """Which of these still concern the person: what left with a place is no longer theirs to read (N19, G3)."""
    sources: dict[str, set[int]] = defaultdict(set)
    for n in told:
        sources[n.kind].add(n.event_id or n.deadline_id or 0)
    open_to: Mapping[str, set[int]] = {
        name: {row.source_id for row in db.session.execute(people(KINDS[name], sorted(ids), among=[user_id]))}
        for name, ids in sources.items()
    }
    return {n.id for n in told if (n.event_id or n.deadline_id) in open_to[n.kind]}


def _said(n: Notification, matter: Matter, locale: str, office: Office) -> tuple[str, str]:
    """The headline and what to do; one that can't be written is shown without, and holds up no other."""
    if (
        n.deadline_id is not None
        and matter.deadline is not None
        and matter.deadline.version != n.deadline_version
    ):
        return ("", "")
    try:
        return rendering.headline(rendering.Item(KINDS[n.kind], matter), locale, office)
    except Exception:
        log.exception("news not written", notification_id=n.id)
        return ("", "")


def _path(matter: Matter) -> str:
    if matter.bid is not None:
        return f"/reponses/{matter.bid.id}"
    if matter.certificate is not None:
        return papers_path(matter.certificate.member_id)
    if matter.wanted and matter.member is not None:
        return papers_path(matter.member.id)
    return f"/marches/{matter.tender.id}" if matter.tender else ""
