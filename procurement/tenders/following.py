"""Following a tender, or hearing no more of it: each person's own choice."""

from collections.abc import Sequence

from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.policy import Actor, in_network, require
from procurement.tenders.models import Following, Tender
from procurement.tenders.queries import visible_tender


def follow(actor: Actor, tender_id: int, *, muted: bool | None) -> Tender:
    """Follow a tender (`muted` False), hear only what can't be refused (True), or neither (None).

    Records `tender_followed`, `tender_muted` or `tender_left` if that changes anything, on the person's own trail:
    who is interested in what is nobody else's affair (G3). Raises NotFound for a tender
    that doesn't exist for `actor`, Forbidden for whoever isn't of the network.
    """
    tender = visible_tender(actor, tender_id)
    require(in_network(actor))
    found, person = following_of(actor, tender_id), db.session.get_one(User, actor.user_id)
    if muted is None:
        if found is not None:
            db.session.delete(found)
            events.record(actor, "tender_left", person, facts={"tender_id": tender_id})
        return tender
    if found is None or found.muted != muted:
        db.session.merge(
            Following(user_id=actor.user_id, tender_id=tender_id, muted=muted, since=clock.now())
        )
        db.session.flush()
        verb = "tender_muted" if muted else "tender_followed"
        events.record(actor, verb, person, facts={"tender_id": tender_id})
    return tender


def following_of(actor: Actor, tender_id: int) -> Following | None:
    """What this person chose for a tender; None: nothing."""
    return db.session.get(Following, (actor.user_id, tender_id)) if actor.signed_in else None


def followed(user_id: int) -> Sequence[tuple[Tender, Following]]:
    """The tenders a person follows or has muted, the newest choice first."""
    rows = db.session.execute(
        select(Tender, Following)
        .join(Following, Following.tender_id == Tender.id)
        .where(Following.user_id == user_id)
        .order_by(Following.since.desc())
    )
    return [(row.Tender, row.Following) for row in rows]
