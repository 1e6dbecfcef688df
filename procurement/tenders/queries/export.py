"""Tenders as plain records, for other programs."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import Buyer, ClauseKind, Lot, Reservation, Tender
from procurement.tenders.policy import visible_to

_AT_ONCE = 500
_ANSWERS = (DeadlineKind.SUBMISSION, DeadlineKind.ENROLMENT, DeadlineKind.APPLICATIONS)


def export_tenders(actor: Actor, *, drafts: bool = False) -> Iterator[dict[str, Any]]:
    """The tenders that `actor` may see, oldest first, as JSON objects; drafts only when asked for, cancelled ones never.

    `submission_deadline` is when the answer is due (offers, else accession to an agreement, else applications), in
    the zone it was said in; `deadline_doubtful` where it is to be checked. `cpv`: the main code first. `lots`: empty
    where the tender isn't divided. `reserved`: null where nobody has said; a lot that says nothing is as its tender.
    Read by the database's cursor, four statements for five hundred tenders, whatever their number.
    """
    query = (
        select(Tender)
        .where(visible_to(actor), Tender.cancelled_at.is_(None))
        .order_by(Tender.id)
        .options(
            load_only(
                Tender.title,
                Tender.source,
                Tender.source_id,
                Tender.source_url,
                Tender.departments,
                Tender.cpv_main,
                Tender.cpv_codes,
                Tender.reservation,
            ),
            joinedload(Tender.buyer).load_only(Buyer.name, Buyer.siret),
            selectinload(Tender.lots).load_only(
                Lot.number, Lot.title, Lot.cpv, Lot.reservation, Lot.whole, Lot.rank
            ),
            selectinload(Tender.clauses),
            selectinload(Tender.deadlines),
        )
        .execution_options(yield_per=_AT_ONCE)
    )
    if not drafts:
        query = query.where(Tender.published_at.is_not(None))
    for page in db.session.scalars(query).partitions():
        for tender in page:
            yield _plain(tender)
            db.session.expunge(tender)


def _plain(tender: Tender) -> dict[str, Any]:
    due = _answer_due(tender.deadlines)
    return {
        "source": tender.source,
        "source_id": tender.source_id,
        "title": tender.title,
        "buyer": tender.buyer.name,
        "buyer_siret": tender.buyer.siret,
        "departments": list(tender.departments),
        "cpv": list(dict.fromkeys(filter(None, [tender.cpv_main, *tender.cpv_codes]))),
        "lots": [
            {
                "number": lot.number,
                "title": lot.title,
                "cpv": lot.cpv or None,
                "reserved": _reserved(lot.reservation or tender.reservation),
            }
            for lot in tender.lots
            if not lot.whole
        ],
        "submission_deadline": due.due_at.astimezone(ZoneInfo(due.zone)).isoformat() if due else None,
        "deadline_doubtful": due.doubtful if due else False,
        "reserved": _is_reserved(tender),
        "url": tender.source_url or None,
    }


def _answer_due(deadlines: list[Deadline]) -> Deadline | None:
    live = {deadline.kind: deadline for deadline in deadlines if deadline.closed_at is None}
    return next((live[kind] for kind in _ANSWERS if kind in live), None)


def _is_reserved(tender: Tender) -> bool | None:
    if any(clause.kind is ClauseKind.RESERVED for clause in tender.clauses):
        return True
    said = [_reserved(tender.reservation), *(_reserved(lot.reservation) for lot in tender.lots)]
    return True if True in said else said[0]


def _reserved(reservation: Reservation | None) -> bool | None:
    if reservation is None or reservation is Reservation.UNKNOWN:
        return None
    return reservation is not Reservation.NONE
