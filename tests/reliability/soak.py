"""`python -m tests.reliability.soak`: 2,000 reminders to 500 people through 20 kills, and a table of what came.

Ends with 1 if anything was lost, wrong, late, or sent twice beyond the messages in flight at a kill.
"""

import itertools
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from procurement.embedded import suite
from tests.reliability.installation import Installation, installed
from tests.reliability.waves import Tally, another, finish, send, slow_down, strike, wave

PEOPLE, STRUCTURES, WAVES, KILLS = 500, 40, 4, 20
ROW = "{:<12}{:>10}{:>7}{:>6}{:>7}{:>6}{:>7}{:>15}"


def main() -> int:
    """Run it on the servers that the environment names; returns the exit status."""
    print(
        ROW.format("day", "reminders", "kills", "lost", "wrong", "late", "twice", "with other ids"),
        flush=True,
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(
            Path(folder),
            os.environ["TEST_DATABASE_ADMIN_URL"],
            os.environ["TEST_DATABASE_TEMPLATE"],
            suite.database_index(os.environ["TEST_REDIS_URL"], 61),
            "soak",
        ) as installation,
    ):
        total = _soak(installation)
    _row("together", total, KILLS)
    well = total == Tally(reminders=PEOPLE * WAVES, twice=total.twice) and total.twice <= KILLS
    print("Lost: 0. Wrong person: 0. After the deadline: 0." if well else "This is not what must hold.")
    print(
        f"Sent twice: {total.twice}, of {KILLS} allowed (a message in flight at each kill, under its own Message-ID)."
    )
    return 0 if well else 1


def _soak(installation: Installation) -> Tally:
    """Four days, five kills on each: of the worker, the broker emptied with it, and each fourth time of beat."""
    installation.start("worker", "beat")
    numbers = itertools.count(1)
    total, due = Tally(), None
    for day in range(WAVES):
        due = wave(installation, PEOPLE, members=STRUCTURES) if due is None else another(installation, due)
        installation.smtp.heal()
        installation.smtp.clear()
        installation.smtp.fail(slow_down)
        send(installation, due)
        strike(installation, PEOPLE, KILLS // WAVES, partial(_kill, installation, numbers), seed=day)
        came = finish(installation, due)
        _row(f"{due.due_at:%Y-%m-%d}", came, KILLS // WAVES)
        total += came
    return total


def _kill(installation: Installation, numbers: "itertools.count[int]") -> None:
    if next(numbers) % 4 == 0:
        installation.restart("beat")
    else:
        installation.valkey.flushdb()
        installation.restart("worker")


def _row(name: str, came: Tally, kills: int) -> None:
    figures = (came.reminders, kills, came.lost, came.wrong, came.late, came.twice, came.other_ids)
    print(ROW.format(name, *figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
