"""Tenders suggested to a person's structures, the best first, each with its reasons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from procurement.bids.models import Participation
from procurement.bids.queries.states import participation_state_expression
from procurement.bids.rules import ParticipationState
from procurement.bids.rules.lessons import Refused
from procurement.bids.rules.suggesting import is_suggested, suits
from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.members.models import Member
from procurement.members.queries import own
from procurement.tenders.fit import Fit
from procurement.tenders.models import Buyer, Tender, TenderKind
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.asked import ASKED, asked_of

LOOKED_AT = 500
"""Most open tenders that are weighed: those published last."""
REMEMBERED = 200
"""Most refusals that teach: the latest."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An open tender, for one of the person's structures: the one that it suits best."""

    tender_id: int
    title: str
    buyer: str
    kind: TenderKind
    departments: tuple[str, ...]
    closes_at: datetime | None
    due_zone: str
    member: Member
    others: tuple[str, ...]
    """The person's other structures that it is suggested to."""
    fit: Fit


def suggestions(actor: Actor, now: datetime, members: Sequence[Member] | None = None) -> list[Suggestion]:
    """What is suggested to the structures of `actor` at `now`, the best first; those they answered left out.

    Three statements, two where the page has read its structures (`members`); none for somebody of no structure.
    """
    if not actor.memberships:
        return []
    mine = list(actor.memberships)
    members = own(actor) if members is None else members
    refused = _refused(mine)
    found = [one for row in _open(actor, mine, now) if (one := _suggestion(row, members, refused, now))]
    return sorted(found, key=lambda one: (-one.fit.score, one.closes_at or now, one.tender_id))


def _refused(mine: Sequence[int]) -> dict[int, list[Refused]]:
    """By structure, what it said wasn't for it."""
    rows = db.session.execute(
        select(
            Participation.member_id,
            Participation.not_for_us_reason,
            Tender.buyer_id,
            Tender.departments,
            Tender.cpv_codes,
        )
        .join(Tender, Tender.id == Participation.tender_id)
        .where(Participation.member_id.in_(mine), Participation.not_for_us_at.is_not(None))
        .order_by(Participation.not_for_us_at.desc())
        .limit(REMEMBERED)
    )
    found: dict[int, list[Refused]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(
            Refused(row.not_for_us_reason, row.buyer_id, tuple(row.departments), tuple(row.cpv_codes))
        )
    return found


def _open(actor: Actor, mine: Sequence[int], now: datetime) -> Sequence[Any]:
    answered = (
        select(func.array_agg(Participation.member_id))
        .where(
            Participation.tender_id == Tender.id,
            Participation.member_id.in_(mine),
            participation_state_expression() != ParticipationState.WITHDRAWN.value,
        )
        .correlate(Tender)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Tender.id,
            Tender.title,
            Tender.kind,
            Tender.buyer_id,
            Tender.eligible_kinds,
            Tender.due_zone,
            Buyer.name.label("buyer"),
            func.least(Tender.registrations_close_at, Tender.due_at).label("closes_at"),
            answered.label("answered"),
            *ASKED,
        )
        .join(Buyer, Buyer.id == Tender.buyer_id)
        .where(
            visible_to(actor),
            Tender.published_at.is_not(None),
            Tender.cancelled_at.is_(None),
            Tender.sort_at >= now,
            or_(Tender.registrations_close_at.is_(None), Tender.registrations_close_at >= now),
        )
        .order_by(Tender.published_at.desc(), Tender.id.desc())
        .limit(LOOKED_AT)
    ).all()


def _suggestion(
    row: Any, members: Sequence[Member], refused: dict[int, list[Refused]], now: datetime
) -> Suggestion | None:
    asked = asked_of(row)
    found: list[tuple[Fit, Member]] = []
    for member in members:
        if member.id in (row.answered or ()):
            continue
        suiting = suits(
            member,
            asked,
            buyer_id=row.buyer_id,
            eligible_kinds=row.eligible_kinds,
            refused=refused.get(member.id, ()),
            now=now,
        )
        if suiting is not None and is_suggested(suiting):
            found.append((suiting, member))
    if not found:
        return None
    found.sort(key=lambda pair: -pair[0].score)
    best, member = found[0]
    return Suggestion(
        tender_id=row.id,
        title=row.title,
        buyer=row.buyer,
        kind=row.kind,
        departments=tuple(row.departments),
        closes_at=row.closes_at,
        due_zone=row.due_zone,
        member=member,
        others=tuple(other.name for _, other in found[1:]),
        fit=best,
    )
