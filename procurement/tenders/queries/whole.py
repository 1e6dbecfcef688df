"""One tender with all that belongs to it, for a change or an export."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import Lot, Tender


def whole_tender(tender_id: int, *, lock: bool = False, fresh: bool = False) -> Tender:
    """A tender with buyer, lots, sites, clauses and dates, for a change or an export; `lock` holds its row.

    `fresh` reads again what the session already has. Raises NotFound. Whether the actor may see it is the caller's
    question. Five statements, six with the lock.
    """
    if lock:
        db.session.execute(select(Tender.id).where(Tender.id == tender_id).with_for_update())
    tender = db.session.scalar(
        select(Tender)
        .where(Tender.id == tender_id)
        .options(
            joinedload(Tender.buyer),
            selectinload(Tender.lots).selectinload(Lot.sites),
            selectinload(Tender.clauses),
            selectinload(Tender.deadlines),
        )
        .execution_options(populate_existing=lock or fresh)
    )
    if tender is None:
        raise NotFound
    return tender


def facts_of(tender: Tender, *, until_cancelled: bool = False) -> TenderFacts:
    """What `tender` (whole) says, dates that have ended left out. No statement where everything is loaded.

    `until_cancelled`: of one that was given up, with the dates that stood until then.
    """
    given_up = tender.cancelled_at if until_cancelled else None
    return TenderFacts(
        title=tender.title,
        buyer_name=tender.buyer.name,
        buyer_siret=tender.buyer.siret,
        buyer_town=tender.buyer.town,
        buyer_department=tender.buyer.department,
        kind=tender.kind,
        reference=tender.reference,
        description=tender.description,
        legal_regime=tender.legal_regime,
        legal_reason=tender.legal_reason,
        procedure=tender.procedure,
        is_framework=tender.is_framework,
        service_nature=tender.service_nature,
        cpv_main=tender.cpv_main,
        cpv_codes=tuple(tender.cpv_codes),
        departments=tuple(tender.departments),
        reservation=tender.reservation,
        eligible_kinds=tuple(tender.eligible_kinds),
        visibility=tender.visibility,
        ban_alone_and_grouped=tender.ban_alone_and_grouped,
        ban_several_groups=tender.ban_several_groups,
        source=tender.source,
        source_id=tender.source_id,
        source_url=tender.source_url,
        documents_url=tender.documents_url,
        notice_published_on=tender.notice_published_on,
        lots=tuple(_lot_facts(lot) for lot in tender.lots),
        clauses=tuple(
            ClauseFacts(id=clause.id, kind=clause.kind, text=clause.text, hours=clause.hours)
            for clause in tender.clauses
        ),
        deadlines={
            deadline.kind: DeadlineFacts(
                due_at=deadline.due_at,
                zone=deadline.zone,
                source_text=deadline.source_text,
                doubtful=deadline.doubtful,
                doubt=deadline.doubt,
                remind_at=deadline.remind_at if deadline.remind_at != deadline.due_at else None,
            )
            for deadline in tender.deadlines
            if deadline.closed_at is None or (given_up is not None and deadline.closed_at >= given_up)
        },
    )


def _lot_facts(lot: Lot) -> LotFacts:
    return LotFacts(
        id=lot.id,
        number=lot.number,
        title=lot.title,
        description=lot.description,
        cpv=lot.cpv,
        reservation=lot.reservation,
        sites=tuple(
            SiteFacts(
                id=site.id,
                name=site.name,
                town=site.town,
                department=site.department,
                weekly_hours=site.weekly_hours,
            )
            for site in lot.sites
        ),
    )
