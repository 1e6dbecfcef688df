"""The one next thing that a tender asks of whoever coordinates it. Pure: facts and the instant are parameters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from zoneinfo import ZoneInfo

from procurement.bids.rules.dates import composition_by
from procurement.core.clock import PARIS
from procurement.deadlines.rules import SHORT_REGISTRATION_LEAD, days_before
from procurement.tenders.models import TenderKind
from procurement.tenders.rules import TenderState

DEPOSIT_LEAD = 2
"""Days before the buyer's deadline when the network means to deposit (milestone 13)."""
CALL_AGAIN = timedelta(days=7)
"""How long before registrations close an empty list is worth a call."""


class TenderStep(StrEnum):
    """What there is to do next."""

    PUBLISH = "publish"
    CALL_MEMBERS = "call_members"
    WAIT = "wait"
    NOBODY = "nobody"
    OPEN_GROUPS = "open_groups"
    PLACE = "place"
    AWAIT_SEATS = "await_seats"
    REPLACE = "replace"
    COMPOSE = "compose"
    DEPOSIT = "deposit"
    RECORD_DEPOSIT = "record_deposit"
    RECORD_RESULT = "record_result"
    ENROLLED = "enrolled"


_WAITING = frozenset({TenderStep.WAIT, TenderStep.RECORD_RESULT, TenderStep.ENROLLED})


@dataclass(frozen=True, slots=True)
class BidStanding:
    """Where a live answer stands, in numbers."""

    id: int
    name: str
    proposed: int = 0
    refused: int = 0
    confirmed: int = 0
    composed: bool = False
    submitted: bool = False
    aim: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a tender stands, in numbers; `waiting` structures are registered and have no word yet."""

    kind: TenderKind
    state: TenderState
    closes_at: datetime | None
    due_at: datetime | None
    zone: ZoneInfo = PARIS
    """In which `due_at` was said."""
    locked_at: datetime | None = None
    """When groups no longer change, if that isn't `due_at`."""
    award_at: datetime | None = None
    registered: int = 0
    waiting: int = 0
    bids: tuple[BidStanding, ...] = ()

    @property
    def compose_by(self) -> datetime | None:
        """When its groups are to be settled."""
        return composition_by(self.locked_at or self.due_at, self.closes_at, self.zone)


@dataclass(frozen=True, slots=True)
class Next:
    """What to do, by when, whether that has passed, for which answer, and how many structures it is about."""

    step: TenderStep
    by: datetime | None = None
    late: bool = False
    bid: BidStanding | None = None
    number: int = 0


def pressing_step(standing: Standing, now: datetime) -> Next:
    """The most pressing thing: what is late first, then what is due soonest; waiting comes after any act."""
    return min(_steps(standing, now), key=_pressing)


def _pressing(found: Next) -> tuple[bool, bool, float]:
    return (not found.late, found.step in _WAITING, found.by.timestamp() if found.by else inf)


def _next(
    step: TenderStep, by: datetime | None, now: datetime, *, bid: BidStanding | None = None, number: int = 0
) -> Next:
    return Next(step, by, late=by is not None and by < now, bid=bid, number=number)


def _steps(standing: Standing, now: datetime) -> Iterator[Next]:
    if standing.state is TenderState.DRAFT:
        by = standing.closes_at or (standing.due_at and days_before(standing.due_at, SHORT_REGISTRATION_LEAD))
        yield _next(TenderStep.PUBLISH, by, now)
        return
    yield from _of_bids(standing, now)
    if standing.kind is TenderKind.CONTRACT and standing.state is TenderState.REGISTRATION_CLOSED:
        compose_by = standing.compose_by
        if standing.waiting:
            step = TenderStep.PLACE if standing.bids else TenderStep.OPEN_GROUPS
            yield _next(step, compose_by, now, number=standing.waiting)
        elif not standing.bids:
            yield Next(TenderStep.NOBODY, standing.due_at)
    elif standing.state is TenderState.OPEN:
        closes_at = standing.closes_at or standing.due_at
        short = closes_at is not None and closes_at - now <= CALL_AGAIN
        step = TenderStep.CALL_MEMBERS if short and not standing.registered else TenderStep.WAIT
        yield Next(step, closes_at, number=standing.registered)
    elif not standing.bids:
        yield Next(TenderStep.ENROLLED if standing.kind is TenderKind.AGREEMENT else TenderStep.NOBODY)


def deposit_aim(aim: datetime | None, due_at: datetime | None, zone: ZoneInfo = PARIS) -> datetime | None:
    """When the network means to deposit: the date set for the answer, else J-2 in `zone`; None when nothing is due."""
    return aim or (days_before(due_at, DEPOSIT_LEAD, zone) if due_at else None)


def _of_bids(standing: Standing, now: datetime) -> Iterable[Next]:
    due_at, compose_by = standing.due_at, standing.compose_by
    for bid in standing.bids:
        if bid.submitted:
            yield _next(TenderStep.RECORD_RESULT, standing.award_at, now, bid=bid)
        elif due_at is not None and due_at < now:
            yield _next(TenderStep.RECORD_DEPOSIT, due_at, now, bid=bid)
        elif bid.proposed:
            yield _next(TenderStep.AWAIT_SEATS, compose_by, now, bid=bid, number=bid.proposed)
        elif bid.refused and not bid.composed:
            yield _next(TenderStep.REPLACE, compose_by, now, bid=bid, number=bid.refused)
        elif not bid.composed:
            yield _next(TenderStep.COMPOSE, compose_by, now, bid=bid)
        else:
            yield _next(TenderStep.DEPOSIT, deposit_aim(bid.aim, due_at, standing.zone), now, bid=bid)
