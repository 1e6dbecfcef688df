"""Why a contract may suit somebody: which of their structures could answer it, and where they work."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from procurement.core.db import db
from procurement.members.models import Member, MemberKind, Membership
from procurement.notifications.audiences.pieces import COULD_ANSWER, MANAGES
from procurement.notifications.models import Notification
from procurement.notifications.recordset import among
from procurement.tenders.models import SavedSearch, Tender
from procurement.tenders.saved import fits


@dataclass(frozen=True, slots=True)
class Suit:
    """A structure that could answer."""

    name: str
    kind: MemberKind
    departments: tuple[str, ...]
    """Those of the contract in which it works; none where the contract names none."""


def searches_of(notifications: Sequence[Notification]) -> Callable[[Notification], Sequence[str]]:
    """The names of the recipient's searches that the tender fits, by notification. One statement."""
    if not notifications:
        return lambda _: ()
    rows = db.session.execute(
        select(SavedSearch.user_id, Tender.id.label("tender_id"), SavedSearch.name)
        .select_from(SavedSearch)
        .join(Tender, and_(SavedSearch.paused_at.is_(None), fits()))
        .where(
            SavedSearch.user_id == among(n.recipient_id for n in notifications),
            Tender.id == among(n.tender_id for n in notifications),
        )
        .order_by(SavedSearch.name)
    )
    found: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for row in rows:
        found[row.user_id, row.tender_id].append(row.name)
    return lambda n: found[n.recipient_id, n.tender_id]


def suits_of(notifications: Sequence[Notification]) -> Callable[[Notification], Sequence[Suit]]:
    """Which structures that the recipient manages could answer the tender, by notification. One statement."""
    if not notifications:
        return lambda _: ()
    wanted = and_(
        Membership.user_id == among(n.recipient_id for n in notifications),
        Tender.id == among(n.tender_id for n in notifications),
    )
    rows = db.session.execute(
        select(
            Membership.user_id,
            Tender.id.label("tender_id"),
            Tender.departments,
            Member.name,
            Member.kind,
            Member.department,
            Member.territory,
        )
        .select_from(Membership)
        .join(Member, and_(Member.id == Membership.member_id, Member.left_at.is_(None)))
        .join(Tender, COULD_ANSWER)
        .where(wanted, MANAGES)
        .order_by(Member.name)
    )
    found: dict[tuple[int | None, int | None], list[Suit]] = defaultdict(list)
    for row in rows:
        works = {row.department, *row.territory}
        common = tuple(code for code in row.departments if code in works)
        found[row.user_id, row.tender_id].append(Suit(row.name, row.kind, common))
    return lambda n: found[n.recipient_id, n.tender_id]
