"""What is asked of the list: each filter written once, for a search's own values and for searches that are kept.

Whatever a tender is filtered by, dates and state apart, is a mark on its row: "d:14" for Calvados, "c:90" for a
division of the CPV. A search asks for marks; a tender has them all or isn't found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from procurement.tenders.models import ClauseKind, Procedure, Reservation, Tender, TenderKind
from procurement.tenders.rules import TenderState


class Sort(StrEnum):
    """In which order the list stands."""

    DEADLINE = "deadline"
    """What is to come, soonest first; then the rest, latest first."""
    NEWEST = "newest"
    """Drafts first, then what was published last."""
    RELEVANCE = "relevance"
    """What answers the words best."""


MARKS: Mapping[str, str] = {
    "department": "d",
    "division": "c",
    "kind": "k",
    "procedure": "p",
    "reservation": "r",
    "clause": "s",
    "source": "o",
    "buyer": "b",
}
"""The letter of each filter's mark; `indexing.py` writes them on tenders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderSearch:
    """What is looked for: words, and filters that all must hold. Empty: everything."""

    text: str = ""
    department: str = ""
    division: str = ""
    """Two digits of the CPV, of the tender or of one of its lots."""
    kind: TenderKind | None = None
    procedure: Procedure | None = None
    reservation: Reservation | None = None
    """Reserved so, as a whole or in one of its lots."""
    clause: ClauseKind | None = None
    """With a social clause of that kind."""
    source: str = ""
    buyer: int | None = None
    within_days: int | None = None
    """Due in so many days at most."""
    state: TenderState | None = None
    sort: Sort = Sort.DEADLINE

    @property
    def empty(self) -> bool:
        """Whether nothing is asked; the order asks nothing."""
        return replace(self, sort=Sort.DEADLINE) == TenderSearch()

    @property
    def marks(self) -> list[str]:
        """The marks that a tender must have."""
        return [f"{letter}:{value}" for name, letter in MARKS.items() if (value := getattr(self, name))]

    def without(self, name: str) -> "TenderSearch":
        """The same with one filter taken away."""
        return replace(self, **{name: _NOTHING[name]})


_NOTHING: Mapping[str, Any] = {field.name: field.default for field in fields(TenderSearch)}
_NAMES = {letter: name for name, letter in MARKS.items()}
_KINDS: Mapping[str, Any] = {
    "kind": TenderKind,
    "procedure": Procedure,
    "reservation": Reservation,
    "clause": ClauseKind,
    "buyer": int,
}


def read_marks(marks: Iterable[str]) -> dict[str, Any]:
    """The filters that `marks` stand for, as `TenderSearch` takes them."""
    read = {}
    for mark in marks:
        letter, _, value = mark.partition(":")
        name = _NAMES[letter]
        read[name] = _KINDS.get(name, str)(value)
    return read


def has_marks(marks: Any) -> ColumnElement[bool]:
    """Whether `Tender` has all of these marks (an array, or a column of arrays)."""
    held: ColumnElement[bool] = Tender.marks.contains(marks)
    return held


def due_within(days: Any, since: Any) -> ColumnElement[bool]:
    """Whether `Tender` is due within so many days of the instant `since`; what is past is due within none.

    Days of 24 hours, whatever clocks do meanwhile.
    """
    until = since + func.make_interval(0, 0, 0, 0, days * 24)
    return and_(Tender.due_at.is_not(None), Tender.sort_at > since, Tender.sort_at <= until)


def narrowed(asked: TenderSearch, since: Any) -> list[ColumnElement[bool]]:
    """The conditions of the filters that `asked` chooses, its words and its state apart, from the instant `since` on."""
    found = []
    if asked.marks:
        found.append(has_marks(shown(asked.marks)))
    if asked.within_days:
        found.append(due_within(asked.within_days, since))
    return found


def kept_holds(kept: Any, since: Any) -> ColumnElement[bool]:
    """The same for a kept search, by its columns `marks` and `within_days`."""
    within = or_(kept.within_days.is_(None), due_within(kept.within_days, since))
    return and_(has_marks(kept.marks), within)


def shown(marks: list[str]) -> ColumnElement[Any]:
    """Marks as an array that stands in the statement itself, so that the database weighs how rare they are."""
    quoted = ",".join('"' + mark.replace("\\", "\\\\").replace('"', '\\"') + '"' for mark in marks)
    return cast(literal(f"{{{quoted}}}", Text, literal_execute=True), ARRAY(Text))
