"""The state of a tender in SQL: the twin of `rules.tender_state`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_

from procurement.tenders.models import Tender
from procurement.tenders.rules import TenderState


def state_expression(now: datetime) -> ColumnElement[str]:
    """The state of `Tender` at `now`, in SQL: the twin of `rules.tender_state`, as its value."""
    return case(
        (Tender.cancelled_at.is_not(None), literal(TenderState.CANCELLED.value)),
        (
            and_(Tender.published_at.is_(None), Tender.set_aside_at.is_(None)),
            literal(TenderState.DRAFT.value),
        ),
        (Tender.published_at.is_(None), literal(TenderState.SET_ASIDE.value)),
        (Tender.due_at < now, literal(TenderState.CLOSED.value)),
        (Tender.registrations_close_at < now, literal(TenderState.REGISTRATION_CLOSED.value)),
        else_=literal(TenderState.OPEN.value),
    )


def not_set_aside() -> ColumnElement[bool]:
    """Whether `Tender` isn't a draft that was left aside."""
    return or_(
        Tender.set_aside_at.is_(None), Tender.published_at.is_not(None), Tender.cancelled_at.is_not(None)
    )


def in_time(at: Any) -> ColumnElement[bool]:
    """Whether one can still register for it and answer it at the instant `at` (a value or a column)."""
    return and_(
        or_(Tender.registrations_close_at.is_(None), Tender.registrations_close_at > at),
        or_(Tender.due_at.is_(None), Tender.due_at > at),
    )


def state_condition(state: TenderState, now: datetime) -> ColumnElement[bool]:
    """The tenders that are in `state` at `now`, as a condition that indexes can serve."""
    published = and_(Tender.cancelled_at.is_(None), Tender.published_at.is_not(None))
    draft = and_(Tender.cancelled_at.is_(None), Tender.published_at.is_(None))
    not_due = or_(Tender.due_at.is_(None), Tender.due_at >= now)
    return {
        TenderState.CANCELLED: Tender.cancelled_at.is_not(None),
        TenderState.DRAFT: and_(draft, Tender.set_aside_at.is_(None)),
        TenderState.SET_ASIDE: and_(draft, Tender.set_aside_at.is_not(None)),
        TenderState.CLOSED: and_(published, Tender.due_at < now),
        TenderState.REGISTRATION_CLOSED: and_(published, not_due, Tender.registrations_close_at < now),
        TenderState.OPEN: and_(
            published,
            not_due,
            or_(Tender.registrations_close_at.is_(None), Tender.registrations_close_at >= now),
        ),
    }[state]
