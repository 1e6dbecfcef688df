"""What pages and mails read of the mails that were forwarded."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from procurement.core.db import db
from procurement.core.policy import Actor, require
from procurement.notices.models import ForwardedMail, MailState
from procurement.tenders import policy

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """Part of the list, the newest first; `older` is the number to go on from, 0 for none."""

    rows: Sequence[ForwardedMail]
    older: int


def waiting_mails(actor: Actor, before: int = 0) -> Waiting:
    """Mails that wait for the delegate, with their text. One statement. Raises Forbidden."""
    require(policy.write(actor))
    query = (
        select(ForwardedMail)
        .where(ForwardedMail.state == MailState.ASIDE)
        .options(undefer(ForwardedMail.text))
        .order_by(ForwardedMail.id.desc())
        .limit(SHOWN + 1)
    )
    if before:
        query = query.where(ForwardedMail.id < before)
    rows = db.session.scalars(query).all()
    return Waiting(rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else 0)


def count_waiting(actor: Actor) -> int:
    """How many wait; 0 for whom they don't concern. One statement."""
    if not policy.write(actor):
        return 0
    waiting = select(func.count()).select_from(ForwardedMail).where(ForwardedMail.state == MailState.ASIDE)
    return db.session.scalar(waiting) or 0
