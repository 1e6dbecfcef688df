"""Two people writing one tender at once: what the other changed, and what can be taken in without loss. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from procurement.core.events import Event
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.facts import TenderFacts, plain


@dataclass(frozen=True, slots=True)
class Change:
    """A field that somebody else changed meanwhile, by its plain values.

    `clash`: both changed it, and differently. Otherwise theirs is taken in.
    """

    field: str
    before: Any
    theirs: Any
    mine: Any
    clash: bool


def as_seen(stands: TenderFacts, later: Iterable[Event]) -> dict[str, Any]:
    """What the tender said (plain) before the events `later` (in any order), which led to what `stands`."""
    values = plain(stands)
    for event in sorted(later, key=lambda one: one.rank, reverse=True):
        if event.verb == "tender_edited" and event.detail is not None:
            values.update(event.detail.values["before"])
        elif event.verb in {"deadline_moved", "deadline_set"}:
            values[f"deadline_{event.facts['kind']}"] = event.facts["before"]
    return values


def merge(
    typed: TenderFacts, stands: TenderFacts, seen: Mapping[str, Any]
) -> tuple[TenderFacts, list[Change]]:
    """`typed`, with what others changed since it was `seen` taken in wherever it was left as it was.

    Where both changed a field, what was typed stays. Returns the merged facts, and every field that others changed.
    """
    mine, theirs = plain(typed), plain(stands)
    changes = []
    taken: dict[str, Any] = {}
    deadlines = dict(typed.deadlines)
    for field in sorted(theirs.keys() | seen.keys()):
        before, now, own = seen.get(field), theirs.get(field), mine.get(field)
        if now == before:
            continue
        clash = own not in (before, now)
        changes.append(Change(field, before, now, own, clash))
        if clash:
            continue
        if field.startswith("deadline_"):
            kind = DeadlineKind(field.removeprefix("deadline_"))
            deadlines.pop(kind, None)
            if kind in stands.deadlines:
                deadlines[kind] = stands.deadlines[kind]
        else:
            taken[field] = getattr(stands, field)
    return replace(typed, **taken, deadlines=deadlines), changes
