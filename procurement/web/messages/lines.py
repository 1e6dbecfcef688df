"""Lines of what was told, in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from procurement.notifications.queries.told import Line
from procurement.web import activity
from procurement.web.labels import label
from procurement.web.messages import words


@dataclass(frozen=True, slots=True)
class Told:
    """A line in words."""

    line: Line
    what: str
    about: str
    """The event, or how long before which deadline."""
    whom: str
    reason: str
    """Why it didn't leave; "" if it did or still may."""


def in_words(lines: Sequence[Line]) -> list[Told]:
    """Lines in words, in their order. One statement, for names; none if no event is among them."""
    happened = [line.event for line in lines if line.event is not None]
    sentences = iter(activity.told(happened)) if happened else iter(())
    return [
        Told(
            line=line,
            what=words.what(line.kind),
            about=next(sentences).sentence if line.event is not None else _before(line),
            whom=words.whom(line.kind),
            reason=words.reason(line.reason),
        )
        for line in lines
    ]


def _before(line: Line) -> str:
    parts = (label(line.deadline_kind), words.lead(line.lead) if line.lead else "")
    return ", ".join(filter(None, parts))
