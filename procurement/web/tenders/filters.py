"""The list's search, read from an address and written back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext

from procurement.core.policy import Actor
from procurement.members.departments import DEPARTMENTS
from procurement.tenders import policy
from procurement.tenders.models import Reservation, TenderKind
from procurement.tenders.queries import TenderSearch
from procurement.tenders.rules import TenderState
from procurement.tenders.words import department
from procurement.web.labels import label

DAYS = (7, 15, 30, 60)
"""Deadlines within so many days, as choices."""
REGION = ("14", "27", "50", "61", "76")
"""Departments offered in the list: the network's own."""
Kind = TypeVar("Kind", bound=StrEnum)
RESERVED = tuple(kind for kind in Reservation if kind not in {Reservation.NONE, Reservation.UNKNOWN})


def read_search(args: Mapping[str, str]) -> TenderSearch:
    """The search that an address asks for; what can't be read is left out."""
    within = args.get("within", "")
    return TenderSearch(
        text=" ".join(args.get("q", "").split()),
        department=args["department"] if args.get("department") in DEPARTMENTS else "",
        kind=_one(TenderKind, args.get("kind")),
        within_days=int(within) if within in {str(days) for days in DAYS} else None,
        reservation=_one(Reservation, args.get("reservation")),
        state=_one(TenderState, args.get("state")),
    )


def _one(kind: type[Kind], text: str | None) -> Kind | None:
    return kind(text) if text in {value.value for value in kind} else None


def write_search(search: TenderSearch, *, without: str = "") -> dict[str, Any]:
    """`search` as parameters of an address, the one named `without` left out."""
    asked = {
        "q": search.text,
        "department": search.department,
        "kind": search.kind,
        "within": str(search.within_days or ""),
        "reservation": search.reservation,
        "state": search.state,
    }
    return {name: str(value) for name, value in asked.items() if value and name != without}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list: its name in the address, its label, its choices (value and words), what is chosen."""

    name: str
    label: str
    any: str
    choices: Sequence[tuple[str, str]]
    chosen: str

    @property
    def words(self) -> str:
        """What is chosen, in words; empty when nothing is."""
        return next((words for value, words in self.choices if value == self.chosen), "")


def filters(search: TenderSearch, actor: Actor) -> list[Filter]:
    """The filters that the list offers to `actor`, with what `search` chooses."""
    asked = write_search(search)
    departments = [*REGION, *([search.department] if search.department not in {"", *REGION} else [])]
    states = [state for state in TenderState if state is not TenderState.DRAFT or policy.write(actor)]
    offered = (
        (
            "department",
            gettext("Department"),
            gettext("All departments"),
            [(c, department(c)) for c in departments],
        ),
        ("kind", gettext("Kind"), gettext("Contracts and agreements"), [(k, label(k)) for k in TenderKind]),
        (
            "within",
            gettext("Deadline"),
            gettext("Whenever"),
            [(str(days), gettext("Within %(days)s days", days=days)) for days in DAYS],
        ),
        ("reservation", gettext("Reserved"), gettext("Reserved or not"), [(r, label(r)) for r in RESERVED]),
        ("state", gettext("State"), gettext("All states"), [(state, label(state)) for state in states]),
    )
    return [Filter(name, words, none, choices, asked.get(name, "")) for name, words, none, choices in offered]
