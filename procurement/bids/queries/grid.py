"""The drawn grid of cover: sites down, structures across, hours asked and brought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from procurement.bids.models import Participation
from procurement.bids.rules import Cover, cover_of
from procurement.members.models import Member
from procurement.tenders.models import Lot, Site

WEEKLY_HOURS = Decimal(35)
"""Hours of a full-time equivalent, to compare what is brought with what is asked."""


def hours_of(participation: Participation | None) -> Decimal | None:
    """Hours a week that a registration brings: as said, or its full-time equivalents at 35 hours; None: not said."""
    if participation is None:
        return None
    if participation.hours_a_week is not None:
        return participation.hours_a_week
    equivalents = participation.full_time_equivalents
    return None if equivalents is None else equivalents * WEEKLY_HOURS


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A structure, what it would serve and the hours a week it brings (None: not said)."""

    member: Member
    hours: Decimal | None
    lot_ids: frozenset[int]
    site_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A site (None: the lot has none), and for each structure whether it would serve it."""

    site: Site | None
    cells: tuple[Cover, ...]

    @property
    def served(self) -> int:
        """How many structures would serve it."""
        return sum(cell is not Cover.NONE for cell in self.cells)


@dataclass(frozen=True, slots=True)
class GridLot:
    """A lot and its sites."""

    lot: Lot
    rows: tuple[GridRow, ...]

    @property
    def asked(self) -> Decimal:
        """Hours a week that its sites ask for, where they are known."""
        return sum((row.site.weekly_hours or Decimal(0) for row in self.rows if row.site), Decimal(0))


@dataclass(frozen=True, slots=True)
class Grid:
    """Cover of the sites."""

    columns: tuple[GridColumn, ...]
    lots: tuple[GridLot, ...]

    @property
    def uncovered(self) -> tuple[GridRow, ...]:
        """Rows that nobody would serve."""
        return tuple(row for lot in self.lots for row in lot.rows if not row.served)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(len(lot.rows) for lot in self.lots)

    @property
    def asked(self) -> Decimal:
        """Hours a week that all sites ask for, where they are known."""
        return sum((lot.asked for lot in self.lots), Decimal(0))

    @property
    def brought(self) -> Decimal:
        """Hours a week that all structures bring, where they said."""
        return sum((column.hours or Decimal(0) for column in self.columns), Decimal(0))


def grid_of(lots: Iterable[tuple[Lot, Sequence[Site]]], columns: Iterable[GridColumn]) -> Grid:
    """The cover of these lots' sites by these structures, from rows already read."""
    across = tuple(columns)
    return Grid(across, tuple(_lot(lot, sites, across) for lot, sites in lots))


def _lot(lot: Lot, sites: Sequence[Site], columns: Sequence[GridColumn]) -> GridLot:
    places = frozenset(site.id for site in sites)
    down: list[Site | None] = [*sites] or [None]
    rows = (
        GridRow(
            site,
            tuple(
                cover_of(site.id if site else None, lot.id, places, column.lot_ids, column.site_ids)
                for column in columns
            ),
        )
        for site in down
    )
    return GridLot(lot, tuple(rows))
