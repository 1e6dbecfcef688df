"""Tables of a structure's file: its identity, who signs for it, its years, its references, what it works with."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.core.sealed import SealedText
from procurement.members.models import Member


class LegalForm(StrEnum):
    """Legal forms that structures of the network have."""

    ASSOCIATION = "association"
    SCIC = "scic"
    SCOP = "scop"
    SAS = "sas"
    SARL = "sarl"
    EURL = "eurl"
    SASU = "sasu"
    PUBLIC = "public"
    OTHER = "other"


class NafVersion(StrEnum):
    """Which nomenclature an APE code is written in: NAF 2025 takes rev. 2's place on 1 January 2027 (domain 5.2)."""

    REV2 = "rev2"
    NAF2025 = "naf2025"


class PowerKind(StrEnum):
    """By what somebody may bind a structure (domain 2.5)."""

    STATUTES = "statutes"
    MINUTES = "minutes"
    DELEGATION = "delegation"


class MemberFile(Identified, Base):
    """What a structure's answers say of it, in one row; what nobody has said is empty.

    DC1 E and DC2 C to F are filled from it.
    """

    __tablename__ = "member_file"
    __table_args__ = (
        Index("uq_member_file_member", "member_id", unique=True),
        CheckConstraint("agreement_until >= agreement_from", name="agreement_ends_after_start"),
        CheckConstraint("(iban IS NULL) = (iban_tail = '')", name="iban_tail"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    legal_name: Mapped[str] = mapped_column(default="")
    legal_form: Mapped[LegalForm | None] = mapped_column(choice(LegalForm))
    street: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    """The registered office's address."""
    email: Mapped[str] = mapped_column(default="")
    """Where buyers write."""
    rna: Mapped[str] = mapped_column(default="")
    ape: Mapped[str] = mapped_column(default="")
    naf: Mapped[NafVersion | None] = mapped_column(choice(NafVersion))
    idcc: Mapped[str] = mapped_column(default="")
    is_sme: Mapped[bool | None]
    agreement_number: Mapped[str] = mapped_column(default="")
    agreement_territory: Mapped[str] = mapped_column(default="")
    agreement_from: Mapped[date | None]
    agreement_until: Mapped[date | None]
    annex_year: Mapped[int | None]
    """The year of the last financial annex signed with the State."""
    equipment: Mapped[str] = mapped_column(default="")
    insurer: Mapped[str] = mapped_column(default="")
    insurance_policy: Mapped[str] = mapped_column(default="")
    insured_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """Euros a claim."""
    iban: Mapped[str | None] = mapped_column(SealedText("iban"))
    iban_tail: Mapped[str] = mapped_column(default="")
    """Its last four characters: all that pages show."""
    bic: Mapped[str] = mapped_column(default="")
    account_holder: Mapped[str] = mapped_column(default="")
    prefilled: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Fields that stand as the public register gave them."""
    prefilled_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    member: Mapped[Member] = relationship(lazy="raise")


class Signatory(Identified, Base):
    """A person who may sign for a structure, and by what power."""

    __tablename__ = "signatory"
    __table_args__ = (
        Index("ix_signatory_member", "member_id"),
        CheckConstraint("until_on >= from_on", name="ends_after_start"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    name: Mapped[str]
    quality: Mapped[str]
    """President, director…"""
    power: Mapped[PowerKind] = mapped_column(choice(PowerKind))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class BusinessYear(Identified, Base):
    """A closed year: turnover and staff, as DC2 E1 and F1 ask for three of them."""

    __tablename__ = "business_year"
    __table_args__ = (
        Index("uq_business_year", "member_id", "year", unique=True),
        CheckConstraint("field_share BETWEEN 0 AND 100", name="share"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    year: Mapped[int]
    turnover: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    """Euros without tax."""
    field_share: Mapped[int | None]
    """Percent of it in the field of public contracts like these."""
    permanent_staff: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    """Full-time equivalents over the year."""
    insertion_staff: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    """Full-time equivalents on an inclusion contract: a number, never who (domain 5.3)."""
    version: Mapped[int] = mapped_column(default=1)


class Reference(Identified, Base):
    """A work done for a client, that a buyer may ask about."""

    __tablename__ = "reference"
    __table_args__ = (
        Index("ix_reference_member", "member_id"),
        CheckConstraint("until_year >= from_year", name="ends_after_start"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    client: Mapped[str]
    subject: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """Euros a year, without tax."""
    from_year: Mapped[int]
    until_year: Mapped[int | None]
    """None: it goes on."""
    contact: Mapped[str] = mapped_column(default="")
    """Whom the buyer may ask, at the client's: a service and a telephone."""
    version: Mapped[int] = mapped_column(default=1)


Entry = Signatory | BusinessYear | Reference
"""A line of the file, of which there may be several."""
