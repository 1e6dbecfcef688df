"""How long before its dates the reminders of a tender leave."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from procurement.core.db import db
from procurement.notifications.kinds import KINDS, Kind
from procurement.notifications.models import LeadTimes
from procurement.notifications.recordset import among, ids
from procurement.notifications.rules import Lead, read_lead
from procurement.tenders.models import Tender
from procurement.tenders.rules import WRITTEN_KINDS

Chosen = Mapping[tuple[int | None, str], tuple[Lead, ...]]
"""The lead times chosen, by tender and kind; for all others, the kind's own."""


def chosen_of(tender_ids: Iterable[int | None]) -> Chosen:
    """What was chosen for these tenders. One statement, none where nobody is asked for."""
    wanted = ids(tender_ids)
    if not wanted:
        return {}
    rows = db.session.scalars(select(LeadTimes).where(LeadTimes.tender_id == among(wanted)))
    return {(row.tender_id, row.kind): tuple(map(read_lead, row.leads)) for row in rows}


def changeable(tender: Tender) -> list[Kind]:
    """The kinds that remind of a tender's dates and whose lead times can be chosen."""
    dates = set(WRITTEN_KINDS[tender.kind])
    return [kind for kind in KINDS.values() if kind.offered and kind.deadline_kinds & dates]
