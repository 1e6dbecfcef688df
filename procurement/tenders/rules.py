"""Rules on tenders: states, what a tender must say and in which order its dates come. Pure: no database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as value
from datetime import datetime
from enum import StrEnum
from typing import Any

from procurement.core.errors import Invalid
from procurement.core.i18n import LOCALES, N_, translate
from procurement.core.text import folded
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.rules import passed, propose_registration_close
from procurement.members.rules import check_siret
from procurement.tenders.facts import LotFacts, TenderFacts
from procurement.tenders.models import ClauseKind, LegalRegime, Reservation, Tender, TenderKind

TITLE_LENGTH = 400
NAME_LENGTH = 200
TEXT_LENGTH = 20_000
LOTS = 500
SITES = 2000
"""Most that a tender takes, in all its lots."""


class TenderState(StrEnum):
    """Where a tender stands: follows from its timestamps (design vocabulary)."""

    DRAFT = "draft"
    SET_ASIDE = "set_aside"
    """A draft that the delegate won't publish, until it is taken up again."""
    OPEN = "open"
    REGISTRATION_CLOSED = "registration_closed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


def tender_state(
    *,
    published_at: datetime | None,
    cancelled_at: datetime | None,
    registrations_close_at: datetime | None,
    due_at: datetime | None,
    set_aside_at: datetime | None = None,
    now: datetime,
) -> TenderState:
    """The state at `now`. One is still on time at the very instant of a deadline.

    `queries.state_expression` is the same rule in SQL; a test holds them together.
    """
    if cancelled_at is not None:
        return TenderState.CANCELLED
    if published_at is None:
        return TenderState.DRAFT if set_aside_at is None else TenderState.SET_ASIDE
    if due_at is not None and passed(due_at, now):
        return TenderState.CLOSED
    if registrations_close_at is not None and passed(registrations_close_at, now):
        return TenderState.REGISTRATION_CLOSED
    return TenderState.OPEN


def state_of(tender: Tender, now: datetime) -> TenderState:
    """The state of a row read in this transaction (its dates are copies kept by the database)."""
    return tender_state(
        published_at=tender.published_at,
        cancelled_at=tender.cancelled_at,
        registrations_close_at=tender.registrations_close_at,
        due_at=tender.due_at,
        set_aside_at=tender.set_aside_at,
        now=now,
    )


UNKNOWN_TITLE = N_("(title to be filled in)")
UNKNOWN_BUYER = N_("(buyer to be filled in)")
"""What a draft says, in the language of whoever made it, where its text gave no title or no buyer: it isn't published
so."""

ANSWER_KINDS: Mapping[TenderKind, tuple[DeadlineKind, ...]] = {
    TenderKind.CONTRACT: (DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS),
    TenderKind.AGREEMENT: (DeadlineKind.ENROLMENT,),
}
"""What is due to the buyer: one of these dates is needed to publish. Accession to an agreement has no other."""

WRITTEN_KINDS: Mapping[TenderKind, tuple[DeadlineKind, ...]] = {
    TenderKind.CONTRACT: (
        DeadlineKind.SUBMISSION,
        DeadlineKind.REGISTRATION_CLOSE,
        DeadlineKind.SITE_VISIT,
        DeadlineKind.QUESTIONS,
        DeadlineKind.APPLICATIONS,
        DeadlineKind.CONTRACT_END,
    ),
    TenderKind.AGREEMENT: (DeadlineKind.ENROLMENT, DeadlineKind.CONTRACT_END),
}
"""The dates that the delegate types in, by kind of tender."""

