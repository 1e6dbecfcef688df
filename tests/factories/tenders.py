"""Tenders, with their lots, sites and deadlines."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import add, db
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import Buyer, Lot, Site, Tender, TenderKind, Visibility
from procurement.tenders.operations import refresh_search
from procurement.tenders.rules import match_name

_numbers = count(1)


def paris(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by its wall time in Paris."""
    return datetime(year, month, day, hour, minute, tzinfo=clock.PARIS)


def make_deadline(
    subject: object, kind: DeadlineKind, due_at: datetime | timedelta, **fields: object
) -> Deadline:
    """A deadline of `subject` (a tender, a bid), at an instant or so long from now."""
    due = clock.now() + due_at if isinstance(due_at, timedelta) else due_at
    return add(
        Deadline(
            subject_type=subject.__tablename__,
            subject_id=subject.id,
            kind=kind,
            due_at=due,
            **({"remind_at": due} | fields),
        )
    )


def make_tender(
    *,
    lots: int | Sequence[str] = 1,
    sites: int = 0,
    deadlines: Mapping[DeadlineKind, datetime | timedelta] | None = None,
    published: bool = True,
    visibility: Visibility = Visibility.NETWORK,
    buyer: Buyer | str | None = None,
    created_by: User | None = None,
    **fields: object,
) -> Tender:
    """A tender, published to the network a day ago unless told otherwise; a single lot is the whole.

    `lots`: how many, or their titles; `sites`: how many in each lot. Deadlines default to registrations closing in
    20 days and offers due in 40 (an agreement: enrolment in 20 days).
    """
    number = next(_numbers)
    now = clock.now()
    if not isinstance(buyer, Buyer):
        name = buyer or f"Buyer {number}"
        buyer = add(Buyer(name=name, match_name=match_name(name), created_at=now))
    tender = Tender(
        **(
            {
                "title": f"Tender {number}",
                "buyer_id": buyer.id,
                "departments": ["14"],
                "created_at": now - timedelta(days=2),
                "updated_at": now - timedelta(days=1),
                "created_by": created_by.id if created_by else None,
                "published_at": now - timedelta(days=1) if published else None,
                "visibility": visibility,
            }
            | fields
        )
    )
    titles = [f"Lot {n}" for n in range(1, lots + 1)] if isinstance(lots, int) else list(lots)
    tender.lots = [
        Lot(
            rank=rank,
            number=str(rank),
            title=title,
            whole=len(titles) == 1,
            sites=[
                Site(rank=n, name=f"Site {rank}.{n}", town="Caen", department="14", weekly_hours=20)
                for n in range(1, sites + 1)
            ],
        )
        for rank, title in enumerate(titles, start=1)
    ]
    tender.clauses = []
    add(tender)
    if deadlines is None:
        if fields.get("kind") is TenderKind.AGREEMENT:
            deadlines = {DeadlineKind.ENROLMENT: timedelta(days=20)}
        else:
            deadlines = {
                DeadlineKind.REGISTRATION_CLOSE: timedelta(days=20),
                DeadlineKind.SUBMISSION: timedelta(days=40),
            }
    for kind, due_at in deadlines.items():
        make_deadline(tender, kind, due_at)
    refresh_search([tender.id])
    db.session.refresh(tender, ["due_at", "registrations_close_at", "sort_at"])
    return tender
