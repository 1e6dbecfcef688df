"""A tender as the delegate types it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.facts import (
    ClauseFacts,
    DeadlineFacts,
    LotFacts,
    SiteFacts,
    TenderFacts,
)
from procurement.tenders.models import ClauseKind
from tests.factories import next_siret, paris

NOW = paris(2026, 11, 23, 9)
SUBMISSION, CLOSE, ENROLMENT = (
    DeadlineKind.SUBMISSION,
    DeadlineKind.REGISTRATION_CLOSE,
    DeadlineKind.ENROLMENT,
)
DUE = paris(2027, 1, 15)
SIRET = next_siret()


def written(**changed) -> TenderFacts:
    """A contract in two lots, as the delegate types it."""
    facts = TenderFacts(
        title="Remplacement d'agents techniques dans les collèges",
        buyer_name="Département du Calvados",
        reference="2026-DCB-114",
        departments=("14",),
        cpv_main="79620000",
        lots=(
            LotFacts(
                title="Caen",
                sites=(
                    SiteFacts(name="Collège Dunois", town="Caen", weekly_hours=Decimal("17.5")),
                    SiteFacts(name="Collège Henri-Brunet", town="Caen"),
                ),
            ),
            LotFacts(title="Bessin", number="2"),
        ),
        clauses=(ClauseFacts(kind=ClauseKind.EXECUTION_CONDITION, text="Insertion", hours=1200),),
        deadlines={
            SUBMISSION: DeadlineFacts(due_at=DUE),
            CLOSE: DeadlineFacts(due_at=DUE - timedelta(days=21)),
        },
    )
    return replace(facts, **changed)


def verbs(tender) -> list[str]:
    events = select(Event.verb).where(Event.subject_type == "tender", Event.subject_id == tender.id)
    return list(db.session.scalars(events.order_by(Event.rank)))
