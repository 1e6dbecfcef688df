"""What a search finds, department by department, on a map and in a table."""

from collections.abc import Iterable, Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from procurement.core import clock
from procurement.core.policy import anyone
from procurement.members.departments import NORMANDY
from procurement.tenders.outlines import outlines, view_of
from procurement.tenders.queries import TenderSearch
from procurement.tenders.queries.facets import facets
from procurement.tenders.queries.listing import by_words
from procurement.tenders.words import department
from procurement.web.edge import current_actor
from procurement.web.maps import Place, places
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.filters import read_search, said, write_search


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
    return places(
        codes,
        counts,
        lambda code: _address(search, code),
        lambda count: ngettext("%(num)s tender", "%(num)s tenders", count),
    )
