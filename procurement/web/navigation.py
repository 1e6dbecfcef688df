"""Where a person can go from every page. A link is shown to whom its endpoint's own policy lets in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.core.policy import VISITOR, Actor
from procurement.web.edge import POLICIES, current_actor


@dataclass(frozen=True)
class Link:
    """A link of the navigation; `here` says that the page shown belongs to it."""

    label: str
    url: str
    here: bool


HOME = {
    "visitor": _l("Home"),
    "observer": _l("Figures of the year"),
    "delegate": _l("Coordination"),
    "member": _l("My work"),
}

MAIN: Sequence[tuple[str, LazyString]] = (
    ("tenders.index", _l("Tenders")),
    ("bids.index", _l("Group answers")),
    ("members.index", _l("Structures")),
    ("desk.join", _l("Join the network")),
)
"""Endpoints of the navigation after the first screen, in order, for whoever they are open to."""

MORE: Sequence[tuple[str, LazyString]] = (
    ("tenders.arrivals", _l("Arrivals")),
    ("certificates.index", _l("Certificates")),
    ("notices.index", _l("Sources of tenders")),
    ("accounts.people", _l("People and roles")),
    ("health.show", _l("Health of the service")),
    ("privacy.register", _l("Register of processing")),
)
"""What is needed now and then: under "More", so that the header keeps to one line on a small laptop."""

GIVES_WAY = "members.index"
"""What goes under "More" for whoever has it: their header holds a button besides."""

ONLY_VISITORS = frozenset({"desk.join"})


def _shown(endpoint: str, actor: Actor) -> bool:
    policy = POLICIES.get(endpoint)
    if policy is None or endpoint not in current_app.view_functions or not policy(actor):
        return False
    return endpoint not in ONLY_VISITORS or not actor.signed_in


def _home(actor: Actor) -> LazyString:
    if not actor.signed_in:
        return HOME["visitor"]
    if actor.is_delegate:
        return HOME["delegate"]
    if actor.is_observer and not actor.in_network:
        return HOME["observer"]
    return HOME["member" if actor.is_member else "visitor"]


def _here(endpoint: str) -> bool:
    now = request.endpoint or ""
    if endpoint.startswith("desk.") or endpoint in dict(MORE):
        return now == endpoint
    return now.split(".")[0] == endpoint.split(".", maxsplit=1)[0]


def links() -> list[Link]:
    """The links of the main navigation for whoever makes this request."""
    actor = shown_actor()
    crowded = any(_shown(endpoint, actor) for endpoint, _ in MORE)
    kept = (pair for pair in MAIN if _shown(pair[0], actor) and not (crowded and pair[0] == GIVES_WAY))
    return _links([("desk.home", _home(actor)), *kept])


def more_links() -> list[Link]:
    """The links under "More" for whoever makes this request; none for most people."""
    actor = shown_actor()
    found = [pair for pair in MORE if _shown(pair[0], actor)]
    moved = [pair for pair in MAIN if pair[0] == GIVES_WAY and _shown(pair[0], actor)]
    return _links([*moved, *found] if found else [])


def _links(pairs: Iterable[tuple[str, LazyString]]) -> list[Link]:
    return [Link(str(words), url_for(endpoint), _here(endpoint)) for endpoint, words in pairs]


def shown_actor() -> Actor:
    """Who makes this request; a visitor on a page that must ask the database nothing (a fault's)."""
    return VISITOR if g.get("no_database") else current_actor()


def link_to(endpoint: str, **values: object) -> str:
    """The address of `endpoint`, or "" where this person can't go or the page doesn't stand."""
    if endpoint in current_app.view_functions:
        policy = POLICIES.get(endpoint)
        if policy is None or policy(shown_actor()):
            return url_for(endpoint, **values)  # type: ignore[arg-type]
    return ""


def register(app: Flask) -> None:
    """Give templates `actor`, the navigation and safe links; `"x.y" is endpoint` asks whether a page stands."""
    app.jinja_env.tests["endpoint"] = lambda name: name in current_app.view_functions
    app.jinja_env.globals.update(
        navigation=links, more_navigation=more_links, actor=shown_actor, link_to=link_to
    )
