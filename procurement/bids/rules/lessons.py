"""What a structure's "not for us" teaches: tenders alike in what it minded are suggested less. Pure.

| why it said no             | which tenders lose by it                           | points |
|----------------------------|----------------------------------------------------|--------|
| it isn't our trade         | the same class of work (four digits of a CPV code) | −30    |
| too far                    | a department of the one refused                    | −20    |
| the conditions don't suit  | the same buyer                                     | −15    |
| other words of its own     | the same buyer and the same class of work          | −15    |
| no staff, too little time  | none: that was then                                |        |

Each line counts once, however often it was said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from procurement.core.i18n import LOCALES, N_, translate
from procurement.members.departments import DEPARTMENTS
from procurement.tenders.fit import Asked, Reason

TOO_FAR = N_("Too far from where we work")
NO_STAFF = N_("We don't have the staff")
NOT_OUR_TRADE = N_("It isn't our trade")
NO_TIME = N_("Too little time to prepare")
CONDITIONS = N_("The conditions don't suit us")
QUICK = (TOO_FAR, NO_STAFF, NOT_OUR_TRADE, NO_TIME, CONDITIONS)
"""One-tap reasons, as msgids; they are kept in the words of whoever pressed."""
_CLASS = 4


@dataclass(frozen=True, slots=True)
class Refused:
    """A tender that a structure said wasn't for it, and why, in its own words."""

    reason: str
    buyer_id: int
    departments: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return {translate(reason, locale): reason for reason in QUICK for locale in LOCALES}


def lessons(asked: Asked, buyer_id: int, refused: Sequence[Refused]) -> list[Reason]:
    """What those `refused` say against a tender of that buyer. Each line of the table once."""
    return list(
        {reason.message: reason for one in refused for reason in _lesson(asked, buyer_id, one)}.values()
    )


def _lesson(asked: Asked, buyer_id: int, refused: Refused) -> Iterable[Reason]:
    why = _known().get(refused.reason, "")
    same_work = bool(_classes(asked.cpv) & _classes(refused.cpv))
    same_buyer = buyer_id == refused.buyer_id
    places = [code for code in asked.departments if code in refused.departments]
    if why == NOT_OUR_TRADE and same_work:
        yield Reason(-30, N_("You said of such work that it isn’t your trade"))
    elif why == TOO_FAR and places:
        names = ", ".join(DEPARTMENTS.get(code, code) for code in places)
        yield Reason(-20, N_("You said that it is too far: %(places)s"), {"places": names})
    elif why == CONDITIONS and same_buyer:
        yield Reason(-15, N_("You said of this buyer that its conditions don’t suit you"))
    elif not why and same_buyer and same_work:
        yield Reason(-15, N_("You said no to a like one: “%(reason)s”"), {"reason": refused.reason[:120]})


def _classes(codes: tuple[str, ...]) -> set[str]:
    return {code[:_CLASS] for code in codes}
