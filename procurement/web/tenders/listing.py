"""The list of tenders: words, facets, order, pages that follow one another."""

from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import clock
from procurement.core.policy import Actor, anyone
from procurement.tenders.queries import Sort, TenderSearch, list_tenders
from procurement.tenders.queries.facets import facets
from procurement.tenders.queries.listing import by_words
from procurement.tenders.queries.passages import passages
from procurement.tenders.queries.spelling import nearest
from procurement.tenders.saved import kept_as
from procurement.web.edge import current_actor
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.facets import looser, shown_facets
from procurement.web.tenders.filters import read_search, said, write_search
from procurement.web.tenders.lines import line


@room.get("/marches", may=anyone)
def index() -> ResponseReturnValue:
    """The tenders that this person may see: search, facets, pages; where words find nothing, what is spelt alike."""
    actor = current_actor()
    typed = read_search(request.args)
    shown = _found(actor, typed)
    if not typed.text or shown["lines"]:
        return render_template("tenders/index.html", **shown)
    meant = nearest(actor, typed.text)
    if meant:
        corrected = _found(actor, replace(typed, text=meant))
        if corrected["lines"]:
            shown = corrected | {"typed": typed.text}
        else:  # what one keeps is the word, not its fault
            shown |= {name: corrected[name] for name in ("kept", "mine", "looser")} | {"meant": meant}
    return render_template("tenders/index.html", **shown)


def _found(actor: Actor, search: TenderSearch) -> dict[str, object]:
    """What the page shows of `search`; what has no word in it ("% _", "de la") asks nothing."""
    now = clock.now()
    words = by_words(actor, search.text)
    wordless = search.text if words is None else ""
    if wordless:
        search = replace(search, text="")
    page = list_tenders(actor, search, now, request.args.get("page", ""), words=words)
    counted = facets(actor, search, words, now)
    where = passages(words.each, [row.id for row in page.rows]) if words and page.rows else {}
    asked = write_search(search)
    keepable = actor.in_network and not replace(search, state=None).empty
    [filtered] = said(actor, [search])
    unworded = 0
    if words is not None and filtered and not page.rows:
        unworded = facets(actor, replace(search, text=""), None, now).total
    return {
        "lines": [line(row, now, where.get(row.id)) for row in page.rows],
        "search": search,
        "asked": asked,
        "kept": asked,
        "keepable": keepable,
        "mine": kept_as(actor, search) if keepable else None,
        "typed": "",
        "meant": "",
        "wordless": wordless,
        "facets": shown_facets(search, counted),
        "found": counted,
        "sorts": _sorts(search, worded=words is not None),
        "chips": [
            (words, url_for("tenders.index", **write_search(search.without(field))))
            for field, words in filtered
        ],
        "without_words": url_for("tenders.index", **write_search(replace(search, text=""))),
        "looser": [] if page.rows else looser(search, counted, filtered, unworded),
        "following": url_for("tenders.index", **asked, page=page.following) if page.following else "",
        "preceding": url_for("tenders.index", **asked, page=page.preceding) if page.preceding else "",
        "base": url_for("tenders.index"),
    }


def _sorts(search: TenderSearch, *, worded: bool) -> list[tuple[str, str, bool]]:
    """The orders one may choose: words, address, whether it is the one."""
    names = {Sort.DEADLINE: gettext("deadline"), Sort.NEWEST: gettext("newest first")}
    if worded:
        names[Sort.RELEVANCE] = gettext("best match")
    chosen = search.sort if search.sort in names else Sort.DEADLINE
    return [
        (words, url_for("tenders.index", **write_search(replace(search, sort=sort))), sort is chosen)
        for sort, words in names.items()
    ]
