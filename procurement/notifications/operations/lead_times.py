"""The delegate chooses how long before the dates of one tender its reminders leave."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, update

from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import Invalid, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.deadlines.models import Deadline
from procurement.notifications.models import LeadTimes
from procurement.notifications.queries.lead_times import changeable, chosen_of
from procurement.notifications.rules import Lead
from procurement.tenders import policy
from procurement.tenders.models import Tender
from procurement.tenders.queries import whole_tender


def choose_lead_times(actor: Actor, tender_id: int, wanted: Mapping[str, Sequence[Lead]]) -> Tender:
    """Have the reminders of a tender leave so long before its dates, by name of kind; kinds left out stay as they are.

    What has left isn't sent again; the plan looks at these dates at once. A kind's own times again are no choice any
    more. For the delegate. Records `lead_times_chosen` with the codes `leads_before` and `leads_after`, by kind; nothing where
    nothing differs. Raises NotFound, Forbidden, TooLate once cancelled, Invalid (`field`: the kind) for a time that
    isn't offered, or where a reminder that can't be refused would never leave.
    """
    require(policy.write(actor))
    tender = whole_tender(tender_id, lock=True)
    if tender.cancelled_at is not None:
        raise TooLate(N_("This tender is cancelled: it can't be changed any more."))
    kinds = {kind.name: kind for kind in changeable(tender)}
    chosen = chosen_of([tender_id])
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for name, leads in wanted.items():
        kind = kinds.get(name)
        if kind is None or not set(leads) <= set(kind.offered):
            raise Invalid(N_("Choose among the times that are offered."), field=name)
        if kind.mandatory and not leads:
            raise Invalid(N_("Keep one time at least: nobody may miss this one."), field=name)
        stand = chosen.get((tender_id, name), kind.leads)
        if set(stand) != set(leads):
            before[name], after[name] = _codes(stand), _codes(leads)
            _keep(tender_id, name, leads, usual=set(leads) == set(kind.leads))
    if not after:
        return tender
    touched = {due for name in after for due in kinds[name].deadline_kinds}
    db.session.execute(
        update(Deadline)
        .where(
            Deadline.subject_type == Tender.__tablename__,
            Deadline.subject_id == tender_id,
            Deadline.kind.in_(touched),
            Deadline.closed_at.is_(None),
        )
        .values(plan_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    events.record(actor, "lead_times_chosen", tender, facts={"leads_before": before, "leads_after": after})
    return tender


def copy_lead_times(actor: Actor, model_id: int, tender_id: int) -> None:
    """Have the reminders of a tender leave as its model's do (N18): what was chosen, never what was sent."""
    chosen = {kind: leads for (_, kind), leads in chosen_of([model_id]).items()}
    if chosen:
        choose_lead_times(actor, tender_id, chosen)


def _keep(tender_id: int, name: str, leads: Sequence[Lead], *, usual: bool) -> None:
    db.session.execute(delete(LeadTimes).where(LeadTimes.tender_id == tender_id, LeadTimes.kind == name))
    if not usual:
        db.session.add(LeadTimes(tender_id=tender_id, kind=name, leads=_codes(leads)))
        db.session.flush()


def _codes(leads: Sequence[Lead]) -> list[str]:
    return [lead.code for lead in sorted(leads, key=lambda lead: lead.at_most, reverse=True)]
