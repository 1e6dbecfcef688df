"""The public tenders that were published last, for the feed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from procurement.core.db import db
from procurement.core.policy import VISITOR
from procurement.tenders.models import Tender
from procurement.tenders.policy import visible_to

NEWEST = 50


def newest_public() -> Sequence[Tender]:
    """The `NEWEST` tenders that anybody may see, the last published first, with their buyers. One statement."""
    return db.session.scalars(
        select(Tender)
        .join(Tender.buyer)
        .where(visible_to(VISITOR))
        .options(contains_eager(Tender.buyer))
        .order_by(Tender.published_at.desc(), Tender.id.desc())
        .limit(NEWEST)
    ).all()
