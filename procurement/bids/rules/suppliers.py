"""Which kind of structure may supply what (domain 3.10 to 3.13), and to whom a contract is reserved (3.1, 3.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from procurement.core.i18n import N_
from procurement.members.models import MemberKind
from procurement.tenders.models import Reservation, ServiceNature

SIAE_KINDS = frozenset({MemberKind.AI, MemberKind.ETTI, MemberKind.EI, MemberKind.ACI})
"""Work-integration structures by nature (L5132-4 of the labour code)."""


class Fit(StrEnum):
    """Whether a kind of structure may supply what is bought."""

    OK = "ok"
    WARNING = "warning"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fit, why (an English msgid with `%(member)s`; empty when there is nothing to say) and the article."""

    fit: Fit
    sentence: str = ""
    article: str = ""


_FINE = Verdict(Fit.OK)
_NOT_A_LENDER = Verdict(
    Fit.FORBIDDEN,
    N_("%(member)s can't lend staff for a price: only an AI or a temp agency may."),
    "L8241-1 C. trav.",
)
_NOT_OPEN = Verdict(Fit.FORBIDDEN, N_("This agreement isn't open to structures of your kind."))
_CHECK_PURPOSE = Verdict(
    Fit.WARNING,
    N_("%(member)s isn't a work-integration structure by nature: check that its own agreement covers this."),
    "L5132-4 C. trav.",
)
_WORKSHOP_SALES = Verdict(
    Fit.OK,
    N_("%(member)s is a workshop: its sales stay under 30%% of its costs, 50%% at most."),
    "L5132-15 C. trav.",
)

_TABLE: dict[ServiceNature, dict[MemberKind, Verdict]] = {
    ServiceNature.LABOUR_SUPPLY: {
        MemberKind.AI: _FINE,
        MemberKind.ETTI: _FINE,
        **dict.fromkeys(
            (
                MemberKind.EI,
                MemberKind.ACI,
                MemberKind.EITI,
                MemberKind.GES,
                MemberKind.PROXIM,
                MemberKind.TRAINING_BODY,
                MemberKind.EBE,
            ),
            _NOT_A_LENDER,
        ),
    },
    ServiceNature.SERVICE: {
        MemberKind.AI: Verdict(
            Fit.WARNING,
            N_("%(member)s makes staff available; here a service is bought, done under its own direction."),
            "L5132-7 C. trav.",
        ),
        MemberKind.ETTI: Verdict(
            Fit.WARNING,
            N_("%(member)s is a temp agency: it supplies staff, a service is outside its purpose."),
            "L5132-6 C. trav.",
        ),
        MemberKind.ACI: _WORKSHOP_SALES,
    },
    ServiceNature.INSERTION: {
        MemberKind.ACI: _WORKSHOP_SALES,
        MemberKind.ETTI: Verdict(
            Fit.WARNING,
            N_("%(member)s is a temp agency: check that support towards work can be bought from it alone."),
            "L5132-6 C. trav.",
        ),
        MemberKind.GES: _CHECK_PURPOSE,
        MemberKind.PROXIM: _CHECK_PURPOSE,
        MemberKind.EBE: _CHECK_PURPOSE,
    },
    ServiceNature.UNKNOWN: {},
}


def fit(kind: MemberKind, nature: ServiceNature) -> Verdict:
    """Whether a structure of this kind may supply what is bought; OK where nothing is said against it."""
    return _TABLE[nature].get(kind, _FINE)


def may_register(
    kind: MemberKind, nature: ServiceNature, *, agreement: bool = False, open_to: Collection[str] = ()
) -> Verdict:
    """Whether a structure of this kind may register: what pages say first, and `operations` hold to.

    FORBIDDEN: lending staff, in whatever regime (L8241-1 C. trav.), and an agreement that names other kinds in
    `open_to`. WARNING: the law leaves a doubt, which the legal delegate settles; the terms of an agreement settle it.
    """
    if agreement and open_to and kind.value not in open_to:
        return _NOT_OPEN
    verdict = fit(kind, nature)
    return _FINE if agreement and verdict.fit is not Fit.FORBIDDEN else verdict


def suited(kind: MemberKind, nature: ServiceNature, open_to: Collection[str]) -> bool:
    """Whether a tender is worth a word to a structure of this kind: open to it, and not forbidden (L8241-1 C. trav.)."""
    return (not open_to or kind.value in open_to) and fit(kind, nature).fit is not Fit.FORBIDDEN


def qualifies(kind: MemberKind, reservation: Reservation) -> bool:
    """Whether a structure of this kind belongs, by nature, to those a lot is reserved to (L2113-12 to L2113-15).

    A structure that doesn't may still prove that it holds the agreement itself: the delegate then says so.
    """
    if reservation in {Reservation.SIAE, Reservation.EA_ESAT_SIAE}:
        return kind in SIAE_KINDS
    return reservation not in {Reservation.EA_ESAT, Reservation.PRISON}


RESERVATION_ARTICLES = {
    Reservation.SIAE: "L2113-13",
    Reservation.EA_ESAT: "L2113-12",
    Reservation.EA_ESAT_SIAE: "L2113-14",
    Reservation.PRISON: "L2113-13-1",
    Reservation.ESS: "L2113-15",
}
