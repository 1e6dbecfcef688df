"""The table of certificates; scans are files of theirs, expiries are deadlines of theirs."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.accounts.models import User
from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.members.models import Member


class CertificateKind(StrEnum):
    """What a structure may have to prove (domain 2.6). AGEFIPH's ended on 1 July 2021: vigilance covers it."""

    VIGILANCE = "vigilance"
    TAX = "tax"
    INSURANCE = "insurance"
    REGISTRATION = "registration"
    IAE_AGREEMENT = "iae_agreement"
    IAE_ANNEX = "iae_annex"
    ETTI_GUARANTEE = "etti_guarantee"
    QUALIOPI = "qualiopi"
    SIGNING_POWER = "signing_power"
    HOME_SERVICES = "home_services"
    JUDGMENT = "judgment"


class Certificate(Identified, Base):
    """One certificate of a structure, from when to when, and what the delegate said of it.

    Its dates are never edited: another is recorded in its place, and it stays as `superseded_at`.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index(
            "uq_certificate_live",
            "member_id",
            "kind",
            unique=True,
            postgresql_where="superseded_at IS NULL",
        ),
        Index(
            "ix_certificate_to_check",
            "id",
            postgresql_where="superseded_at IS NULL AND checked_at IS NULL AND refused_at IS NULL",
        ),
        CheckConstraint("expires_on >= issued_on", name="expires_after_issue"),
        CheckConstraint("checked_at IS NULL OR refused_at IS NULL", name="one_verdict"),
        CheckConstraint("(refused_at IS NULL) = (refusal_reason = '')", name="refusal_has_reason"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    kind: Mapped[CertificateKind] = mapped_column(choice(CertificateKind))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    """The last day on which it is worth something; None: no end is known."""
    note: Mapped[str] = mapped_column(default="")
    """What else it says: amounts insured, territory, number."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    refused_at: Mapped[datetime | None]
    refusal_reason: Mapped[str] = mapped_column(default="")
    superseded_at: Mapped[datetime | None]
    """When another took its place."""

    member: Mapped[Member] = relationship(lazy="raise")
    recorder: Mapped[User | None] = relationship(foreign_keys=[recorded_by], lazy="raise")
    checker: Mapped[User | None] = relationship(foreign_keys=[checked_by], lazy="raise")
