"""The rule on certificates: who couldn't show what on the day of the answer (domain 2.6)."""

from collections.abc import Iterator
from datetime import date

from procurement.bids.rules.findings import Audience, Finding, Rule, Severity
from procurement.bids.rules.group import Group, Paper, Seated
from procurement.certificates.rules import RED
from procurement.core.i18n import N_

CODE = "papers"
COLLECTED = 10
"""Days before the buyer's deadline when members' documents are to be together (domain 4, milestone 8)."""
ARTICLE = "R2144-4"


def _papers(group: Group) -> Iterator[Finding]:
    """What each member couldn't show. It never blocks: only the winner is asked for it (R2144-4).

    It weighs more from J-10 to the deposit. Certificates are seen by the structure's own people and the delegate.
    """
    if group.papers_on is None or not group.seated:
        return
    due = group.contract.submission_due
    answered_on = due.astimezone(group.contract.zone).date() if due and not group.submitted_at else None
    near = answered_on is not None and (answered_on - group.papers_on).days <= COLLECTED
    lacking = [
        (seat, _lacking(seat, max(answered_on or group.papers_on, group.papers_on))) for seat in group.seated
    ]
    for seat, papers in lacking:
        if papers:
            yield Finding(
                CODE,
                Severity.ERROR if near else Severity.WARNING,
                N_(
                    "%(member)s still lacks certificates, and the answer is due in ten days at most. It may be "
                    "deposited without them: the buyer asks the winner for them, at short notice."
                )
                if near
                else N_(
                    "%(member)s lacks certificates for this answer. It may be deposited without them: the buyer asks "
                    "the winner for them, at short notice."
                ),
                ARTICLE,
                {"member": seat.name},
                seat.member_id,
                Audience.MEMBER,
                waivable=True,
                papers=papers,
            )
    if not any(papers for _, papers in lacking):
        yield Finding(
            CODE,
            Severity.OK,
            N_("Every member has its certificates for this answer."),
            ARTICLE,
            audience=Audience.DELEGATE,
        )


def _lacking(seat: Seated, day: date) -> tuple[Paper, ...]:
    """The certificates that a structure has nothing to show for now, or that lapse before `day`."""
    return tuple(
        paper
        for paper in seat.papers
        if paper.state in RED or (paper.expires_on is not None and paper.expires_on < day)
    )


PAPER_RULES: tuple[Rule, ...] = (_papers,)
