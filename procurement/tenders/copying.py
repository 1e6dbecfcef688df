"""A past tender as the model of a new one: what it says, its dates at the same distance from the new answer's (N18).

Pure. What happened to the model stays with it: its source, registrations, answers, messages are no part of what is
copied, so that nothing of the new one counts as sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import is_working_day, read_zone
from procurement.tenders.facts import DeadlineFacts, TenderFacts
from procurement.tenders.rules import ANSWER_KINDS, WRITTEN_KINDS

_STAYS_PUT = frozenset({DeadlineKind.CONTRACT_END})
"""What may fall on any day."""


def answer_of(facts: TenderFacts) -> DeadlineFacts | None:
    """The date by which the buyer wants the answer, from which the others are counted; None where none is known."""
    known = (facts.deadlines.get(kind) for kind in ANSWER_KINDS[facts.kind])
    return next((deadline for deadline in known if deadline is not None), None)


def copied(facts: TenderFacts, due_at: datetime, now: datetime) -> TenderFacts:
    """`facts` as those of a new tender whose answer is due at `due_at` (aware).

    Each other date keeps its distance in calendar days from the answer's, and its hour, in its own zone; one that
    would fall on a day off comes on the working day before, and one that would have passed at `now` is left out, as
    are those that nobody types in. Lots, sites and clauses keep the ids of the model's rows: by them the form knows
    what it doesn't ask; whoever writes a new tender takes them for new ones.
    """
    return replace(
        facts,
        reference="",
        source="typed",
        source_id=None,
        source_url="",
        documents_url="",
        notice_published_on=None,
        deadlines=_placed(facts, due_at, now),
    )


def _placed(facts: TenderFacts, due_at: datetime, now: datetime) -> Mapping[DeadlineKind, DeadlineFacts]:
    model = answer_of(facts)
    if model is None:
        return {ANSWER_KINDS[facts.kind][0]: DeadlineFacts(due_at=due_at)}
    placed = {}
    for kind in WRITTEN_KINDS[facts.kind]:
        deadline = facts.deadlines.get(kind)
        if deadline is None:
            continue
        at = due_at if deadline is model else _moved(kind, deadline, model, due_at)
        if at > now:
            placed[kind] = DeadlineFacts(due_at=at, zone=deadline.zone)
    return placed


def _moved(kind: DeadlineKind, deadline: DeadlineFacts, model: DeadlineFacts, due_at: datetime) -> datetime:
    zone = read_zone(deadline.zone)
    wall = deadline.due_at.astimezone(zone)
    distance = _day(model.due_at, model.zone) - wall.date()
    day = _day(due_at, model.zone) - distance
    while kind not in _STAYS_PUT and not is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, wall.time(), tzinfo=zone).astimezone(UTC)


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(read_zone(zone)).date()
