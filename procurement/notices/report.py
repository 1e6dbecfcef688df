"""What an import did, notice by notice, and how many of each."""

from dataclasses import dataclass, field

from procurement.notices.models import ImportRun
from procurement.notices.parsed import Remark


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one notice: its number, its title where it was read, why, and what to know about it."""

    source_id: str
    title: str = ""
    reason: Remark | None = None
    remarks: tuple[Remark, ...] = ()
    tender_id: int | None = None
    place: int | str | None = None
    """Place in the file, or the file's name, for a record too damaged to tell its number."""


@dataclass(slots=True)
class ImportReport:
    """What an import did. `same` counts the records that were known exactly as they are."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)
    unreadable: list[Line] = field(default_factory=list)
    same: int = 0

    @property
    def read(self) -> int:
        """How many records came in."""
        return self.same + sum(map(len, (self.new, self.changed, self.skipped, self.unreadable)))

    def count_on(self, run: ImportRun) -> None:
        """Add what was done to what `run` counts."""
        run.new += len(self.new)
        run.changed += len(self.changed)
        run.same += self.same
        run.skipped += len(self.skipped)
        run.unreadable += len(self.unreadable)

    def add(self, other: "ImportReport") -> None:
        """Take in what another import did."""
        for name in ("new", "changed", "skipped", "unreadable"):
            getattr(self, name).extend(getattr(other, name))
        self.same += other.same
