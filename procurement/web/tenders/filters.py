"""The list's search: read from an address, written back into one, said in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import get_locale, gettext

from procurement.core.policy import Actor
from procurement.core.text import number_in
from procurement.members.departments import DEPARTMENTS
from procurement.tenders import cpv
from procurement.tenders.models import ClauseKind, Procedure, Reservation, TenderKind
from procurement.tenders.queries import Sort, TenderSearch
from procurement.tenders.queries.facets import DAYS, buyer_names
from procurement.tenders.rules import TenderState
from procurement.tenders.words import department
from procurement.web.labels import label
from procurement.web.notices.words import SOURCES
from procurement.web.notices.words import name as source_name

REGION = ("14", "27", "50", "61", "76")
"""Departments offered in the list: the network's own."""
Kind = TypeVar("Kind", bound=StrEnum)
RESERVED = tuple(kind for kind in Reservation if kind not in {Reservation.NONE, Reservation.UNKNOWN})
NAMES: Mapping[str, str] = {
    "text": "q",
    "department": "department",
    "division": "cpv",
    "reservation": "reservation",
    "clause": "clause",
    "within_days": "within",
    "procedure": "procedure",
    "kind": "kind",
    "source": "source",
    "buyer": "buyer",
    "state": "state",
    "sort": "sort",
}
"""What each part of a search is called in an address."""


def read_search(args: Mapping[str, str]) -> TenderSearch:
    """The search that an address asks for; what can't be read is left out."""
    within, buyer = args.get("within", ""), args.get("buyer", "")
    return TenderSearch(
        text=" ".join(args.get("q", "").split()),
        department=_known(DEPARTMENTS, args.get("department", "")),
        division=_known(cpv.divisions(), args.get("cpv", "")),
        kind=_one(TenderKind, args.get("kind")),
        procedure=_one(Procedure, args.get("procedure")),
        reservation=_one(Reservation, args.get("reservation")),
        clause=_one(ClauseKind, args.get("clause")),
        source=_known(SOURCES, args.get("source", "")),
        buyer=number_in(buyer) or None,
        within_days=int(within) if within in {str(days) for days in DAYS} else None,
        state=_one(TenderState, args.get("state")),
        sort=_one(Sort, args.get("sort")) or Sort.DEADLINE,
    )


def _one(kind: type[Kind], text: str | None) -> Kind | None:
    return kind(text) if text in {value.value for value in kind} else None


def _known(values: Iterable[str], text: str) -> str:
    return text if text in values else ""


def write_search(search: TenderSearch) -> dict[str, Any]:
    """`search` as parameters of an address."""
    asked = {name: getattr(search, field) for field, name in NAMES.items()}
    if search.sort is Sort.DEADLINE:
        del asked["sort"]
    return {name: str(value) for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list: what `TenderSearch` calls it, its label, and how its values are said."""

    field: str
    label: str
    say: Callable[[str], str]
    always: tuple[str, ...] = ()
    """Values that are offered whatever is found."""

    @property
    def name(self) -> str:
        """What an address calls it."""
        return NAMES[self.field]

    def chosen(self, search: TenderSearch) -> str:
        """The value that `search` chooses, as text; "" for none."""
        value = getattr(search, self.field)
        return str(value) if value else ""


def filters(buyers: Mapping[int, str]) -> list[Filter]:
    """The filters of the list, in order; `buyers` are the names of those that may be said."""
    locale = str(get_locale())
    days = tuple(str(number) for number in DAYS)
    return [
        Filter("state", gettext("State"), lambda value: label(TenderState(value))),
        Filter(
            "within_days",
            gettext("Deadline"),
            lambda value: gettext("Within %(days)s days", days=value),
            days,
        ),
        Filter("department", gettext("Department"), department, REGION),
        Filter("division", gettext("Field (CPV)"), lambda value: cpv.said(value.ljust(8, "0"), locale)),
        Filter("reservation", gettext("Reserved"), lambda value: label(Reservation(value)), RESERVED),
        Filter("clause", gettext("Social clauses"), lambda value: label(ClauseKind(value))),
        Filter("procedure", gettext("Procedure"), lambda value: label(Procedure(value))),
        Filter("kind", gettext("Kind"), lambda value: label(TenderKind(value))),
        Filter("buyer", gettext("Buyer"), lambda value: buyers.get(int(value), gettext("A buyer"))),
        Filter("source", gettext("Source"), source_name),
    ]


def said(actor: Actor, searches: Iterable[TenderSearch]) -> list[list[tuple[str, str]]]:
    """The filters that each search chooses, as names and words. One statement, or none."""
    each = list(searches)
    known = filters(buyer_names(actor, {search.buyer for search in each if search.buyer}))
    return [
        [(one.field, one.say(value)) for one in known if (value := one.chosen(search))] for search in each
    ]
