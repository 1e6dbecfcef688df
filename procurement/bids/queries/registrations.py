"""What the registration page and the panel of a tender's page read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased, contains_eager, selectinload

from procurement.bids.facts import SEAT_LIVE
from procurement.bids.models import Bid, Participation, ParticipationLot, ParticipationSite, Seat
from procurement.bids.queries.states import BID_LIVE, participation_state_expression
from procurement.bids.queries.walls import registrations_visible_to
from procurement.bids.rules import LIVE_PARTICIPATIONS, ParticipationState, SeatState
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor
from procurement.members.models import Member
from procurement.tenders import policy as tender_policy
from procurement.tenders.models import Lot, Site, Tender, TenderKind
from procurement.tenders.rules import TenderState, state_of


@dataclass(frozen=True, slots=True)
class Place:
    """A live place of a structure in a group of this tender."""

    seat_id: int
    bid_id: int
    bid_name: str
    state: SeatState


@dataclass(frozen=True, slots=True)
class OwnWord:
    """What one of the actor's structures has said of a tender, and where it stands; `state` None: nothing yet."""

    member: Member
    participation: Participation | None
    state: ParticipationState | None
    places: tuple[Place, ...]
    manages: bool

    @property
    def live(self) -> bool:
        """Whether it still means to answer."""
        return self.state in LIVE_PARTICIPATIONS


@dataclass(frozen=True, slots=True)
class Counts:
    """What the delegate sees at a glance on a tender's page."""

    by_state: dict[ParticipationState, int]
    bids: int
    sites: int
    covered: int
    refusals: tuple[tuple[str, str], ...] = ()
    """Structures that answered "not for us", by name, each with its reason; the delegate alone reads them."""

    @property
    def registered(self) -> int:
        """Structures registered, with or without a place."""
        return sum(
            self.by_state.get(state, 0) for state in (ParticipationState.APPLIED, ParticipationState.ACCEPTED)
        )


@dataclass(frozen=True, slots=True)
class TenderPanel:
    """The part of a tender's page on registering to answer in a group."""

    tender: Tender
    state: TenderState
    closes_at: datetime | None
    mine: tuple[OwnWord, ...] = ()
    partners: tuple[Member, ...] = ()
    partners_waiting: int = 0
    """How many structures chose to be shown, for somebody who hasn't shown interest yet."""
    counts: Counts | None = None

    @property
    def is_open(self) -> bool:
        """Whether structures may still register."""
        return self.state is TenderState.OPEN

    @property
    def is_agreement(self) -> bool:
        """Whether structures accede one by one."""
        return self.tender.kind is TenderKind.AGREEMENT


def tender_panel(actor: Actor, tender: Tender) -> TenderPanel:
    """What the tender's page shows of registrations to `actor`: two statements at most, none for outsiders.

    A member: its own structures' word and next step, and the possible partners that chose to be shown, once it has
    shown interest itself (G3, domain 1.12 d). The delegate: counts.
    """
    closing = [date for date in (tender.registrations_close_at, tender.due_at) if date]
    base: dict[str, Any] = {
        "tender": tender,
        "state": state_of(tender, clock.now()),
        "closes_at": min(closing, default=None),
    }
    if actor.is_delegate:
        return TenderPanel(**base, counts=_counts(tender.id), mine=_own_words(actor, tender.id))
    if not actor.memberships:
        return TenderPanel(**base)
    mine = _own_words(actor, tender.id)
    shown = () if tender.kind is TenderKind.AGREEMENT else _partners(actor, tender.id)
    if any(word.live for word in mine):
        return TenderPanel(**base, mine=mine, partners=shown)
    return TenderPanel(**base, mine=mine, partners_waiting=len(shown))


def _own_words(actor: Actor, tender_id: int) -> tuple[OwnWord, ...]:
    if not actor.memberships:
        return ()
    places = (
        select(
            func.json_agg(
                func.json_build_object(
                    "seat_id",
                    Seat.id,
                    "bid_id",
                    Bid.id,
                    "bid_name",
                    Bid.name,
                    "state",
                    case(
                        (Seat.confirmed_at.is_not(None), SeatState.CONFIRMED.value),
                        else_=SeatState.PROPOSED.value,
                    ),
                )
            )
        )
        .select_from(Seat)
        .join(Bid, Bid.id == Seat.bid_id)
        .where(Bid.tender_id == tender_id, Bid.withdrawn_at.is_(None), Seat.member_id == Member.id, SEAT_LIVE)
        .correlate(Member)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Member, Participation, participation_state_expression().label("state"), places.label("places"))
        .outerjoin(
            Participation, and_(Participation.member_id == Member.id, Participation.tender_id == tender_id)
        )
        .where(Member.id.in_(list(actor.memberships)))
        .order_by(Member.name)
    )
    return tuple(
        OwnWord(
            member=row.Member,
            participation=row.Participation,
            state=ParticipationState(row.state) if row.Participation else None,
            places=tuple(
                Place(one["seat_id"], one["bid_id"], one["bid_name"], SeatState(one["state"]))
                for one in row.places or ()
            ),
            manages=actor.manages(row.Member.id),
        )
        for row in rows
    )


