"""What all readers of files say alike: a file that can't be read, a place in it that can't, where a record came from."""

from dataclasses import dataclass

from procurement.core.errors import Refusal
from procurement.core.i18n import N_

EMPTY = N_("This file is empty.")
BROKEN_LINE = N_("This line isn't a whole record: it is damaged.")


class UnreadableFile(Refusal):
    """A file that can't be read, or not to its end; what was yielded before stands."""


@dataclass(frozen=True, slots=True)
class DamagedRecord:
    """A place that should hold a record and doesn't; `place` counts records from 1, or names it, `raw` stands there."""

    place: int | str
    raw: str = ""
    reason: str = BROKEN_LINE


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record that is a file of its own: its name is told where the record doesn't say its number."""

    record: object
    name: str
