"""The demo's calendar: dates counted from the moment of loading, on days on which offices work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from procurement.core import clock
from procurement.deadlines.rules import is_working_day, local_instant

FAR_OFF = 200
"""Days from today to the end that most certificates say, the agreement's among them."""


@dataclass(frozen=True, slots=True)
class Days:
    """Dates around `now` (aware), in Paris."""

    now: datetime

    @property
    def today(self) -> date:
        """The day of loading in Paris."""
        return self.now.astimezone(clock.PARIS).date()

    def ago(self, days: int, hour: int, minute: int = 0) -> datetime:
        """The instant at that hour in Paris, `days` working days before today; 1 is the last one gone."""
        day = self.today
        while days:
            day -= timedelta(days=1)
            days -= is_working_day(day)
        return local_instant(day, time(hour, minute))

    def minutes_ago(self, minutes: int) -> datetime:
        """That long before the loading: what has just happened."""
        return (self.now - timedelta(minutes=minutes)).astimezone(UTC)

    def tomorrow(self, hour: int) -> datetime:
        """Tomorrow at that hour in Paris, whatever the day: a buyer's date binds on a Sunday too."""
        return local_instant(self.today + timedelta(days=1), time(hour))

    def within(self, days: int, hour: int, minute: int = 0) -> datetime:
        """At that hour in Paris, on the working day nearest to `days` days from today."""
        aim = self.today + timedelta(days=days)
        near = sorted((aim + timedelta(days=off) for off in range(-4, 5)), key=lambda day: abs(day - aim))
        return local_instant(next(day for day in near if is_working_day(day)), time(hour, minute))

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Within the block it is then: what is done there is dated so. Raises ValueError for the future."""
        if instant > self.now:
            raise ValueError("the demo's past lies before its loading")
        with clock.at(instant):
            yield


Step = tuple[datetime, Callable[[], object]]
"""Something done at a moment of the past."""


def play(days: Days, steps: list[Step]) -> None:
    """Do `steps` in the order of their moments, each at its own."""
    for instant, do in sorted(steps, key=lambda step: step[0]):
        with days.at(instant):
            do()
