"""The drawn grid of cover: sites down, structures across, hours asked and brought."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from procurement.bids.models import Participation
from procurement.bids.rules import Cover, cover_of, hours_covered
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
    """A structure, what it would serve and the hours a week it brings (None: not said).

    `other_lots` and `other_groups`, as far as the reader may know: lots that it offers the same hours for, groups that
    count them too. `counted_by`, where the grid is a whole tender's: its groups, if several count the same hours.
    """

    member: Member
    hours: Decimal | None
    lot_ids: frozenset[int]
    site_ids: frozenset[int]
    other_lots: tuple[str, ...] = ()
    other_groups: tuple[str, ...] = ()
    counted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """A structure, and the hours a week that the sites it would serve ask for."""

    column: GridColumn
    asked: Decimal

    @property
    def over(self) -> bool:
        """Whether its sites ask for more than it offers."""
        return self.column.hours is not None and self.asked > self.column.hours

    @property
    def remarkable(self) -> bool:
        """Whether its hours don't simply count as they stand."""
        twice = self.column.other_lots or self.column.other_groups or self.column.counted_by
        return self.over or bool(self.column.hours and twice)


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
        return sum((_hours(row) for row in self.rows), Decimal(0))


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
    def loads(self) -> tuple[Load, ...]:
        """For each structure, in their order, what the sites that it named ask for."""
        rows = [row for lot in self.lots for row in lot.rows if row.site and row.site.weekly_hours]
        return tuple(
            Load(column, sum((_hours(row) for row in rows if row.cells[at] is Cover.YES), Decimal(0)))
            for at, column in enumerate(self.columns)
        )

    @property
    def covered(self) -> Decimal:
        """Hours asked that the structures can give, each hour counted once."""
        return self._given([column.hours or Decimal(0) for column in self.columns])

    @property
    def sure(self) -> Decimal:
        """The same without the structures whose hours another group counts too."""
        return self._given(
            [column.hours or Decimal(0) if not column.other_groups else Decimal(0) for column in self.columns]
        )

    def _given(self, offered: Sequence[Decimal]) -> Decimal:
        asked: defaultdict[frozenset[int], Decimal] = defaultdict(Decimal)
        for row in (row for lot in self.lots for row in lot.rows):
            asked[frozenset(at for at, cell in enumerate(row.cells) if cell is not Cover.NONE)] += _hours(row)
        return hours_covered(asked, offered)


def _hours(row: GridRow) -> Decimal:
    return (row.site.weekly_hours if row.site else None) or Decimal(0)


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
