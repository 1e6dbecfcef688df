"""Rules on who may supply what: kinds, reserved lots, labour law (domain 3.1, 3.2, 3.10 to 3.13)."""

from collections.abc import Iterator

from procurement.bids.rules import suppliers
from procurement.bids.rules.findings import Finding, Rule, Severity
from procurement.bids.rules.group import Group, GroupLot
from procurement.core.i18n import N_
from procurement.members.models import MemberKind
from procurement.tenders.models import LegalRegime, Reservation, ServiceNature


def _eligible(group: Group) -> Iterator[Finding]:
    """The kinds of structures that the tender is open to, where it says so."""
    for seat in group.seated:
        if group.contract.eligible_kinds and seat.kind.value not in group.contract.eligible_kinds:
            sentence = N_("%(member)s isn't of a kind that this contract is open to.")
            yield Finding(
                "eligible",
                Severity.WARNING,
                sentence,
                "",
                {"member": seat.name},
                seat.member_id,
                blocks=True,
                waivable=True,
            )


def _reservations(group: Group) -> Iterator[Finding]:
    """A reserved lot: an error if nobody qualifies, else a warning for each who doesn't (domain 3.1, 3.2)."""
    for lot in group.lots:
        if lot.reservation is Reservation.NONE:
            continue
        about = {"lot": lot.number}
        if lot.reservation is Reservation.UNKNOWN:
            sentence = N_("Nobody has said yet whether lot %(lot)s is reserved, and to whom.")
            yield Finding("reservation_unknown", Severity.REMARK, sentence, "L2113-12 à L2113-15", about)
            continue
        yield from _reserved(group, lot, suppliers.RESERVATION_ARTICLES[lot.reservation])


def _reserved(group: Group, lot: GroupLot, article: str) -> Iterator[Finding]:
    if lot.reservation is Reservation.ESS:
        sentence = N_("Lot %(lot)s is reserved to the social economy: check the statutes of each member.")
        yield Finding("reservation", Severity.REMARK, sentence, article, {"lot": lot.number})
        return
    out = [seat for seat in group.seated if not suppliers.qualifies(seat.kind, lot.reservation)]
    if group.seated and len(out) == len(group.seated):
        sentence = N_("Nobody in the group belongs to those lot %(lot)s is reserved to.")
        yield Finding(
            "reservation_nobody",
            Severity.ERROR,
            sentence,
            article,
            {"lot": lot.number},
            blocks=True,
            waivable=True,
        )
        return
    for seat in out:
        sentence = N_(
            "%(member)s isn't by nature among those lot %(lot)s is reserved to: check that it holds the agreement "
            "itself."
        )
        params = {"member": seat.name, "lot": lot.number}
        yield Finding(
            "reservation",
            Severity.WARNING,
            sentence,
            article,
            params,
            seat.member_id,
            blocks=True,
            waivable=True,
        )
    if not out and group.seated:
        sentence = N_("Every member belongs to those lot %(lot)s is reserved to.")
        yield Finding("reservation", Severity.OK, sentence, article, {"lot": lot.number})


def _suppliers(group: Group) -> Iterator[Finding]:
    """Who may supply what is bought (domain 3.10 to 3.13)."""
    if group.contract.nature is ServiceNature.UNKNOWN:
        sentence = N_(
            "What is bought isn't settled: staff, a service, or support towards work? It decides who may."
        )
        yield Finding("nature", Severity.WARNING, sentence, "L8241-1 C. trav.")
        return
    fine = bool(group.seated)
    for seat in group.seated:
        verdict = suppliers.fit(seat.kind, group.contract.nature)
        fine = fine and verdict.fit is suppliers.Fit.OK
        if not verdict.sentence:
            continue
        forbidden = verdict.fit is suppliers.Fit.FORBIDDEN
        weight = {suppliers.Fit.OK: Severity.REMARK, suppliers.Fit.WARNING: Severity.WARNING}
        yield Finding(
            "supplier",
            weight.get(verdict.fit, Severity.ERROR),
            verdict.sentence,
            verdict.article,
            {"member": seat.name},
            seat.member_id,
            blocks=forbidden,
            waivable=verdict.fit is not suppliers.Fit.OK,
        )
    if fine:
        yield Finding(
            "supplier", Severity.OK, N_("Every member may supply what is bought."), "L5132-4 C. trav."
        )


def _labour_law(group: Group) -> Iterator[Finding]:
    """Territory and hours of an AI, cases of a temp agency at a public user (domain 3.10, 3.11)."""
    contract = group.contract
    served = frozenset().union(*(lot.departments for lot in group.lots)) or contract.departments
    labour = contract.nature is ServiceNature.LABOUR_SUPPLY
    for seat in group.seated:
        missing = sorted(served - seat.territory) if seat.kind is MemberKind.AI and seat.territory else []
        if missing:
            sentence = N_(
                "%(member)s works within the territory of its agreement, which says nothing of %(departments)s: an "
                "amendment may be needed."
            )
            params = {"member": seat.name, "departments": ", ".join(missing)}
            yield Finding(
                "territory",
                Severity.WARNING,
                sentence,
                "L5132-7 C. trav.",
                params,
                seat.member_id,
                waivable=True,
            )
    kinds = {seat.kind for seat in group.seated} if labour else set()
    if MemberKind.AI in kinds and contract.regime is not LegalRegime.PUBLIC_CONTRACT:
        sentence = N_("At a company, an AI lends a person for 480 hours in 24 months at most.")
        yield Finding("hours_cap", Severity.WARNING, sentence, "L5132-9, R5132-18 C. trav.", waivable=True)
    if MemberKind.ETTI in kinds and contract.regime is LegalRegime.PUBLIC_CONTRACT:
        sentence = N_(
            "A public employer calls on a temp agency in set cases only (replacement, vacancy, extra or seasonal "
            "work), for 18 months at most: for the buyer to check."
        )
        yield Finding("agency_cases", Severity.REMARK, sentence, "L1251-60 C. trav.")


SUPPLYING_RULES: tuple[Rule, ...] = (_eligible, _reservations, _suppliers, _labour_law)
