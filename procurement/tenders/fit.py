"""How well a tender suits those who could answer it: a score of 0 to 100, and its reasons in words. Pure: no database.

The score is a sum that anybody can check: it starts at `BASE`, each reason adds or takes away its points, and the
total is kept between 0 and 100. What isn't known adds nothing. It only orders a list: nothing is hidden by it.

| what is known of the tender                                              | points |
|---------------------------------------------------------------------------|--------|
| reserved, whole or a lot, for SIAE (L2113-13) or for SIAE with EA and ESAT (L2113-14) | +40 |
| reserved for the social economy (L2113-15)                                 | +15    |
| reserved as a whole for others only: EA and ESAT, prison                   | −40    |
| insertion is what is bought                                                | +25    |
| social award criterion; social condition of performance; reservation announced in words | +15, the best of them |
| performed where structures work; nowhere where they do                     | +15; −30 |
| a CPV code of what structures do; codes, and none of theirs                | +20; −15 |
| 21 days or more are left; fewer than 10; fewer than 3                      | +10; −10; −25 |
| adapted procedure                                                          | +5     |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from procurement.core.i18n import N_
from procurement.members.departments import DEPARTMENTS
from procurement.tenders.models import ClauseKind, Procedure, Reservation, ServiceNature

BASE = 30
STRONG, POSSIBLE = 60, 35
"""From which score on a tender suits well, or may suit."""
COMFORTABLE, SHORT, TOO_SHORT = 21, 10, 3
"""Days left: enough to compose a group at leisure; a hurry; hardly feasible (domain 4)."""

TIME_LEFT = N_("%(days)s days are left: time to compose a group")
ADAPTED = N_("Adapted procedure: the buyer may negotiate")
EASIER = frozenset({TIME_LEFT, ADAPTED})
"""Reasons that make an answer easier, and are none to give one."""

_OURS = {Reservation.SIAE, Reservation.EA_ESAT_SIAE}
_UNSAID = {Reservation.UNKNOWN, Reservation.NONE}


class Band(StrEnum):
    """A score in one word."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tender says, as far as it is known: empty or unknown where nobody has said."""

    reservation: Reservation = Reservation.UNKNOWN
    lot_reservations: frozenset[Reservation] = frozenset()
    """What single lots say otherwise than the whole."""
    clauses: frozenset[ClauseKind] = frozenset()
    nature: ServiceNature = ServiceNature.UNKNOWN
    procedure: Procedure = Procedure.UNKNOWN
    departments: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    """Codes of eight digits."""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What structures do, and where: of the whole network, or of one."""

    departments: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset()
    """What they do, as beginnings of CPV codes; empty where nobody has said."""
    alone: bool = False
    """Whether it is one structure's, which is then spoken to; the network's otherwise."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were added or taken away: an English msgid and its parameters; `trades` are beginnings of CPV codes."""

    points: int
    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """The score and its reasons, those that speak for it first."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def band(self) -> Band:
        """The score in one word."""
        if self.score >= STRONG:
            return Band.STRONG
        return Band.POSSIBLE if self.score >= POSSIBLE else Band.WEAK


def fit(asked: Asked, offered: Offered, now: datetime) -> Fit:
    """How well the tender `asked` suits what is `offered`, at `now` (aware). The table above is the whole rule."""
    found = [
        *_reservation(asked),
        *_social(asked),
        *_places(asked.departments, offered),
        *_trades(asked.cpv, offered),
        *_time(asked.due_at, now),
    ]
    if asked.procedure is Procedure.ADAPTED:
        found.append(Reason(5, ADAPTED))
    return summed(found)


def summed(reasons: Iterable[Reason]) -> Fit:
    """The fit that these reasons make: their points added to `BASE`, kept between 0 and 100."""
    found = sorted(reasons, key=lambda reason: -reason.points)
    return Fit(min(max(BASE + sum(reason.points for reason in found), 0), 100), tuple(found))


def _reservation(asked: Asked) -> Iterable[Reason]:
    """Who may answer (L2113-12 to L2113-15): a lot that is ours makes the tender ours."""
    if asked.reservation in _OURS:
        yield Reason(40, N_("Reserved for inclusion structures"))
    elif asked.lot_reservations & _OURS:
        yield Reason(40, N_("At least one lot is reserved for inclusion structures"))
    elif Reservation.ESS in {asked.reservation, *asked.lot_reservations}:
        yield Reason(15, N_("Reserved for the social economy, which many structures belong to"))
    elif asked.reservation not in _UNSAID and not asked.lot_reservations & _UNSAID:
        yield Reason(-40, N_("Reserved for others: sheltered work, or work in prison"))


def _social(asked: Asked) -> Iterable[Reason]:
    if asked.nature is ServiceNature.INSERTION or ClauseKind.INSERTION_SERVICE in asked.clauses:
        yield Reason(25, N_("Insertion itself is bought"))
    if ClauseKind.AWARD_CRITERION in asked.clauses:
        yield Reason(15, N_("A social criterion counts in the choice"))
    elif ClauseKind.EXECUTION_CONDITION in asked.clauses:
        yield Reason(15, N_("Hours of inclusion are asked of whoever wins"))
    elif ClauseKind.RESERVED in asked.clauses and asked.reservation in _UNSAID:
        yield Reason(15, N_("The notice speaks of a reservation: see to whom"))


def _places(wanted: tuple[str, ...], offered: Offered) -> Iterable[Reason]:
    shared = [code for code in wanted if code in offered.departments]
    names = {"places": ", ".join(DEPARTMENTS.get(code, code) for code in shared or wanted)}
    if shared:
        where = N_("Where you work: %(places)s") if offered.alone else N_("Where structures work: %(places)s")
        yield Reason(15, where, names)
    elif wanted:
        elsewhere = (
            N_("You don’t work there: %(places)s")
            if offered.alone
            else N_("No structure works there: %(places)s")
        )
        yield Reason(-30, elsewhere, names)


def _trades(codes: tuple[str, ...], offered: Offered) -> Iterable[Reason]:
    if not codes or not offered.trades:
        return
    shared = sorted(begins for begins in offered.trades if any(code.startswith(begins) for code in codes))
    if shared:
        ours = N_("Your work: %(trades)s") if offered.alone else N_("Work that structures do: %(trades)s")
        yield Reason(20, ours, {"trades": ", ".join(shared)})
    elif offered.alone:
        yield Reason(-15, N_("Its CPV codes are none of your trades"))
    else:
        yield Reason(-15, N_("Its CPV codes are none of the structures’ work"))


def _time(due_at: datetime | None, now: datetime) -> Iterable[Reason]:
    if due_at is None:
        yield Reason(0, N_("Its deadline isn’t known: look for it first"))
        return
    days = (due_at - now).days
    if days < TOO_SHORT:
        yield Reason(-25, N_("Due within three days: hardly feasible"))
    elif days < SHORT:
        yield Reason(-10, N_("Only %(days)s days are left"), {"days": days})
    elif days >= COMFORTABLE:
        yield Reason(10, TIME_LEFT, {"days": days})
