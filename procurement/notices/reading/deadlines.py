"""Deadlines, read so that nobody ever arrives late.

Sources write the same noon in Paris as "12:00:00", "12:00:00+02:00", "12:00:00Z" or with the wrong season's offset,
and the bulletin's own page always shows the digits as they stand. So the digits, read in Paris, are the hour shown;
where the offset tells another instant, or two places of a notice differ, reminders count from the earlier one and
the doubt is told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from procurement.core.clock import PARIS
from procurement.core.i18n import N_
from procurement.notices.parsed import ReadDeadline
from procurement.notices.reading.text import one_line

OTHER_ZONE = N_("The source gives this hour with a time zone that isn't that of Paris on that day.")
NO_HOUR = N_("The source gives a day without an hour: the beginning of that day is kept.")
CONVERTED = N_(
    "Only a converted hour is known, not what the buyer wrote: the true hour may be up to two hours later."
)
PLACES_DIFFER = N_("The notice gives different dates in different places: reminders count from the earliest.")
CLOCK_CHANGE = N_("On that day clocks change at that hour: it doesn't exist, or comes twice.")
BEFORE_PUBLICATION = N_("This date stands before the notice's own publication.")

_YEARS_AHEAD = 40  # dynamic purchasing systems stay open for fifteen years, so a far year alone is no fault
_ISO = re.compile(
    r"(?P<year>\d{4,6})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_FRENCH = re.compile(
    r"(?:le )?(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4,6})"
    r"(?:\s*(?:,|à)?\s*(?P<hour>\d{1,2})\s*[:hH]\s*(?P<minute>\d{2})?(?::(?P<second>\d{2}))?)?(?P<offset>)",
    re.ASCII,
)


class AbsurdDateError(ValueError):
    """A date that no contract can have, such as the year 7017; `raw` is what the source said."""

    def __init__(self, raw: str) -> None:
        super().__init__(raw)
        self.raw = raw


@dataclass(frozen=True, slots=True)
class _Said:
    """A date as the source writes it: the digits, and the offset where it gives one."""

    raw: str
    digits: datetime
    has_hour: bool
    offset: timedelta | None

    @property
    def instant(self) -> datetime | None:
        """The instant that digits and offset name; None without offset."""
        return (
            None if self.offset is None else self.digits.replace(tzinfo=timezone(self.offset)).astimezone(UTC)
        )


def read_deadline(
    said: Iterable[str], *, served: str = "", published_on: date | None = None
) -> ReadDeadline | None:
    """The deadline that a notice means, or None where it gives none that can be read.

    `said` is what the notice's own places say, the most trusted first; `served` is the value that the open-data
    interface made of it (UTC), used alone only where there is nothing else. `published_on` is the day of
    publication, which bounds what can be true.

    Raises AbsurdDateError for a year that no contract can have.
    """
    own = [found for found in map(_understood, said) if found]
    converted = _understood(served)
    for one in [*own, *([converted] if converted else [])]:
        _bound(one, published_on)
    if not own:
        return _from_served(converted, published_on) if converted else None
    first, *others = sorted(own, key=lambda one: not one.has_hour)
    candidates = _instants(first)
    doubts: list[str] = []
    if len(_wall(first.digits)) > 1 and not _settled(first):
        doubts.append(CLOCK_CHANGE)
    if not first.has_hour:
        doubts.append(NO_HOUR)
    for other in others:
        if other.has_hour or other.digits.date() != first.digits.date():
            candidates += _instants(other)
            if other.digits != first.digits:
                doubts.append(PLACES_DIFFER)
    if any(one.has_hour and one.instant and one.instant not in _wall(one.digits) for one in own):
        doubts.append(OTHER_ZONE)
    if converted and not _agrees(converted, first):
        doubts.append(PLACES_DIFFER)
        candidates += _wall(_utc_digits(converted))
    displayed = first.instant if _settled(first) and first.instant else min(_wall(first.digits))
    return _deadline(first.raw, displayed, min(candidates), doubts, published_on)


def optional_deadline(said: Iterable[str], *, published_on: date | None = None) -> ReadDeadline | None:
    """As read_deadline, of a date that a notice may do without: one that can't be true is left out."""
    try:
        return read_deadline(said, published_on=published_on)
    except AbsurdDateError:
        return None


