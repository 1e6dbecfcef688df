"""What a search finds as lines of a table, for files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from procurement.core.db import db
from procurement.core.policy import Actor
from procurement.tenders.models import Buyer, Tender
from procurement.tenders.queries.filters import TenderSearch
from procurement.tenders.queries.listing import Row, by_words, list_tenders

MOST = 10_000
"""Lines of a table."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of the list, and what a table says beside it."""

    row: Row
    siret: str
    cpv: str
    source_url: str
    notice_published_on: date | None


def table(actor: Actor, search: TenderSearch, now: datetime) -> Iterator[TableLine]:
    """The tenders that `search` finds for `actor`, in its order, `MOST` at most. Three statements for five hundred."""
    words, key = by_words(actor, search.text), ""
    for _ in range(MOST // _AT_ONCE):
        page = list_tenders(actor, search, now, key, _AT_ONCE, words)
        more = select(Tender.id, Buyer.siret, Tender.cpv_main, Tender.source_url, Tender.notice_published_on)
        more = more.join(Buyer, Buyer.id == Tender.buyer_id).where(
            Tender.id.in_([row.id for row in page.rows])
        )
        known = {line.id: line for line in db.session.execute(more)}
        for row in page.rows:
            line = known[row.id]
            yield TableLine(row, line.siret or "", line.cpv_main, line.source_url, line.notice_published_on)
        key = page.following
        if not key:
            return
