"""What the rules weigh of an answer, read from the database: for pages and for verbs alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from procurement.bids.models import (
    Bid,
    BidLot,
    Participation,
    ParticipationLot,
    ParticipationSite,
    Seat,
    Waiver,
)
from procurement.bids.rules import Contract, Group, GroupLot, Paper, Rival, Seated, bid_state
from procurement.bids.rules.states import AWAITED
from procurement.certificates import queries as certificates
from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.rules import read_zone
from procurement.members.models import Member, Membership
from procurement.tenders.models import Lot, Reservation, Site, Tender

SEAT_LIVE = and_(Seat.refused_at.is_(None), Seat.removed_at.is_(None))
"""A place that is proposed or confirmed."""


def _people(member_column: Any) -> Any:
    """The accounts that belong to a structure, as an array: a scalar subquery."""
    return (
        select(func.array_agg(Membership.user_id))
        .where(Membership.member_id == member_column, Membership.ended_at.is_(None))
        .correlate_except(Membership)
        .scalar_subquery()
    )


def _registered(column: Any, table: Any) -> Any:
    """What a registration names in `table` (lots or sites), as an array: a scalar subquery."""
    return (
        select(func.array_agg(column))
        .where(table.participation_id == Participation.id)
        .correlate(Participation)
        .scalar_subquery()
    )


def _divided() -> Any:
    """The lots that a registration names, by the buyer's numbers, as `[id, number]`: a scalar subquery."""
    return (
        select(func.json_agg(aggregate_order_by(func.json_build_array(Lot.id, Lot.number), Lot.rank, Lot.id)))
        .join(ParticipationLot, ParticipationLot.lot_id == Lot.id)
        .where(ParticipationLot.participation_id == Participation.id, ~Lot.whole)
        .correlate(Participation)
        .scalar_subquery()
    )


def registered_columns() -> tuple[Any, ...]:
    """What a `Participation` names, as columns: `lot_ids`, `site_ids` and `numbers`, pairs of a lot and its number."""
    return (
        _registered(ParticipationLot.lot_id, ParticipationLot).label("lot_ids"),
        _registered(ParticipationSite.site_id, ParticipationSite).label("site_ids"),
        _divided().label("numbers"),
    )


def seats_query(bid_id: int) -> Select[Any]:
    """The seats of a bid, with the structure, its registration, lots, sites and people: one statement, by rank."""
    return (
        select(
            Seat,
            Member,
            Participation,
            *registered_columns(),
            _people(Seat.member_id).label("people"),
        )
        .join(Member, Member.id == Seat.member_id)
        .join(Bid, Bid.id == Seat.bid_id)
        .outerjoin(
            Participation,
            and_(Participation.member_id == Seat.member_id, Participation.tender_id == Bid.tender_id),
        )
        .where(Seat.bid_id == bid_id)
        .order_by(Seat.rank, Seat.id)
        .execution_options(populate_existing=True)
    )


def seated_of(
    rows: Iterable[Any], papers: Mapping[int, Sequence[certificates.Paper]], untold: Collection[int]
) -> tuple[Seated, ...]:
    """Rows of `seats_query` that are live, as the rules see them, with their certificates by structure.

    `untold`: structures of which the reader may not know what they registered for.
    """
    return tuple(
        Seated(
            member_id=row.Member.id,
            name=row.Member.name,
            kind=row.Member.kind,
            territory=frozenset(row.Member.territory),
            confirmed=row.Seat.confirmed_at is not None,
            lot_ids=frozenset(row.lot_ids or ()),
            site_ids=frozenset(row.site_ids or ()),
            people=frozenset(row.people or ()),
            papers=tuple(
                Paper(one.kind, one.state, one.certificate.expires_on if one.certificate else None)
                for one in papers.get(row.Member.id, ())
                if one.owed
            ),
            told=row.Member.id not in untold,
        )
        for row in rows
        if row.Seat.refused_at is None and row.Seat.removed_at is None
    )


def lots_of_bid(bid_id: int) -> list[tuple[Lot, list[Site]]]:
    """The lots of a bid with their sites, in the buyer's order: one statement."""
    rows = db.session.execute(
        select(Lot, Site)
        .join(BidLot, BidLot.lot_id == Lot.id)
        .outerjoin(Site, Site.lot_id == Lot.id)
        .where(BidLot.bid_id == bid_id)
        .order_by(Lot.rank, Lot.id, Site.rank, Site.id)
    )
    found: dict[Lot, list[Site]] = {}
    for lot, site in rows:
        found.setdefault(lot, []).extend([site] if site else [])
    return list(found.items())


