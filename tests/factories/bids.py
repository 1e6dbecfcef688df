"""Registrations, bids, seats."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from procurement.bids.models import Bid, BidLot, Participation, Seat
from procurement.core import clock
from procurement.core.db import add, db
from procurement.members.models import Member
from procurement.tenders.models import Lot, Site, Tender
from tests.factories.people import make_member
from tests.factories.tenders import make_tender

_numbers = count(1)


def make_participation(
    tender: Tender | None = None,
    member: Member | None = None,
    *,
    lots: Sequence[Lot] | None = None,
    sites: Sequence[Site] = (),
    **fields: object,
) -> Participation:
    """A structure registered to a tender, for all its lots unless told otherwise, bringing 20 hours a week."""
    tender = tender or make_tender()
    member = member or make_member()
    now = clock.now()
    answered = {"applied_at", "not_for_us_at", "interested_at"} & set(fields)
    participation = Participation(
        **(
            {
                "tender_id": tender.id,
                "member_id": member.id,
                "created_at": now,
                "updated_at": now,
                "hours_a_week": 20,
            }
            | ({} if answered else {"applied_at": now})
            | fields
        )
    )
    participation.lots = list(tender.lots if lots is None else lots)
    participation.sites = list(sites)
    participation.rates = []
    return add(participation)


def make_bid(
    tender: Tender | None = None,
    *,
    lots: Sequence[Lot] | None = None,
    members: Sequence[Member] = (),
    lead: Member | None = None,
    confirmed: bool = True,
    **fields: object,
) -> Bid:
    """A bid on lots of a tender (the first unless told otherwise), with seats for `members`, confirmed or proposed.

    The lead, when there is one, has a seat too.
    """
    tender = tender or make_tender()
    bid = add(
        Bid(
            **(
                {
                    "tender_id": tender.id,
                    "name": f"Bid {next(_numbers)}",
                    "created_at": clock.now(),
                    "lead_id": lead.id if lead else None,
                }
                | fields
            )
        )
    )
    for lot in tender.lots[:1] if lots is None else lots:
        db.session.add(BidLot(bid_id=bid.id, lot_id=lot.id))
    db.session.flush()
    seated = [lead, *(m for m in members if m is not lead)] if lead else list(members)
    for member in seated:
        make_seat(bid, member, confirmed=confirmed)
    return bid


def make_seat(bid: Bid, member: Member | None = None, *, confirmed: bool = True, **fields: object) -> Seat:
    """A structure's place in a bid, confirmed unless told otherwise, at the end of the group."""
    now = clock.now()
    return add(
        Seat(
            **(
                {
                    "bid_id": bid.id,
                    "member_id": (member or make_member()).id,
                    "rank": next(_numbers),
                    "proposed_at": now - timedelta(hours=1),
                    "confirmed_at": now if confirmed else None,
                }
                | fields
            )
        )
    )
