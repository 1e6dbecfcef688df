"""Facets of the list as pages show them: links that choose a value, with how many tenders each would leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext

from procurement.tenders.queries import TenderSearch
from procurement.tenders.queries.facets import Facets
from procurement.web.tenders.filters import Filter, filters, read_search, write_search

SHOWN = 6
"""Values of a facet that are shown unfolded."""
_LATER = {"procedure", "kind", "buyer", "source"}
"""Facets that stand folded until they are used."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value: its words, how many tenders it would leave, and the address that chooses it or takes it away."""

    words: str
    count: int
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values, the first of them and the rest."""

    label: str
    first: Sequence[Choice]
    rest: Sequence[Choice]
    open: bool


def shown_facets(search: TenderSearch, found: Facets) -> list[Facet]:
    """The facets of `search`; those in which nothing can be chosen are left out."""
    every = [_facet(one, search, found) for one in filters(found.buyers)]
    return [
        facet
        for facet in every
        if len(facet.first) + len(facet.rest) > 1 or any(choice.chosen for choice in facet.first)
    ]


def _facet(one: Filter, search: TenderSearch, found: Facets) -> Facet:
    counts = found.counts.get(one.field, {})
    chosen = one.chosen(search)
    by_count = sorted(
        (value for value in counts if value not in one.always), key=lambda value: -counts[value]
    )
    values = [*one.always, *(value for value in by_count if one.field != "procedure" or value != "unknown")]
    if chosen and chosen not in values:
        values.insert(0, chosen)
    plain = write_search(search.without(one.field))
    choices = [
        Choice(
            words=one.say(value),
            count=counts.get(value, 0),
            url=url_for("tenders.index", **plain)
            if value == chosen
            else url_for("tenders.index", **write_search(read_search(plain | {one.name: value}))),
            chosen=value == chosen,
        )
        for value in values
    ]
    used = [choice for choice in choices if choice.count or choice.chosen or one.field == "department"]
    first = used[:SHOWN] or choices
    rest = [choice for choice in choices if choice not in first]
    if any(choice.chosen for choice in rest):
        first, rest = choices, []
    return Facet(one.label, first, rest, bool(chosen) or (one.field not in _LATER and bool(used)))


def looser(
    search: TenderSearch, found: Facets, words: Sequence[tuple[str, str]], unworded: int
) -> list[Choice]:
    """What would find something where `search` finds nothing: the same without a filter, or without its words."""
    said = dict(words)
    ways = [
        Choice(said[field], number, url_for("tenders.index", **write_search(search.without(field))))
        for field, number in found.without.items()
        if number
    ]
    if unworded:
        plain = write_search(replace(search, text=""))
        ways.append(
            Choice(gettext("“%(words)s”", words=search.text), unworded, url_for("tenders.index", **plain))
        )
    return sorted(ways, key=lambda way: -way.count)