_ORDER: tuple[tuple[DeadlineKind, DeadlineKind, str], ...] = (
    (
        DeadlineKind.REGISTRATION_CLOSE,
        DeadlineKind.SUBMISSION,
        N_("Registrations must close before the offers are due."),
    ),
    (
        DeadlineKind.REGISTRATION_CLOSE,
        DeadlineKind.APPLICATIONS,
        N_("Registrations must close before the applications are due: the group's composition freezes then."),
    ),
    (
        DeadlineKind.APPLICATIONS,
        DeadlineKind.SUBMISSION,
        N_("Applications come before the offers, not after."),
    ),
    (DeadlineKind.SITE_VISIT, DeadlineKind.SUBMISSION, N_("The site visit comes before the offers are due.")),
    (DeadlineKind.QUESTIONS, DeadlineKind.SUBMISSION, N_("Questions end before the offers are due.")),
    (DeadlineKind.SUBMISSION, DeadlineKind.CONTRACT_END, N_("Offers are due before the contract ends.")),
    (DeadlineKind.ENROLMENT, DeadlineKind.CONTRACT_END, N_("Structures join before the agreement ends.")),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a tender from being taken: the field, an msgid and what it is filled with."""

    field: str
    message: str
    params: Mapping[str, Any] = value(default_factory=dict)


class InvalidTender(Invalid):
    """A tender that can't be taken as it is written; `problems` says all that is wrong, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = problems


def match_name(name: str) -> str:
    """A buyer's name as names are compared: lower case, no accents, no punctuation, single spaces."""
    return folded(name)


def problems(
    facts: TenderFacts, now: datetime, known: Mapping[DeadlineKind, datetime] | None = None
) -> list[Problem]:
    """All that keeps `facts` from being saved at `now`; empty when nothing does.

    `known` are the dates as they stand: one that isn't changed may have passed, a new one may not.
    """
    found = [*_missing(facts), *_too_long(facts), *_addresses(facts), *_lots(facts.lots)]
    found += _late(facts, now, known or {})
    found += _disorder({kind: deadline.due_at for kind, deadline in facts.deadlines.items()})
    return found


_UNRESERVED = frozenset({Reservation.NONE, Reservation.UNKNOWN})


def reserved_lots(tender: Tender) -> list[tuple[tuple[str, ...], Reservation]]:
    """Of a tender (with its lots) that isn't reserved as a whole, which lots are, and to whom, by their numbers.

    No numbers where all of its lots are reserved alike (article L2113-13 and its neighbours).
    """
    if tender.reservation not in _UNRESERVED:
        return []
    found: dict[Reservation, list[str]] = {}
    for lot in tender.lots:
        if lot.reservation is not None and lot.reservation not in _UNRESERVED:
            found.setdefault(lot.reservation, []).append(lot.number)
    return [
        (() if len(numbers) == len(tender.lots) else tuple(numbers), reservation)
        for reservation, numbers in found.items()
    ]


@dataclass(frozen=True, slots=True)
class Closing:
    """Until when members may register for a contract that isn't published yet."""

    stands: datetime | None
    """As somebody has set it."""
    proposed: datetime | None
    """Else, what could be set (domain 4); None where it is too late for one, or the answer has no date."""


def closing_of(kind: TenderKind, dates: Iterable[Deadline], now: datetime) -> Closing | None:
    """When registrations end or could end, from the dates that bind; None for an agreement, which has no such date."""
    if kind is TenderKind.AGREEMENT:
        return None
    known = {due.kind: due for due in dates}
    stands = known.get(DeadlineKind.REGISTRATION_CLOSE)
    if stands is not None:
        return Closing(stands.due_at, None)
    answer = known.get(DeadlineKind.APPLICATIONS) or known.get(DeadlineKind.SUBMISSION)
    return Closing(None, propose_registration_close(answer.due_at, now, answer.tz) if answer else None)


def _missing(facts: TenderFacts) -> list[Problem]:
    found = []
    if not facts.title.strip():
        found.append(Problem("title", N_("Give the tender's title.")))
    if not match_name(facts.buyer_name):
        found.append(Problem("buyer_name", N_("Say who buys.")))
    if facts.buyer_siret:
        try:
            check_siret(facts.buyer_siret)
        except Invalid as invalid:
            found.append(Problem("buyer_siret", invalid.message, invalid.params))
    if facts.legal_regime is not LegalRegime.PUBLIC_CONTRACT and not facts.legal_reason.strip():
        found.append(
            Problem(
                "legal_reason", N_("Say why this regime: it is your choice, and members read the reason.")
            )
        )
    if facts.legal_regime is LegalRegime.PRIVATE_AGREEMENT and facts.kind is not TenderKind.AGREEMENT:
        found.append(
            Problem("legal_regime", N_("A private agreement isn't a contract: choose the kind “agreement”."))
        )
    return found


def _too_long(facts: TenderFacts) -> list[Problem]:
    limits = {"title": TITLE_LENGTH, "buyer_name": NAME_LENGTH, "description": TEXT_LENGTH}
    return [
        Problem(name, N_("Too long: %(limit)s characters at most."), {"limit": limit})
        for name, limit in limits.items()
        if len(getattr(facts, name)) > limit
    ]


def _addresses(facts: TenderFacts) -> list[Problem]:
    found = []
    for name in ("source_url", "documents_url"):
        address = getattr(facts, name)
        if address and not re.match(r"https?://[^\s/]", address):
            found.append(Problem(name, N_("An address on the web begins with https:// or http://.")))
        elif re.match(r"https?://[^\s/?#]*@", address):
            # Whoever reads the link takes what stands before the sign for the site's name.
            found.append(Problem(name, N_("Leave out of this address what stands before the sign @.")))
    return found


def _lots(lots: tuple[LotFacts, ...]) -> list[Problem]:
    found = []
    if len(lots) > LOTS or sum(len(lot.sites) for lot in lots) > SITES:
        found.append(
            Problem("lots", N_("At most %(lots)s lots and %(sites)s sites."), {"lots": LOTS, "sites": SITES})
        )
    numbers: set[str] = set()
    for rank, lot in enumerate(lots, start=1):
        number = lot.number or str(rank)
        if number in numbers:
            found.append(Problem("lots", N_("Two lots have the number %(number)s."), {"number": number}))
        numbers.add(number)
        if not lot.title.strip() and len(lots) > 1:
            found.append(Problem("lots", N_("Lot %(number)s has no title."), {"number": number}))
    return found


def _late(facts: TenderFacts, now: datetime, known: Mapping[DeadlineKind, datetime]) -> list[Problem]:
    return [
        Problem(
            f"deadline_{kind.value}", N_("That moment has passed. Check the day, the month and the year.")
        )
        for kind, deadline in facts.deadlines.items()
        if known.get(kind) != deadline.due_at and passed(deadline.due_at, now)
    ]


def _disorder(dates: Mapping[DeadlineKind, datetime]) -> list[Problem]:
    """Dates that contradict each other, each told once, on the one that should be earlier."""
    found: dict[DeadlineKind, Problem] = {}
    for first, then, message in _ORDER:
        if first in dates and then in dates and dates[first] >= dates[then]:
            found.setdefault(first, Problem(f"deadline_{first.value}", message))
    return list(found.values())


def problems_to_publish(facts: TenderFacts, now: datetime) -> list[Problem]:
    """All that keeps `facts` from being shown to members at `now`: they need to know by when to answer."""
    found = problems(facts, now, {kind: deadline.due_at for kind, deadline in facts.deadlines.items()})
    found += _to_fill_in(facts)
    kinds = ANSWER_KINDS[facts.kind]
    dates = [facts.deadlines[kind].due_at for kind in kinds if kind in facts.deadlines]
    if not dates:
        message = (
            N_("Give the date by which agencies must accede.")
            if facts.kind is TenderKind.AGREEMENT
            else N_("Give the date by which offers are due.")
        )
        found.append(Problem(f"deadline_{kinds[0].value}", message))
    elif all(passed(due_at, now) for due_at in dates):
        message = N_("It is too late to answer this one: its deadline has passed.")
        found.append(Problem(f"deadline_{kinds[0].value}", message))
    closes = facts.deadlines.get(DeadlineKind.REGISTRATION_CLOSE)
    if closes and passed(closes.due_at, now):
        found.append(
            Problem(
                "deadline_registration_close",
                N_("Registrations would already be closed: give members a date to come."),
            )
        )
    return found


def _to_fill_in(facts: TenderFacts) -> list[Problem]:
    """What still says that it is to be filled in."""
    said = (
        ("title", facts.title, UNKNOWN_TITLE, N_("Give the tender's title.")),
        ("buyer_name", facts.buyer_name, UNKNOWN_BUYER, N_("Say who buys.")),
    )
    return [Problem(name, message) for name, value, unknown, message in said if _stands_for(value, unknown)]


def to_fill_in(value: str) -> bool:
    """Whether a title or a buyer says, in whatever language, that it is to be filled in."""
    return any(_stands_for(value, unknown) for unknown in (UNKNOWN_TITLE, UNKNOWN_BUYER))


def _stands_for(value: str, unknown: str) -> bool:
    return any(match_name(value) == match_name(translate(unknown, locale)) for locale in LOCALES)


RESERVATION_ARTICLES: Mapping[Reservation, str] = {
    Reservation.SIAE: "L2113-13",
    Reservation.EA_ESAT: "L2113-12",
    Reservation.EA_ESAT_SIAE: "L2113-14",
    Reservation.PRISON: "L2113-13-1",
    Reservation.ESS: "L2113-15",
}
"""The article of the code de la commande publique that allows each reservation (domain 3.1)."""

CLAUSE_ARTICLES: Mapping[ClauseKind, str] = {
    ClauseKind.EXECUTION_CONDITION: "L2112-2",
    ClauseKind.AWARD_CRITERION: "R2152-7",
    ClauseKind.INSERTION_SERVICE: "R2123-1",
    ClauseKind.RESERVED: "L2113-13",
}
"""The article that each social clause rests on (domain 3.3, 3.6)."""