def _partners(actor: Actor, tender_id: int) -> tuple[Member, ...]:
    """The structures that chose to be shown as possible partners, without what they bring or want."""
    return tuple(
        db.session.scalars(
            select(Member)
            .join(Participation, Participation.member_id == Member.id)
            .where(
                Participation.tender_id == tender_id,
                Participation.shown_as_partner,
                Participation.member_id.not_in(list(actor.memberships)),
                participation_state_expression().in_([state.value for state in LIVE_PARTICIPATIONS]),
            )
            .order_by(Member.name)
        )
    )


def _counts(tender_id: int) -> Counts:
    """Registrations by state, answers opened, sites and those with somebody: one statement."""
    said = (
        select(participation_state_expression().label("state"))
        .where(Participation.tender_id == tender_id)
        .subquery()
    )
    grouped = select(said.c.state, func.count().label("number")).group_by(said.c.state).subquery()
    by_state = select(func.json_object_agg(grouped.c.state, grouped.c.number)).scalar_subquery()
    bids = select(func.count()).where(Bid.tender_id == tender_id, BID_LIVE).scalar_subquery()
    lots = select(Lot.id).where(Lot.tender_id == tender_id)
    sites = select(func.count()).where(Site.lot_id.in_(lots)).scalar_subquery()
    covered = select(func.count()).where(Site.lot_id.in_(lots), _covered(tender_id)).scalar_subquery()
    refusals = (
        select(
            func.json_agg(
                aggregate_order_by(
                    func.json_build_array(Member.name, Participation.not_for_us_reason), Member.name
                )
            )
        )
        .join(Participation, Participation.member_id == Member.id)
        .where(Participation.tender_id == tender_id, Participation.not_for_us_at.is_not(None))
        .scalar_subquery()
    )
    row = db.session.execute(select(by_state, bids, sites, covered, refusals)).one()
    return Counts(
        by_state={ParticipationState(name): number for name, number in (row[0] or {}).items()},
        bids=row[1],
        sites=row[2],
        covered=row[3],
        refusals=tuple((name, reason) for name, reason in row[4] or ()),
    )


def _covered(tender_id: int) -> ColumnElement[bool]:
    """Whether a registered structure would serve a `Site`: it chose it, or its lot without choosing among its sites."""
    applied = and_(
        Participation.tender_id == tender_id,
        participation_state_expression().in_(
            [ParticipationState.APPLIED.value, ParticipationState.ACCEPTED.value]
        ),
    )
    elsewhere = aliased(Site)
    chose_site = (
        select(ParticipationSite.site_id)
        .join(Participation, Participation.id == ParticipationSite.participation_id)
        .where(applied, ParticipationSite.site_id == Site.id)
        .correlate(Site)
    )
    chose_among = (
        select(ParticipationSite.site_id)
        .join(elsewhere, elsewhere.id == ParticipationSite.site_id)
        .where(ParticipationSite.participation_id == Participation.id, elsewhere.lot_id == Site.lot_id)
        .correlate(Participation, Site)
    )
    chose_lot = (
        select(ParticipationLot.lot_id)
        .join(Participation, Participation.id == ParticipationLot.participation_id)
        .where(applied, ParticipationLot.lot_id == Site.lot_id, ~exists(chose_among))
        .correlate(Site)
    )
    return or_(exists(chose_site), exists(chose_lot))


def tender_with_lots(actor: Actor, tender_id: int) -> Tender:
    """The tender as `actor` may see it, with buyer, dates, lots and sites: four statements. Raises NotFound."""
    tender = db.session.scalar(
        select(Tender)
        .join(Tender.buyer)
        .where(Tender.id == tender_id, tender_policy.visible_to(actor))
        .options(
            contains_eager(Tender.buyer),
            selectinload(Tender.deadlines),
            selectinload(Tender.lots).selectinload(Lot.sites),
        )
    )
    if tender is None:
        raise NotFound
    return tender


def registration(
    actor: Actor, tender_id: int, member_id: int
) -> tuple[Participation | None, ParticipationState | None]:
    """What a structure said of a tender, whole, and its state: four statements; (None, None) for nothing.

    Raises NotFound for a structure that isn't the actor's (save for the delegate).
    """
    if not actor.is_delegate and member_id not in actor.memberships:
        raise NotFound
    row = db.session.execute(
        select(Participation, participation_state_expression().label("state"))
        .where(
            Participation.tender_id == tender_id,
            Participation.member_id == member_id,
            registrations_visible_to(actor),
        )
        .options(
            *(selectinload(part) for part in (Participation.lots, Participation.sites, Participation.rates))
        )
    ).first()
    return (row.Participation, ParticipationState(row.state)) if row else (None, None)


def structures_for(actor: Actor, tender: Tender) -> Sequence[Any]:
    """The structures for which `actor` may register, as rows (Member, state or None), by name: one statement.

    A person's own; for the delegate, all of the network, and for an agreement only those of the kinds it is open to.
    """
    query = (
        select(Member, case((Participation.id.is_not(None), participation_state_expression())).label("state"))
        .outerjoin(
            Participation, and_(Participation.member_id == Member.id, Participation.tender_id == tender.id)
        )
        .where(Member.left_at.is_(None))
        .order_by(func.unaccent(func.lower(Member.name)))
    )
    if not actor.is_delegate:
        query = query.where(Member.id.in_(list(actor.memberships)))
    elif tender.kind is TenderKind.AGREEMENT and tender.eligible_kinds:
        query = query.where(Member.kind.in_(tender.eligible_kinds))
    return db.session.execute(query).all()
