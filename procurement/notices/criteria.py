"""By what a tender's own notice says that offers are judged, read again from what the source gave."""

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import undefer

from procurement.core.db import db
from procurement.notices.models import Notice, NoticeState
from procurement.notices.parsed import ReadCriterion, UnreadableNotice
from procurement.notices.reading.criteria import criteria_in_prose
from procurement.notices.sources import READERS


def criteria_of(tender_id: int) -> Sequence[ReadCriterion]:
    """The criteria that the newest notice of a tender names, or the text that it was made of; none for one typed in.

    One statement.
    """
    notice = db.session.scalar(
        select(Notice)
        .where(Notice.tender_id == tender_id, Notice.state == NoticeState.IMPORTED)
        .order_by(Notice.id.desc())
        .limit(1)
        .options(undefer(Notice.raw))
    )
    if notice is None:
        return ()
    record = json.loads(notice.raw)
    if notice.source not in READERS:
        return criteria_in_prose(record["text"])
    try:
        return READERS[notice.source](record).criteria
    except UnreadableNotice:
        return ()