def earliest(deadlines: Iterable[ReadDeadline]) -> ReadDeadline | None:
    """The deadline of which reminders come first, or None when there is none."""
    return min(deadlines, key=lambda deadline: deadline.reminder, default=None)


def same_digits(one: str, other: str) -> bool:
    """Whether two texts of a source show the same day and hour, whatever their offsets."""
    left, right = _understood(one), _understood(other)
    return left is not None and right is not None and left.digits == right.digits


def read_day(text: str) -> date | None:
    """The day that `text` begins with, or None for no day or a year that no notice can have."""
    found = _understood(text)
    return found.digits.date() if found and 1990 <= found.digits.year <= 2200 else None


def _understood(raw: str) -> _Said | None:
    raw = one_line(raw, 120)
    return _parsed(raw) if raw else None


@lru_cache(maxsize=1024)
def _parsed(raw: str) -> _Said | None:
    match = _ISO.fullmatch(raw) or _FRENCH.fullmatch(raw)
    if match is None:
        return None
    part = match.groupdict()
    year, hour = int(part["year"]), int(part["hour"] or 0)
    try:
        digits = datetime(  # noqa: DTZ001 - digits, no instant yet
            min(year, 9998),
            int(part["month"]),
            int(part["day"]),
            hour % 24,
            int(part["minute"] or 0),
            int(part["second"] or 0),
        )
        offset = _offset(part["offset"])
    except ValueError:
        return None
    if hour == 24 and not digits.minute:
        digits += timedelta(days=1)
    elif hour >= 24:
        return None
    return _Said(raw, digits, part["hour"] is not None, offset)


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if size >= timedelta(hours=24):
        raise ValueError(text)
    return -size if text[0] == "-" else size


def _bound(said: _Said, published_on: date | None) -> None:
    first, last = (published_on.year - 1, published_on.year + _YEARS_AHEAD) if published_on else (1990, 2100)
    if not first <= said.digits.year <= last:
        raise AbsurdDateError(said.raw)


@lru_cache(maxsize=1024)
def _wall(digits: datetime) -> tuple[datetime, ...]:
    """The instants at which clocks in Paris show `digits`: one, or the two candidates when clocks change."""
    return tuple(sorted({digits.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1)}))


def _settled(said: _Said) -> bool:
    """Whether the offset says which of the hours that come twice is meant."""
    walls = _wall(said.digits)
    exists = all(wall.astimezone(PARIS).replace(tzinfo=None) == said.digits for wall in walls)
    return exists and said.instant in walls


def _instants(said: _Said) -> list[datetime]:
    if _settled(said) and said.instant:
        return [said.instant]
    return [*_wall(said.digits)] + ([said.instant] if said.instant and said.has_hour else [])


def _utc_digits(said: _Said) -> datetime:
    return said.instant.replace(tzinfo=None) if said.instant else said.digits


def _agrees(converted: _Said, own: _Said) -> bool:
    """Whether the interface's value can be what it makes of the notice's own text."""
    instant = converted.instant or converted.digits.replace(tzinfo=UTC)
    possible = [*_wall(own.digits), own.digits.replace(tzinfo=UTC)]
    if own.instant:
        possible.append(own.instant)
    if not converted.has_hour or not own.has_hour:
        return any(abs(instant - one) <= timedelta(days=1) for one in possible)
    # Milliseconds and dropped seconds don't make another deadline.
    return any(abs(instant - one) < timedelta(minutes=1) for one in possible)


def _from_served(converted: _Said, published_on: date | None) -> ReadDeadline:
    """The prudent reading where the notice's own text is missing: UTC digits read in Paris, never too late."""
    instant = min(_wall(_utc_digits(converted)))
    return _deadline(converted.raw, instant, instant, [CONVERTED], published_on)


def _deadline(
    raw: str, displayed: datetime, reminder: datetime, doubts: list[str], published_on: date | None
) -> ReadDeadline:
    shown = displayed.astimezone(PARIS)
    if published_on and shown.date() < published_on:
        doubts.append(BEFORE_PUBLICATION)
    return ReadDeadline(
        raw=raw,
        displayed=shown,
        reminder=min(displayed, reminder).astimezone(PARIS),
        doubtful=bool(doubts),
        doubt=doubts[0] if doubts else "",
    )
