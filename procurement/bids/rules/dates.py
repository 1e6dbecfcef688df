"""Until when a structure may register, and from when a group no longer changes. The clock is a parameter."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procurement.core.clock import PARIS
from procurement.core.errors import TooLate
from procurement.core.i18n import N_
from procurement.deadlines import rules as deadlines
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import LegalRegime, Procedure, TenderKind

COMPOSITION_LEAD = 18
"""Days before the group no longer changes when it is to be settled (domain 4, milestone 5)."""
TIME_TO_COMPOSE = timedelta(days=3)
"""Least time left to compose once registrations have closed, where time is short."""

Due = Mapping[DeadlineKind, datetime]
"""The instants (UTC) that bind on a tender, by kind."""


def composition_locked_at(due: Due) -> datetime | None:
    """From when the group no longer changes (R2142-26): the applications' deadline, or the offers' without one.

    None when neither is known.
    """
    return due.get(DeadlineKind.APPLICATIONS) or due.get(DeadlineKind.SUBMISSION)


def composition_by(
    locked_at: datetime | None, closes_at: datetime | None, zone: ZoneInfo = PARIS
) -> datetime | None:
    """When groups are to be settled, answers of those asked included: the one date that every page tells.

    J-18 before the composition freezes (`composition_locked_at`), or three days after registrations close where time
    is short; never after it freezes. Registrations that end no sooner than that have no end of their own. None when it
    isn't known.
    """
    if locked_at is None:
        return None
    planned = deadlines.days_before(locked_at, COMPOSITION_LEAD, zone)
    if closes_at is not None and closes_at < locked_at:
        planned = max(planned, closes_at + TIME_TO_COMPOSE)
    return min(planned, locked_at)


def registration_closes_at(kind: TenderKind, due: Due) -> datetime | None:
    """Until when structures register: the network's own date, never later than the composition freezes.

    For an agreement: until when they accede to it. None when no date is known: then it stays open.
    """
    if kind is TenderKind.AGREEMENT:
        kinds = (DeadlineKind.ENROLMENT, DeadlineKind.REGISTRATION_CLOSE, DeadlineKind.SUBMISSION)
        return next((due[kind] for kind in kinds if kind in due), None)
    dates = (due.get(DeadlineKind.REGISTRATION_CLOSE), composition_locked_at(due))
    return min((date for date in dates if date), default=None)


STANDSTILL, STANDSTILL_ON_PAPER = 11, 16
"""Days, at least, from the day on which the buyer sends its decision to the one on which it signs (R2182-1)."""
_FORMAL = frozenset({Procedure.OPEN, Procedure.RESTRICTED, Procedure.NEGOTIATED, Procedure.DIALOGUE})
_BOUND = frozenset({LegalRegime.PUBLIC_CONTRACT, LegalRegime.CONTRACTING_ENTITY})


def standstill_ends_at(
    regime: LegalRegime, procedure: Procedure, sent_on: date, *, on_paper: bool = False
) -> datetime | None:
    """Until when (UTC) the buyer can't sign yet: the end, in Paris, of the eleventh day after `sent_on`.

    The sixteenth where its decision went by post. None where the law asks for no standstill: formalised procedures
    only, and never a private agreement (R2182-1, domain 3.9 and 3.14).
    """
    if regime not in _BOUND or procedure not in _FORMAL:
        return None
    days = STANDSTILL_ON_PAPER if on_paper else STANDSTILL
    return deadlines.local_instant(sent_on + timedelta(days=days), time(23, 59))


def passed(due_at: datetime | None, now: datetime) -> bool:
    """Whether `due_at` is known and behind us; one is still on time at the very instant."""
    return due_at is not None and deadlines.passed(due_at, now)


def require_registrations_open(kind: TenderKind, due: Due, now: datetime) -> None:
    """Go on only while structures may register; raises TooLate, which says what is still possible."""
    if not passed(registration_closes_at(kind, due), now):
        return
    if kind is TenderKind.CONTRACT and not passed(composition_locked_at(due), now):
        raise TooLate(
            N_(
                "Registrations are closed. Call the legal delegate: as long as the groups aren't fixed, a late "
                "structure can still be let in, with a reason."
            )
        )
    raise TooLate(N_("Registrations are closed, and the groups are fixed: it's too late for this one."))


def require_unlocked(due: Due, now: datetime) -> None:
    """Go on only while a group may change; raises TooLate with the article (R2142-26)."""
    if passed(composition_locked_at(due), now):
        raise TooLate(
            N_("The deadline for applications has passed: the group can no longer change (article R2142-26).")
        )
