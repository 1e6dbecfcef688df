"""The delegate's timeline: where the dates of live tenders fall on one common scale. Pure: instants in, shares out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date
from flask_babel import get_locale

from procurement.bids.queries.delegate_desk import Line
from procurement.core.clock import PARIS

BEFORE = timedelta(days=7)
SHORTEST = timedelta(days=35)
LONGEST = timedelta(days=120)
MARGIN = timedelta(days=3)
TICKS = 7
"""Most dates named on the scale."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A day named on the scale, and where it stands, as a share of the width ("12.50%")."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Part of a line: from, how wide, and what it is (registration, group)."""

    start: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A date on a line; `kind` says which, `beyond` that it lies past the end of the scale."""

    at: str
    kind: str
    beyond: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tender's line."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole: scale, the present, a line for each tender by id."""

    ticks: tuple[Tick, ...]
    now: str
    rows: dict[int, Drawn]


class _Scale:
    def __init__(self, lines: Sequence[Line], now: datetime) -> None:
        due = [line.tender.due_at for line in lines if line.tender.due_at]
        last = max(due, default=now) + MARGIN
        self.start = _midnight(now - BEFORE)
        self.end = min(max(last, now + SHORTEST), now + LONGEST)

    def share(self, instant: datetime) -> float:
        """Where `instant` falls, 0 to 100, kept within the drawing."""
        return min(max(100 * ((instant - self.start) / (self.end - self.start)), 0.0), 100.0)


def _midnight(instant: datetime) -> datetime:
    return datetime.combine(instant.astimezone(PARIS).date(), time(), tzinfo=PARIS)


def _percent(share: float) -> str:
    return f"{share:.2f}%"


def draw(lines: Sequence[Line], now: datetime) -> Drawing:
    """The drawing of `lines` at `now`: from a week ago to the last date, five weeks at least and four months at most."""
    scale = _Scale(lines, now)
    return Drawing(
        ticks=tuple(_ticks(scale)),
        now=_percent(scale.share(now)),
        rows={line.tender.id: _row(line, scale) for line in lines},
    )


def _ticks(scale: _Scale) -> list[Tick]:
    """Mondays, each, every second or every fourth, so that their names have room."""
    first, last = scale.start.date(), scale.end.astimezone(PARIS).date()
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = (last - monday).days // 7 + 1
    step = next(step for step in (1, 2, 4, 8) if weeks / step <= TICKS)
    days = [monday + timedelta(weeks=number) for number in range(0, weeks, step)]
    return [
        Tick(_percent(scale.share(_start_of(day))), format_date(day, "d MMM", get_locale())) for day in days
    ]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)


def _row(line: Line, scale: _Scale) -> Drawn:
    tender = line.tender
    published, closes, due = tender.published_at, tender.registrations_close_at, tender.due_at
    bars = []
    opening_ends = closes or due
    if published and opening_ends:
        bars.append(_bar(published, opening_ends, "registration", scale))
    if closes and due and closes < due:
        bars.append(_bar(closes, due, "group", scale))
    marks = [
        Mark(_percent(scale.share(instant)), kind, instant > scale.end)
        for instant, kind in ((closes, "closes"), (due, "due"))
        if instant and instant >= scale.start
    ]
    return Drawn(tuple(bar for bar in bars if bar.width != "0.00%"), tuple(marks))


def _bar(start: datetime, end: datetime, kind: str, scale: _Scale) -> Bar:
    left, right = scale.share(start), scale.share(end)
    return Bar(_percent(left), _percent(max(right - left, 0)), kind)
