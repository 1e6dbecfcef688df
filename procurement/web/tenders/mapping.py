"""What a search finds, department by department, on a map and in a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from procurement.core import clock
from procurement.core.policy import anyone
from procurement.members.departments import DEPARTMENTS, NORMANDY
from procurement.tenders.outlines import outlines, view_of
from procurement.tenders.queries import TenderSearch
from procurement.tenders.queries.facets import facets
from procurement.tenders.queries.listing import by_words
from procurement.tenders.words import department
from procurement.web.edge import current_actor
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.filters import read_search, said, write_search

SHADES = 4
"""Shades of the map, the darkest for the department of most tenders; none for no tender."""


@dataclass(frozen=True, slots=True)
class Place:
    """A department: how many tenders, its shade, its outline and its middle, and the list of its tenders."""

    name: str
    words: str
    count: int
    shade: int
    url: str
    path: str
    x: float
    y: float


@room.get("/marches/carte", may=anyone)
def on_map() -> ResponseReturnValue:
    """The tenders that the address asks for, counted by department; a department leads to its list."""
    actor = current_actor()
    search = read_search(request.args).without("department")
    found = facets(actor, search, by_words(actor, search.text), clock.now())
    counts = found.counts.get("department", {})
    [filtered] = said(actor, [search])
    others = [code for code in outlines() if code not in NORMANDY]
    ranked = sorted((code for code in counts if code not in NORMANDY), key=lambda code: (-counts[code], code))
    return render_template(
        "tenders/map.html",
        near=_places(NORMANDY, search, counts),
        near_view=view_of(NORMANDY),
        france=_places([*others, *NORMANDY], search, counts),
        france_view=view_of(outlines()),
        table=[
            (department(code), counts.get(code, 0), _address(search, code)) for code in (*NORMANDY, *ranked)
        ],
        found=found,
        words=search.text,
        said=[words for _, words in filtered],
        asked=write_search(search),
    )


def _address(search: TenderSearch, code: str) -> str:
    return url_for("tenders.index", **write_search(search) | {"department": code})


def _places(codes: Iterable[str], search: TenderSearch, counts: Mapping[str, int]) -> list[Place]:
    most = max(counts.values(), default=0)
    places = []
    for code in codes:
        outline, count = outlines()[code], counts.get(code, 0)
        words = ngettext("%(num)s tender", "%(num)s tenders", count)
        places.append(
            Place(
                name=DEPARTMENTS[code],
                words=f"{department(code)} – {words}",
                count=count,
                shade=-(-count * SHADES // most) if count else 0,
                url=_address(search, code),
                path=outline.path,
                x=round((outline.left + outline.right) / 2, 1),
                y=round((outline.top + outline.bottom) / 2, 1),
            )
        )
    return places
