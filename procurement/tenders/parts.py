"""Lots, sites and clauses of a tender, written from what was typed: in place by id, so that registrations hold."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError

from procurement.core.db import db
from procurement.core.errors import Conflict
from procurement.core.i18n import N_
from procurement.tenders.facts import ClauseFacts, LotFacts, SiteFacts
from procurement.tenders.models import Clause, Lot, Site, Tender


def write_lots(tender: Tender, lots: Sequence[LotFacts]) -> None:
    """Make the lots of `tender` (loaded, with their sites) those of `lots`, in that order.

    Ids are looked up among the tender's own rows only: one that is foreign or gone makes a new row. No lots: one, for
    the whole. Raises Conflict when a lot or a site that structures registered for would go.
    """
    with _refusing_rows_in_use():
        _write_lots(tender, lots)


def _write_lots(tender: Tender, lots: Sequence[LotFacts]) -> None:
    wanted = wanted_lots(lots, tender.title)
    own = {lot.id: lot for lot in tender.lots}
    kept: list[Lot | None] = [own.pop(facts.id, None) if facts.id is not None else None for facts in wanted]
    if not lots and len(tender.lots) == 1:
        kept = [*tender.lots]  # one that isn't divided keeps its lot
    tender.lots[:] = [lot for lot in tender.lots if lot in kept]
    db.session.flush()
    _free_numbers(kept, wanted)
    written = []
    for rank, (facts, known) in enumerate(zip(wanted, kept, strict=True), start=1):
        lot = known or Lot(sites=[], number="", title="", rank=rank)
        _write_lot(lot, facts, rank, tender.title, whole=len(wanted) == 1)
        written.append(lot)
    tender.lots[:] = written


def wanted_lots(lots: Sequence[LotFacts], title: str) -> Sequence[LotFacts]:
    """The lots of a tender of that title: one, for the whole, where none is said."""
    return lots or [LotFacts(title=title, number="1")]


def lot_fields(facts: LotFacts, rank: int, title: str, *, whole: bool) -> dict[str, Any]:
    """What a lot's own row says of `facts`, by column. `title`: the tender's, for a lot that has none."""
    return {
        "rank": rank,
        "number": facts.number or str(rank),
        "title": facts.title.strip() or title,
        "description": facts.description,
        "cpv": facts.cpv,
        "reservation": facts.reservation,
        "whole": whole,
    }


def site_fields(facts: SiteFacts, rank: int) -> dict[str, Any]:
    """What a site's own row says of `facts`, by column."""
    return {
        "rank": rank,
        "name": facts.name,
        "town": facts.town,
        "department": facts.department,
        "weekly_hours": facts.weekly_hours,
    }


def _write_lot(lot: Lot, facts: LotFacts, rank: int, title: str, *, whole: bool) -> None:
    _fill(lot, lot_fields(facts, rank, title, whole=whole))
    _write_sites(lot, facts.sites)


def _fill(row: Lot | Site, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def _free_numbers(kept: Sequence[Lot | None], wanted: Sequence[LotFacts]) -> None:
    """Where lots exchange their numbers, take them all back first: a number stands once a tender at any moment."""
    moved = [
        lot
        for rank, (lot, facts) in enumerate(zip(kept, wanted, strict=True), start=1)
        if lot is not None and lot.number != (facts.number or str(rank))
    ]
    for lot in moved:
        lot.number = f"~{lot.id}"
    if moved:
        db.session.flush()


def _write_sites(lot: Lot, sites: Sequence[SiteFacts]) -> None:
    own = {site.id: site for site in lot.sites}
    written = []
    for rank, facts in enumerate(sites, start=1):
        site = (own.pop(facts.id, None) if facts.id is not None else None) or Site()
        _fill(site, site_fields(facts, rank))
        written.append(site)
    lot.sites[:] = written


def write_clauses(tender: Tender, clauses: Sequence[ClauseFacts]) -> None:
    """Make the clauses of `tender` (loaded) those of `clauses`."""
    own = {clause.id: clause for clause in tender.clauses}
    written = []
    for facts in clauses:
        clause = (own.pop(facts.id, None) if facts.id is not None else None) or Clause()
        clause.kind, clause.text, clause.hours = facts.kind, facts.text, facts.hours
        written.append(clause)
    tender.clauses[:] = written
    db.session.flush()


@contextmanager
def _refusing_rows_in_use() -> Iterator[None]:
    """Write what the block changes; a row that others hold on to is refused in words, not as a fault."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        if "foreign key" not in str(error.orig):
            raise
        raise Conflict(
            N_(
                "A lot or a site that you remove is one that structures have registered for. Keep it, or have them "
                "change their registration first."
            )
        ) from error
