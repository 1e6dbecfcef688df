"""The list's filters, each written once: for a search's own values, and for the columns of all searches that are kept."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_
from sqlalchemy.dialects.postgresql import array

from procurement.tenders.models import Lot, Tender

Filter = Callable[[Any, Any], ColumnElement[bool]]
"""From what is asked (a value or a column) and since when one looks to a condition on `Tender`."""


def _in_department(code: Any, _since: Any) -> ColumnElement[bool]:
    return Tender.departments.contains(array([cast(code, Text)]))


def _of_kind(kind: Any, _since: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = Tender.kind == kind
    return same


def _due_within(days: Any, since: Any) -> ColumnElement[bool]:
    """Days of 24 hours, whatever clocks do meanwhile."""
    until = since + func.make_interval(0, 0, 0, 0, days * 24)
    return and_(Tender.due_at.is_not(None), Tender.sort_at > since, Tender.sort_at <= until)


def _reserved(reservation: Any, _since: Any) -> ColumnElement[bool]:
    of_a_lot = exists().where(Lot.tender_id == Tender.id, Lot.reservation == reservation)
    return or_(Tender.reservation == reservation, of_a_lot)


FILTERS: Mapping[str, Filter] = {
    "department": _in_department,
    "kind": _of_kind,
    "within_days": _due_within,
    "reservation": _reserved,
}
"""By the name that `TenderSearch` and `SavedSearch` give to what is asked."""


def narrowed(asked: Any, since: Any) -> list[ColumnElement[bool]]:
    """The conditions of the filters that `asked` (a `TenderSearch`) chooses, looked at from the instant `since` on."""
    return [holds(value, since) for name, holds in FILTERS.items() if (value := getattr(asked, name))]
