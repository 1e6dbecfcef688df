"""What tenders ask, as `tenders/fit.py` weighs it, read with other columns in one statement."""

from typing import Any

from sqlalchemy import Text, cast, func, select

from procurement.tenders.fit import Asked
from procurement.tenders.models import Clause, ClauseKind, Lot, Reservation, Tender

_LOT_RESERVATIONS = (
    select(func.array_agg(cast(Lot.reservation, Text).distinct()))
    .where(Lot.tender_id == Tender.id, Lot.reservation.is_not(None))
    .correlate(Tender)
    .scalar_subquery()
)
_CLAUSES = (
    select(func.array_agg(cast(Clause.kind, Text).distinct()))
    .where(Clause.tender_id == Tender.id)
    .correlate(Tender)
    .scalar_subquery()
)
ASKED: tuple[Any, ...] = (
    Tender.reservation,
    Tender.procedure,
    Tender.service_nature,
    Tender.departments,
    Tender.cpv_codes,
    Tender.due_at,
    _LOT_RESERVATIONS.label("lot_reservations"),
    _CLAUSES.label("clauses"),
)
"""Columns that `asked_of` reads."""


def asked_of(row: Any) -> Asked:
    """What a tender asks, from a row that has the columns of `ASKED`."""
    return Asked(
        reservation=row.reservation,
        lot_reservations=frozenset(Reservation(value) for value in row.lot_reservations or ()),
        clauses=frozenset(ClauseKind(value) for value in row.clauses or ()),
        nature=row.service_nature,
        procedure=row.procedure,
        departments=tuple(row.departments),
        cpv=tuple(row.cpv_codes),
        due_at=row.due_at,
    )