def rivals_of(bid: Bid) -> tuple[Rival, ...]:
    """The other live answers of the network to the same tender: one statement. For rules, never for a page."""
    lots = (
        select(func.array_agg(BidLot.lot_id)).where(BidLot.bid_id == Bid.id).correlate(Bid).scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Bid.id,
            Bid.name,
            Bid.lead_id,
            Bid.coordinator_id,
            lots.label("lot_ids"),
            Seat.member_id,
            _people(Seat.member_id).label("people"),
        )
        .outerjoin(Seat, and_(Seat.bid_id == Bid.id, SEAT_LIVE))
        .where(Bid.tender_id == bid.tender_id, Bid.id != bid.id, Bid.withdrawn_at.is_(None))
        .order_by(Bid.id)
    ).all()
    members: dict[int, set[int]] = defaultdict(set)
    people: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        members[row.id].update([row.member_id] if row.member_id else [])
        people[row.id].update(row.people or ())
    return tuple(
        Rival(
            bid_id=row.id,
            name=row.name,
            lot_ids=frozenset(row.lot_ids or ()),
            lead_id=row.lead_id,
            coordinator_id=row.coordinator_id,
            member_ids=frozenset(members[row.id]),
            people=frozenset(people[row.id]),
        )
        for row in {row.id: row for row in rows}.values()
    )


def waivers_of(bid_id: int) -> dict[tuple[str, int | None], str]:
    """The rules set aside for a bid, with their reasons: one statement."""
    rows = db.session.execute(
        select(Waiver.code, Waiver.member_id, Waiver.reason).where(Waiver.bid_id == bid_id)
    )
    return {(row.code, row.member_id): row.reason for row in rows}


def group_lot(lot: Lot, sites: Iterable[Site], tender: Tender) -> GroupLot:
    """A lot as the rules see it: its reservation is its own, or the tender's."""
    places = list(sites)
    return GroupLot(
        id=lot.id,
        number=lot.number,
        reservation=lot.reservation or tender.reservation or Reservation.NONE,
        departments=frozenset(site.department for site in places if site.department),
        site_ids=frozenset(site.id for site in places),
        whole=lot.whole,
    )


def group_of(
    bid: Bid,
    tender: Tender,
    due: Any,
    *,
    lots: Iterable[tuple[Lot, list[Site]]],
    seats: Iterable[Any],
    rivals: tuple[Rival, ...],
    waivers: dict[tuple[str, int | None], str],
    untold: Collection[int] = (),
) -> Group:
    """All that the rules weigh, from rows already read; certificates are read here, as long as the answer is awaited.

    `due`: the tender's dates by kind. `untold`: structures of which the reader may not know what they registered for.
    One statement.
    """
    rows = list(seats)
    today = clock.today() if bid_state(bid) in AWAITED and tender.cancelled_at is None else None
    papers = certificates.papers_of([row.Member for row in rows], today) if today else {}
    return Group(
        contract=Contract(
            nature=tender.service_nature,
            regime=tender.legal_regime,
            departments=frozenset(tender.departments),
            eligible_kinds=frozenset(tender.eligible_kinds),
            ban_alone_and_grouped=tender.ban_alone_and_grouped,
            ban_several_groups=tender.ban_several_groups,
            submission_due=due.get(DeadlineKind.SUBMISSION),
            zone=read_zone(tender.due_zone),
        ),
        lots=tuple(group_lot(lot, sites, tender) for lot, sites in lots),
        seated=seated_of(rows, papers, untold),
        form=bid.form,
        contract_form=bid.contract_form,
        lead_id=bid.lead_id,
        coordinator_id=bid.coordinator_id,
        submitted_at=bid.submitted_at,
        rivals=rivals,
        waivers=waivers,
        papers_on=today,
    )


def read_group(bid: Bid, tender: Tender, due: Any) -> Group:
    """All that the rules weigh of `bid`, read now: five statements."""
    return group_of(
        bid,
        tender,
        due,
        lots=lots_of_bid(bid.id),
        seats=db.session.execute(seats_query(bid.id)).all(),
        rivals=rivals_of(bid),
        waivers=waivers_of(bid.id),
    )
