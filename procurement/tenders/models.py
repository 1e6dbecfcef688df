"""Tables of tenders: buyers, lots, sites, clauses. Dates are rows of the deadlines slice."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.deadlines.models import Deadline

BY_HAND = ("typed", "pasted")
"""Sources of tenders that somebody sat down to write: their drafts wait for that person, not to be sorted."""


class TenderKind(StrEnum):
    """A contract answered by groups, or an agreement that structures accede to one by one."""

    CONTRACT = "contract"
    AGREEMENT = "agreement"


class LegalRegime(StrEnum):
    """Which law governs it: chosen by the delegate with a reason, never inferred from a name (domain 3.14)."""

    PUBLIC_CONTRACT = "public_contract"
    CONTRACTING_ENTITY = "contracting_entity"
    PRIVATE_AGREEMENT = "private_agreement"
    UNDETERMINED = "undetermined"


class Procedure(StrEnum):
    """How the buyer chooses (glossary)."""

    ADAPTED = "adapted_procedure"
    OPEN = "open_procedure"
    RESTRICTED = "restricted_procedure"
    NEGOTIATED = "negotiated_procedure"
    DIALOGUE = "competitive_dialogue"
    OTHER = "other"
    UNKNOWN = "unknown"


class ServiceNature(StrEnum):
    """What is bought, which decides who may supply it (domain 3.10 to 3.13)."""

    LABOUR_SUPPLY = "labour_supply"
    SERVICE = "service"
    INSERTION = "insertion"
    UNKNOWN = "unknown"


class Reservation(StrEnum):
    """To whom a lot is reserved: L2113-12 (EA/ESAT), -13 (SIAE), -13-1 (prison), -14 (both), -15 (ESS)."""

    NONE = "none"
    SIAE = "siae"
    EA_ESAT = "ea_esat"
    EA_ESAT_SIAE = "ea_esat_siae"
    PRISON = "prison"
    ESS = "ess"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """Who sees it once published."""

    PUBLIC = "public"
    NETWORK = "network"


class ClauseKind(StrEnum):
    """Social clauses (domain 3.3)."""

    EXECUTION_CONDITION = "execution_condition"
    AWARD_CRITERION = "award_criterion"
    INSERTION_SERVICE = "insertion_service"
    RESERVED = "reserved"


class Buyer(Identified, Base):
    """A buyer. `match_name` is its name as compared: lower case, no accents, no punctuation."""

    __tablename__ = "buyer"
    __table_args__ = (
        CheckConstraint("siret IS NULL OR siret ~ '^[0-9]{14}$'", name="siret"),
        # Names that are misspelt.
        Index(
            "ix_buyer_match_name_trgm",
            "match_name",
            postgresql_using="gin",
            postgresql_ops={"match_name": "gin_trgm_ops"},
        ),
    )

    name: Mapped[str]
    match_name: Mapped[str] = mapped_column(index=True)
    siret: Mapped[str | None] = mapped_column(unique=True)
    department: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Tender(Identified, Base):
    """One procedure of a buyer, or one agreement. Its state follows from its timestamps and its deadlines."""

    __tablename__ = "tender"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        CheckConstraint("kind = 'agreement' OR legal_regime <> 'private_agreement'", name="regime_of_kind"),
        CheckConstraint("legal_regime = 'public_contract' OR legal_reason <> ''", name="regime_has_reason"),
        CheckConstraint("cancelled_at IS NULL OR cancel_reason <> ''", name="cancel_has_reason"),
        Index("ix_tender_search", "search", postgresql_using="gin"),
        Index("ix_tender_departments", "departments", postgresql_using="gin"),
        Index("ix_tender_marks", "marks", postgresql_using="gin"),
        # One for each of those who read the list: the delegate, the network, visitors.
        Index("ix_tender_sort", "sort_at", "id"),
        Index("ix_tender_sort_shared", "sort_at", "id", postgresql_where="published_at IS NOT NULL"),
        Index(
            "ix_tender_sort_public",
            "sort_at",
            "id",
            postgresql_where="published_at IS NOT NULL AND visibility = 'public'",
        ),
        Index("ix_tender_sort_draft", "sort_at", "id", postgresql_where="published_at IS NULL"),
        Index("ix_tender_cancelled", "sort_at", "id", postgresql_where="cancelled_at IS NOT NULL"),
        # The list, last published first, for each of them; and the feed of public tenders.
        Index("ix_tender_newest", "published_at", "id", postgresql_where="published_at IS NOT NULL"),
        Index(
            "ix_tender_newest_public",
            "published_at",
            "id",
            postgresql_where="published_at IS NOT NULL AND visibility = 'public'",
        ),
    )

    title: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    """The buyer's own."""
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[TenderKind] = mapped_column(choice(TenderKind), default=TenderKind.CONTRACT)
    buyer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("buyer.id"), index=True)
    legal_regime: Mapped[LegalRegime] = mapped_column(
        choice(LegalRegime), default=LegalRegime.PUBLIC_CONTRACT
    )
    legal_reason: Mapped[str] = mapped_column(default="")
    """Why this regime, in the delegate's words; needed for any but an ordinary public contract."""
    procedure: Mapped[Procedure] = mapped_column(choice(Procedure), default=Procedure.UNKNOWN)
    is_framework: Mapped[bool] = mapped_column(default=False)
    service_nature: Mapped[ServiceNature] = mapped_column(
        choice(ServiceNature), default=ServiceNature.UNKNOWN
    )
    cpv_main: Mapped[str] = mapped_column(default="")
    """Eight digits, without the check digit."""
    cpv_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Where it is performed."""
    reservation: Mapped[Reservation] = mapped_column(choice(Reservation), default=Reservation.UNKNOWN)
    """Of the whole; a lot may say otherwise."""
    eligible_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Kinds of structures it is open to (an agreement with ETTI); empty: any."""
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility), default=Visibility.NETWORK)
    ban_alone_and_grouped: Mapped[bool] = mapped_column(default=False)
    """The rules forbid acting both alone and in a group (R2142-21 1°, R2151-7 1°)."""
    ban_several_groups: Mapped[bool] = mapped_column(default=False)
    """The rules forbid acting in several groups (R2142-21 2°, R2151-7 2°)."""
    source: Mapped[str] = mapped_column(default="typed")
    """typed, boamp, ted…; those `BY_HAND` are written by somebody, the others come by themselves."""
    source_id: Mapped[str | None]
    source_url: Mapped[str] = mapped_column(default="")
    documents_url: Mapped[str] = mapped_column(default="")
    notice_published_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    set_aside_at: Mapped[datetime | None]
    """Since when its draft is left aside; a copy of `Handling.ignored_at`, for lists and states."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows at each change of the form's fields: two people editing are told."""
    due_at: Mapped[datetime | None]
    """When the answer is due: offers, else accession, else applications. A trigger copies it from the deadlines, for
    lists and states; none once the tender is cancelled."""
    due_zone: Mapped[str] = mapped_column(default="Europe/Paris")
    """The zone that `due_at` was said in; a copy."""
    due_doubtful: Mapped[bool] = mapped_column(default=False)
    """Whether `due_at` is in doubt; a copy."""
    registrations_close_at: Mapped[datetime | None]
    """When it is too late to register: the network's own date, or applications if they are sooner. A copy too."""
    sort_at: Mapped[datetime] = mapped_column(
        Computed("coalesce(due_at, cancelled_at, created_at)", persisted=True)
    )
    """What lists are sorted by: those still to come have it in the future, all others in the past."""
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    """Weights: title A, lots B, buyer and reference B, descriptions C; kept by operations, as are the marks."""
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, deferred=True)
    """What filters ask for, each under a letter: "d:14", "c:90"."""

    buyer: Mapped[Buyer] = relationship(lazy="raise")
    lots: Mapped[list["Lot"]] = relationship(
        back_populates="tender", lazy="raise", order_by="Lot.rank", cascade="all, delete-orphan"
    )
    clauses: Mapped[list["Clause"]] = relationship(
        lazy="raise", order_by="Clause.id", cascade="all, delete-orphan"
    )
    deadlines: Mapped[list[Deadline]] = relationship(
        primaryjoin="and_(Tender.id == foreign(Deadline.subject_id), Deadline.subject_type == 'tender')",
        viewonly=True,
        lazy="raise",
        order_by="Deadline.due_at",
    )


