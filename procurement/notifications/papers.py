"""What mails about certificates speak of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from procurement.certificates.models import Certificate, CertificateKind
from procurement.certificates.queries import standing
from procurement.certificates.rules import RED
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.deadlines.models import Deadline
from procurement.notifications.recordset import among

CHASED = "certificates_chased"


def path(member_id: int) -> str:
    """Where a structure sees what it owes, and sends it."""
    return f"/attestations/structures/{member_id}"


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificates that a batch of notifications speaks of, by number; those that stand, by structure."""

    certificates: Mapping[int, Certificate]
    live: Mapping[int, Sequence[Certificate]]

    def of_deadline(self, deadline: Deadline | None) -> Certificate | None:
        """The certificate whose end a date is."""
        if deadline is None or deadline.subject_type != "certificate":
            return None
        return self.certificates.get(deadline.subject_id)

    def of_event(self, event: Event) -> tuple[Certificate | None, list[CertificateKind]]:
        """The certificate of an event; what a structure was asked for by it and still owes."""
        if event.subject_type == "certificate":
            return self.certificates.get(event.subject_id), []
        if event.verb != CHASED:
            return None, []
        asked = [CertificateKind(kind) for kind in event.facts["certificate_kinds"]]
        today = clock.today()
        live = {one.kind: one for one in self.live.get(event.subject_id, ())}
        return None, [kind for kind in asked if standing(live.get(kind), today) in RED]


def papers_of(events: Iterable[Event], deadlines: Iterable[Deadline]) -> Papers:
    """What these events and dates speak of. At most two statements, none where they speak of no certificate."""
    told = list(events)
    numbers = {event.subject_id for event in told if event.subject_type == "certificate"}
    numbers |= {due.subject_id for due in deadlines if due.subject_type == "certificate"}
    chased = {event.subject_id for event in told if event.verb == CHASED}
    whole = (
        select(Certificate).options(joinedload(Certificate.member)).execution_options(populate_existing=True)
    )
    found = db.session.scalars(whole.where(Certificate.id == among(numbers))).all() if numbers else []
    live: dict[int, list[Certificate]] = {}
    if chased:
        stands = select(Certificate).where(
            Certificate.member_id == among(chased), Certificate.superseded_at.is_(None)
        )
        for one in db.session.scalars(stands):
            live.setdefault(one.member_id, []).append(one)
    return Papers({one.id: one for one in found}, live)
