"""Tables of group answers: registrations to a tender, bids, their lots and seats."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.members.models import Member
from procurement.tenders.models import Lot, Site, Tender


class GroupForm(StrEnum):
    """Forms of a group (R2142-20, R2142-24)."""

    JOINT = "joint"
    JOINT_WITH_SOLIDARY_LEAD = "joint_with_solidary_lead"
    SOLIDARY = "solidary"


class RateUnit(StrEnum):
    """How a temp agency states its price in an agreement."""

    HOUR = "hour"
    COEFFICIENT = "coefficient"


class Participation(Identified, Base):
    """A structure's word on a tender: it would answer, with what; or it isn't for it.

    One row each, changed in place until registrations close, its trail beside it. State follows from the timestamps
    (`rules.participation_state`).
    """

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("tender_id", "member_id"),
        UniqueConstraint("id", "member_id", "tender_id"),
        CheckConstraint("not_for_us_at IS NULL OR applied_at IS NULL", name="one_answer"),
        CheckConstraint("num_nonnulls(interested_at, applied_at, not_for_us_at) >= 1", name="says_something"),
        Index("ix_participation_member", "member_id"),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tender.id"))
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    interested_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    not_for_us_at: Mapped[datetime | None]
    not_for_us_reason: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]
    turned_down_at: Mapped[datetime | None]
    turned_down_reason: Mapped[str] = mapped_column(default="")
    """The delegate's word when no group takes the structure; it may bid alone or elsewhere (domain 1.12 e)."""
    late_reason: Mapped[str] = mapped_column(default="")
    """Why the delegate admitted it after registrations closed."""
    hours_a_week: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    full_time_equivalents: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    brings: Mapped[str] = mapped_column(default="")
    seeks: Mapped[str] = mapped_column(default="")
    would_lead: Mapped[bool] = mapped_column(default=False)
    shown_as_partner: Mapped[bool] = mapped_column(default=False)
    """Its own choice to show name, territory and skills to the others interested (G3); never what it brings."""
    version: Mapped[int] = mapped_column(default=1)

    tender: Mapped[Tender] = relationship(lazy="raise")
    member: Mapped[Member] = relationship(lazy="raise")
    lots: Mapped[list[Lot]] = relationship(secondary="participation_lot", lazy="raise", order_by="Lot.rank")
    sites: Mapped[list[Site]] = relationship(
        secondary="participation_site", lazy="raise", order_by="Site.rank"
    )
    rates: Mapped[list["Rate"]] = relationship(lazy="raise", order_by="Rate.id", cascade="all, delete-orphan")


class ParticipationLot(Base):
    """A lot for which the structure registers."""

    __tablename__ = "participation_lot"

    participation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("lot.id"), primary_key=True, index=True)


class ParticipationSite(Base):
    """A site that the structure would serve."""

    __tablename__ = "participation_site"

    participation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True
    )
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"), primary_key=True, index=True)


class Rate(Identified, Base):
    """A rate stated when acceding to an agreement: seen by the structure and by the delegate only."""

    __tablename__ = "rate"
    __table_args__ = (CheckConstraint("amount > 0", name="positive"),)

    participation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("participation.id", ondelete="CASCADE"), index=True
    )
    label: Mapped[str]
    unit: Mapped[RateUnit] = mapped_column(choice(RateUnit))
    amount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    """Euros without tax an hour, or a coefficient on the gross wage."""


class Bid(Identified, Base):
    """A group's answer to one or several lots of a tender. Preparing, submitted, under review, then its result."""

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("tender_id", "name"),
        CheckConstraint("submitted_at IS NULL OR receipt_number <> ''", name="deposit_has_receipt"),
        CheckConstraint("num_nonnulls(awarded_at, lost_at, no_award_at) <= 1", name="one_result"),
        CheckConstraint(
            "num_nonnulls(awarded_at, lost_at, no_award_at) = 0 OR submitted_at IS NOT NULL",
            name="result_after_deposit",
        ),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tender.id"))
    name: Mapped[str]
    form: Mapped[GroupForm | None] = mapped_column(choice(GroupForm))
    contract_form: Mapped[GroupForm | None] = mapped_column(choice(GroupForm, name="contract_form"))
    """What the contract requires once awarded (R2142-22, R2142-24), as the delegate read it; None: nothing."""
    lead_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.id"), index=True)
    """The mandataire. A trigger copies it to the bid's lots, where one member leads one live bid a lot (R2142-23)."""
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    """Who coordinates this group; where two groups of the network meet on a lot, each has its own (domain 1.12 e)."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    composed_at: Mapped[datetime | None]
    """When form, lead and members were told to all of them."""
    submitted_at: Mapped[datetime | None]
    receipt_number: Mapped[str] = mapped_column(default="")
    under_review_at: Mapped[datetime | None]
    awarded_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    no_award_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    tender: Mapped[Tender] = relationship(lazy="raise")
    lead: Mapped[Member | None] = relationship(lazy="raise")
    lots: Mapped[list[Lot]] = relationship(
        secondary="bid_lot", lazy="raise", order_by="Lot.rank", viewonly=True
    )
    seats: Mapped[list["Seat"]] = relationship(back_populates="bid", lazy="raise", order_by="Seat.rank")


class BidLot(Base):
    """A lot that a bid answers. `lead_id` and `live` follow the bid (trigger), for the constraint that needs them."""

    __tablename__ = "bid_lot"
    __table_args__ = (
        Index(
            "uq_bid_lot_one_lead",
            "lot_id",
            "lead_id",
            unique=True,
            postgresql_where="live AND lead_id IS NOT NULL",
        ),
        Index("ix_bid_lot_lot", "lot_id"),
    )

    bid_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("bid.id", ondelete="CASCADE"), primary_key=True
    )
    lot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("lot.id"), primary_key=True)
    lead_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.id"))
    live: Mapped[bool] = mapped_column(default=True)


class Seat(Identified, Base):
    """A structure's place in a bid: proposed by the delegate, confirmed or refused by the structure's manager."""

    __tablename__ = "seat"
    __table_args__ = (
        Index(
            "uq_seat_live",
            "bid_id",
            "member_id",
            unique=True,
            postgresql_where="refused_at IS NULL AND removed_at IS NULL",
        ),
        CheckConstraint("confirmed_at IS NULL OR refused_at IS NULL", name="one_answer"),
        Index("ix_seat_member", "member_id"),
    )

    bid_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bid.id"))
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    rank: Mapped[int]
    """Order in the group: the second takes over when the lead fails (CCAG-FCS 3.5)."""
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal_reason: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]
    removal_reason: Mapped[str] = mapped_column(default="")
    late_reason: Mapped[str] = mapped_column(default="")

    bid: Mapped[Bid] = relationship(back_populates="seats", lazy="raise")
    member: Mapped[Member] = relationship(lazy="raise")


class Waiver(Identified, Base):
    """A rule that the delegate sets aside for one bid, with a written reason.

    Rules show their article; where the law leaves room, a person decides.
    """

    __tablename__ = "waiver"
    __table_args__ = (
        UniqueConstraint("bid_id", "code", "member_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    bid_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bid.id", ondelete="CASCADE"))
    code: Mapped[str]
    """Which rule (`rules.checklist`)."""
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.id"))
    """The structure it bears on; None: the group."""
    reason: Mapped[str]
    waived_at: Mapped[datetime]
    waived_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