class Lot(Identified, Base):
    """A part of a tender; each lot is a contract. A tender that isn't divided has one, `whole`."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("tender_id", "number"),
        UniqueConstraint("id", "tender_id"),
        Index("ix_lot_reservation", "reservation", "tender_id", postgresql_where="reservation IS NOT NULL"),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tender.id", ondelete="CASCADE"))
    rank: Mapped[int]
    number: Mapped[str]
    """As the buyer numbers it; "1" for a tender that isn't divided."""
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    whole: Mapped[bool] = mapped_column(default=False)
    cpv: Mapped[str] = mapped_column(default="")
    reservation: Mapped[Reservation | None] = mapped_column(choice(Reservation))
    """None: as the tender."""

    tender: Mapped[Tender] = relationship(back_populates="lots", lazy="raise")
    sites: Mapped[list["Site"]] = relationship(
        back_populates="lot", lazy="raise", order_by="Site.rank", cascade="all, delete-orphan"
    )


class Site(Identified, Base):
    """A place where the work is done: a middle school, an office."""

    __tablename__ = "site"

    lot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("lot.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    name: Mapped[str]
    town: Mapped[str] = mapped_column(default="")
    department: Mapped[str] = mapped_column(default="")
    weekly_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))

    lot: Mapped[Lot] = relationship(back_populates="sites", lazy="raise")


