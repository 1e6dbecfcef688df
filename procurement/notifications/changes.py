"""What has changed in a tender, over one edit or several: what a mail shows before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from procurement.core import i18n
from procurement.core.i18n import N_
from procurement.tenders.words import BULLET, differing, name_of, said

TOLD_FIELDS = frozenset(
    {
        "title",
        "buyer_name",
        "kind",
        "reference",
        "description",
        "legal_regime",
        "procedure",
        "is_framework",
        "service_nature",
        "cpv_main",
        "departments",
        "reservation",
        "eligible_kinds",
        "ban_alone_and_grouped",
        "ban_several_groups",
        "documents_url",
        "lots",
        "clauses",
    }
)
"""What bears on whoever prepares an answer. Dates that move have their own message."""

MOST = 12
"""Lines shown of one side of a change; the page has them all."""
LONG = 300
"""Characters shown of a line."""

_MORE = N_("and more, on the page")


@dataclass(frozen=True, slots=True)
class Change:
    """A field, and its plain values before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Told:
    """A change in words: lines, those that don't differ left out."""

    name: str
    before: list[str]
    after: list[str]


def changes_of(edits: Iterable[Mapping[str, Any]]) -> list[Change]:
    """What edits in a row come down to, each as its event keeps it (`before`, `after`); what was undone isn't told."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for edit in edits:
        for field, value in edit["after"].items():
            before.setdefault(field, edit["before"].get(field))
            after[field] = value
    return [
        Change(field, before[field], value)
        for field, value in after.items()
        if field in TOLD_FIELDS and before[field] != value
    ]


def in_words(change: Change, locale: str) -> Told:
    """A change in `locale`, long lists and texts cut down to what differs."""
    sides = [said(change.field, value, locale) for value in (change.before, change.after)]
    if max(map(len, sides)) > 1:
        sides = differing(sides)
    before, after = (_short(lines, locale) for lines in sides)
    return Told(name_of(change.field, locale), before, after)


def _short(lines: list[str], locale: str) -> list[str]:
    shown = [
        line.removeprefix(BULLET) if len(line) <= LONG else f"{line[:LONG].rstrip()}…"
        for line in lines[:MOST]
    ]
    return shown + [i18n.translate(_MORE, locale)] * (len(lines) > MOST)
