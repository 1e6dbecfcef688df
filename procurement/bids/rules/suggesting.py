"""Whether a tender is suggested to a structure, and why: its places, trades, kind and what it said before. Pure."""

from collections.abc import Sequence
from datetime import datetime

from procurement.bids.rules.lessons import Refused, lessons
from procurement.bids.rules.suppliers import SIAE_KINDS, suited
from procurement.core.i18n import N_
from procurement.members.models import Member, ServiceLine
from procurement.tenders.fit import EASIER, POSSIBLE, Asked, Fit, Offered, Reason, fit, summed
from procurement.tenders.models import Reservation, ServiceNature

_LENDS = frozenset({ServiceLine.STAFFING, ServiceLine.TEMP_WORK, ServiceLine.VITA_AIR})
_WORKS = frozenset({ServiceLine.WORKSITE, ServiceLine.PARCOURS_GARDIEN, ServiceLine.PROXIM_SERVICES})
_OURS = {Reservation.SIAE, Reservation.EA_ESAT_SIAE}


def suits(
    member: Member,
    asked: Asked,
    *,
    buyer_id: int,
    eligible_kinds: Sequence[str],
    refused: Sequence[Refused],
    now: datetime,
) -> Fit | None:
    """How well a tender suits one structure; None where it isn't for it.

    That is: not open to its kind (eligible kinds; L8241-1 C. trav.), or known to be neither its place nor its work.

    To the table of `tenders/fit.py` it adds: +10 where what is bought is what the structure offers; for a contract
    reserved to SIAE, nothing for a kind that isn't one by nature (L5132-4 C. trav.); and what its refusals teach.
    """
    if not suited(member.kind, asked.nature, eligible_kinds):
        return None
    offered = Offered(
        departments=frozenset({member.department, *member.territory}),
        trades=frozenset(member.cpv),
        alone=True,
    )
    if _foreign(asked, offered):
        return None
    reasons = [
        *_by_nature(member, asked, fit(asked, offered, now).reasons),
        *_offer(member, asked.nature),
        *lessons(asked, buyer_id, refused),
    ]
    return summed(reasons)


def is_suggested(found: Fit) -> bool:
    """Whether it is worth showing: it may suit, at least, and something other than time left speaks for it."""
    return found.score >= POSSIBLE and any(
        reason.points > 0 and reason.message not in EASIER for reason in found.reasons
    )


def _foreign(asked: Asked, offered: Offered) -> bool:
    """Whether it is known to be neither where the structure works nor anything it does: reserved or not, not for it."""
    elsewhere = asked.departments and not offered.departments & set(asked.departments)
    trades = tuple(offered.trades)
    other_work = asked.cpv and trades and not any(code.startswith(trades) for code in asked.cpv)
    return bool(elsewhere and other_work)


def _by_nature(member: Member, asked: Asked, reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons, with what a reservation is worth to a structure that isn't a SIAE by nature."""
    reserved = asked.reservation in _OURS or bool(asked.lot_reservations & _OURS)
    if not reserved or member.kind in SIAE_KINDS:
        return list(reasons)
    rest = [reason for reason in reasons if reason.points != 40]
    return [*rest, Reason(0, N_("Reserved for inclusion structures: see whether yours is one"))]


def _offer(member: Member, nature: ServiceNature) -> list[Reason]:
    lines = set(member.services)
    if nature is ServiceNature.LABOUR_SUPPLY and lines & _LENDS:
        return [Reason(10, N_("Staff is wanted, and you supply staff"))]
    if nature is ServiceNature.SERVICE and lines & _WORKS:
        return [Reason(10, N_("Work is wanted done, and you do such work"))]
    return []