class Clause(Identified, Base):
    """A social clause of the tender, with its hours where they are given."""

    __tablename__ = "clause"

    tender_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tender.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[ClauseKind] = mapped_column(choice(ClauseKind))
    text: Mapped[str]
    hours: Mapped[int | None]


class Handling(Base):
    """What the delegate does with a draft that came by itself: who looks at it, or that it is left aside and why."""

    __tablename__ = "tender_handling"
    __table_args__ = (
        CheckConstraint("ignored_at IS NULL OR ignored_reason <> ''", name="ignored_has_reason"),
        Index("ix_tender_handling_assigned", "assigned_to", postgresql_where="assigned_to IS NOT NULL"),
    )

    tender_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tender.id", ondelete="CASCADE"), primary_key=True
    )
    assigned_to: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    ignored_at: Mapped[datetime | None]
    ignored_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    ignored_reason: Mapped[str] = mapped_column(default="")


class Summary(Base):
    """A tender on one page, from its rules: by part, lines of what, weight and page (`tenders/summary.py`)."""

    __tablename__ = "tender_summary"

    tender_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tender.id", ondelete="CASCADE"), primary_key=True
    )
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int]
    """Grows at each change: two people writing are told."""
    updated_at: Mapped[datetime]
    updated_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))


class SavedSearch(Identified, Base):
    """A search of the list that a person keeps under a name, and hears of when a new tender fits it."""

    __tablename__ = "saved_search"
    __table_args__ = (
        Index("uq_saved_search_name", "user_id", text("lower(name)"), unique=True),
        Index("ix_saved_search_live", "user_id", postgresql_where="paused_at IS NULL"),
        Index("ix_saved_search_keys", "keys", postgresql_using="gin", postgresql_where="paused_at IS NULL"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    name: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    words: Mapped[str | None] = mapped_column(TSQUERY)
    """`text` as the database looks for it; None where no words are asked."""
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """The filters it chooses, as the marks that a tender must have."""
    within_days: Mapped[int | None]
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Of these a tender has one at least if it fits: the others needn't be looked at (`matching.py`)."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    """Since when nothing is told of it."""


class Following(Base):
    """What a person wants to hear of a tender beyond their part in it: all of it, or only what can't be refused."""

    __tablename__ = "following"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), primary_key=True)
    tender_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tender.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    muted: Mapped[bool]
    since: Mapped[datetime]
