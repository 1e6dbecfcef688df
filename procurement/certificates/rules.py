"""Rules on certificates: who owes which, how long each is worth something, how it stands. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from procurement.certificates.models import CertificateKind
from procurement.core.clock import PARIS
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.deadlines.rules import local_instant
from procurement.members.models import MemberKind
from procurement.members.rules import SIAE_KINDS

WARNING_DAYS = 60
"""Days before its end from which a certificate is said to lapse soon: the first reminder's (domain 4.2)."""

ALL = frozenset(MemberKind)


class CertificateState(StrEnum):
    """How a structure stands with a kind of certificate."""

    VALID = "valid"
    LAPSING = "lapsing"
    LAPSED = "lapsed"
    MISSING = "missing"
    TO_CHECK = "to_check"
    REFUSED = "refused"


RED = frozenset({CertificateState.MISSING, CertificateState.LAPSED, CertificateState.REFUSED})
"""States in which the structure has nothing to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a kind is issued and ends.

    `months`: how long after its issue; `within_year`: not beyond 31 December of its year; `says_its_end`: the paper
    does, and so must whoever records it; `longest`: months it may last at most. `owed_by`: who must have it, whatever
    the contract; others record it where one asks for it.
    """

    article: str = ""
    """Where the rule stands, as one cites it; empty where it is a habit of buyers."""
    words: str
    """The rule in a sentence: an msgid."""
    months: int | None = None
    within_year: bool = False
    says_its_end: bool = False
    longest: int | None = None
    owed_by: frozenset[MemberKind] = frozenset()


RULES: Mapping[CertificateKind, Rule] = {
    # Due at the conclusion of a contract of 5,000 € or more, then every six months to its end; it says too that the
    # duty to employ disabled workers is met, since AGEFIPH's own certificate ended (order of 17 March 2021).
    CertificateKind.VIGILANCE: Rule(
        article="D8222-5 C. trav.",
        words=N_("From URSSAF or MSA; worth something for six months."),
        months=6,
        owed_by=ALL,
    ),
    # No fixed end is known: it tells how things stood on the last day of the month before. Warned of at six months and
    # on 31 December; another end can be typed.
    CertificateKind.TAX: Rule(
        article="R2143-7 CCP",
        words=N_("From the tax office; asked for anew after six months, and with each new year."),
        months=6,
        within_year=True,
        owed_by=ALL,
    ),
    CertificateKind.INSURANCE: Rule(
        words=N_("From the insurer, with amounts; for the period that it says, a year most often."),
        says_its_end=True,
        owed_by=ALL,
    ),
    # Buyers that can look it up must not ask for it (R2143-13); the others want a recent one. A year is our own habit.
    CertificateKind.REGISTRATION: Rule(
        article="R2143-13 CCP",
        words=N_("Kbis, or for an association its Sirene notice; renewed each year."),
        months=12,
        owed_by=ALL,
    ),
    CertificateKind.IAE_AGREEMENT: Rule(
        article="L5132-2 C. trav.",
        words=N_("Signed with the State, for three years at most; it says its end."),
        says_its_end=True,
        longest=36,
        owed_by=SIAE_KINDS | {MemberKind.EITI},
    ),
    CertificateKind.IAE_ANNEX: Rule(
        article="L5132-2 C. trav.",
        words=N_("The financial annex of the year, signed with the State."),
        within_year=True,
        owed_by=SIAE_KINDS | {MemberKind.EITI},
    ),
    CertificateKind.ETTI_GUARANTEE: Rule(
        article="L1251-49 C. trav.",
        words=N_("From the guarantor, each year; it says its end."),
        says_its_end=True,
        longest=12,
        owed_by=frozenset({MemberKind.ETTI}),
    ),
    CertificateKind.QUALIOPI: Rule(
        article="L6316-1 C. trav.",
        words=N_("From the certifying body, for three years."),
        months=36,
        owed_by=frozenset({MemberKind.TRAINING_BODY}),
    ),
    CertificateKind.SIGNING_POWER: Rule(
        words=N_("Statutes, minutes or delegation that say who may sign; until they change."),
    ),
    CertificateKind.HOME_SERVICES: Rule(
        article="L7232-1 C. trav.",
        words=N_("Approval or declaration for services at home; it says its end where it has one."),
    ),
    CertificateKind.JUDGMENT: Rule(
        article="L2141-3 CCP",
        words=N_("For a structure under receivership: the judgment that lets it go on."),
    ),
}
"""Each kind's rule, with its article (domain 2.6)."""


def owed_by(kind: MemberKind) -> tuple[CertificateKind, ...]:
    """What a structure of this kind must be able to show, in the order in which people look for it."""
    return tuple(one for one, rule in RULES.items() if kind in rule.owed_by)


def _months_after(day: date, months: int) -> date:
    """The same day of the month, so many months later; the last of a month that is shorter."""
    later: date = day + relativedelta(months=months)  # type: ignore[no-untyped-call]
    return later


def last_day(kind: CertificateKind, issued_on: date, typed: date | None = None) -> date | None:
    """The last day on which a certificate issued then is worth something: as `typed`, else by its rule; None: no end.

    "Less than six months old" (D8222-5) ends the day before it is six months old.
    """
    rule = RULES[kind]
    if typed is not None:
        return typed
    ends = []
    if rule.months is not None:
        ends.append(_months_after(issued_on, rule.months) - timedelta(days=1))
    if rule.within_year:
        ends.append(date(issued_on.year, 12, 31))
    return min(ends, default=None)


def check_dates(kind: CertificateKind, issued_on: date, typed: date | None, today: date) -> date | None:
    """The last day of a certificate about to be recorded, its dates checked.

    Raises Invalid, with the field: issued in the future, without the end that its paper says, an end before its issue,
    beyond what the rule allows, or already past.
    """
    rule = RULES[kind]
    if issued_on > today:
        raise Invalid(N_("It can't have been issued after today."), field="issued_on")
    if rule.says_its_end and typed is None:
        raise Invalid(N_("Give the last day that it says."), field="expires_on")
    end = last_day(kind, issued_on, typed)
    if end is None:
        return None
    if end < issued_on:
        raise Invalid(N_("It can't end before it was issued."), field="expires_on")
    if rule.longest is not None and end > _months_after(issued_on, rule.longest):
        raise Invalid(
            N_("Such a paper lasts %(months)s months at most: check both dates."),
            field="expires_on",
            months=rule.longest,
        )
    if end < today:
        raise Invalid(
            N_("It has lapsed already: ask for a newer one, then send that."),
            field="expires_on" if typed else "issued_on",
        )
    return end


def due_at(last: date) -> datetime:
    """The instant (UTC) at which a certificate lapses: the last minute of its last day, in Paris."""
    return local_instant(last, time(23, 59), PARIS)


def state_of(
    expires_on: date | None, *, recorded: bool, checked: bool, refused: bool, today: date
) -> CertificateState:
    """How a certificate stands on `today`: refused or lapsed whatever else, then whether somebody has checked it."""
    if not recorded:
        return CertificateState.MISSING
    if refused:
        return CertificateState.REFUSED
    if expires_on is not None and expires_on < today:
        return CertificateState.LAPSED
    if not checked:
        return CertificateState.TO_CHECK
    if expires_on is not None and expires_on <= today + timedelta(days=WARNING_DAYS):
        return CertificateState.LAPSING
    return CertificateState.VALID
