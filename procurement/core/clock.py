"""The one clock. Every instant the product uses comes from here, in every process.

SQL takes instants as parameters, so that a test which moves this clock moves everything: pages, jobs,
constraints' reasons, mails. An offset can be set inside a process (tests) or for several processes at once
through a file that holds a number of seconds (embedded mode only).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class _Clock:
    """What the module's functions share: a frozen instant, or an offset from the machine's clock."""

    def __init__(self) -> None:
        self.frozen: datetime | None = None
        self.file: Path | None = None
        self._stamp: int | None = None
        self._offset = timedelta()

    def offset(self) -> timedelta:
        """Seconds in the shared file, read again only when the file has changed."""
        if self.file is None:
            return timedelta()
        try:
            stamp = self.file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._offset = timedelta(seconds=float(self.file.read_text() or 0))
                self._stamp = stamp
        except (FileNotFoundError, ValueError):
            return timedelta()
        return self._offset


_clock = _Clock()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _clock.frozen is not None:
        return _clock.frozen
    return datetime.now(UTC) + _clock.offset()


def today(zone: ZoneInfo = PARIS) -> date:
    """The present day where `zone` is."""
    return now().astimezone(zone).date()


def follow_file(path: Path | None) -> None:
    """Add to the machine's clock the seconds that `path` holds, whenever it changes; None stops that."""
    _clock.file = path
    _clock._stamp = None  # noqa: SLF001 - its own module


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block, the clock of this process stands at `instant` (aware). For tests, and to go through a past.

    Raises ValueError for a naive instant: a test that forgets the zone tests nothing.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    before = _clock.frozen
    _clock.frozen = instant.astimezone(UTC)
    try:
        yield
    finally:
        _clock.frozen = before
