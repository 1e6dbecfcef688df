"""Tables of member structures and of who belongs to them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.accounts.models import User
from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.core.policy import MembershipRole, Role


class MemberKind(StrEnum):
    """Kinds of structures in the network (design vocabulary). AI, ETTI, EI and ACI are SIAE by nature (L5132-4)."""

    AI = "ai"
    ETTI = "etti"
    ACI = "aci"
    EI = "ei"
    EITI = "eiti"
    GES = "ges"
    PROXIM = "proxim"
    TRAINING_BODY = "training_body"
    EBE = "ebe"


class ServiceLine(StrEnum):
    """What the network's structures offer under a name of its own."""

    STAFFING = "staffing"
    TEMP_WORK = "temp_work"
    WORKSITE = "worksite"
    VITA_AIR = "vita_air"
    PARCOURS_GARDIEN = "parcours_gardien"
    PROXIM_SERVICES = "proxim_services"
    COODIAG = "coodiag"
    TRAINING = "training"


class Mark(StrEnum):
    """Labels and marks that the network knows; another is named by whoever records it."""

    CEDRE = "cedre"
    CAP = "cap"
    QUALIOPI = "qualiopi"
    OTHER = "other"


class LinkNature(StrEnum):
    """Why two structures aren't independent of each other (competition law: domain 1.12 f)."""

    SAME_DIRECTOR = "same_director"
    SISTER = "sister"
    STANDING_GROUP = "standing_group"


class Member(Identified, Base):
    """A member structure of the network: what the others may know of it."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("siret ~ '^[0-9]{14}$'", name="siret"),
        CheckConstraint("capacity_hours > 0", name="capacity"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[MemberKind] = mapped_column(choice(MemberKind), index=True)
    siret: Mapped[str] = mapped_column(unique=True)
    department: Mapped[str] = mapped_column(index=True)
    """Where its seat is: 14, 27, 50, 61 or 76."""
    town: Mapped[str]
    territory: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Departments served."""
    skills: Mapped[str] = mapped_column(default="")
    """What it does, in its own words, shown to possible partners."""
    phone: Mapped[str] = mapped_column(default="")
    """Of who answers; seen inside the network."""
    services: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """Values of ServiceLine."""
    cpv: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """What it can do, as beginnings of CPV codes: 2 to 8 figures."""
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """EPCI and communes served, by name; none: all of its departments."""
    capacity_hours: Mapped[int | None]
    """Hours a week that it could give to a group answer."""
    capacity_note: Mapped[str] = mapped_column(default="", server_default="")
    website: Mapped[str] = mapped_column(default="", server_default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="member", lazy="raise")


class MemberLabel(Identified, Base):
    """A label or a mark that a structure holds, from when to when."""

    __tablename__ = "member_label"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="ends_after_start"),
        CheckConstraint("(mark = 'other') = (name <> '')", name="other_is_named"),
        Index("ix_member_label_member", "member_id"),
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    mark: Mapped[Mark] = mapped_column(choice(Mark))
    name: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The last day; None: no end is known."""

    member: Mapped[Member] = relationship(lazy="raise")


class MemberLink(Identified, Base):
    """Two structures that aren't independent of each other; the pair is kept in the order of their numbers."""

    __tablename__ = "member_link"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="ordered"),
        Index("uq_member_link", "first_id", "second_id", "nature", unique=True),
        Index("ix_member_link_second", "second_id"),
    )

    first_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    second_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    nature: Mapped[LinkNature] = mapped_column(choice(LinkNature))

    first: Mapped[Member] = relationship(foreign_keys=[first_id], lazy="raise")
    second: Mapped[Member] = relationship(foreign_keys=[second_id], lazy="raise")


class Membership(Identified, Base):
    """A person's place in a structure, from when to when and by whom: never edited, so that it can be proved."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("uq_membership_live", "user_id", "member_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_membership_member", "member_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("member.id"))
    role: Mapped[MembershipRole] = mapped_column(choice(MembershipRole))
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise")
    member: Mapped[Member] = relationship(back_populates="memberships", lazy="raise")


class Invitation(Identified, Base):
    """An invitation to join, for a structure or for a role: single use, 7 days; its secret is minted from the id."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) = (membership_role IS NULL)", name="member_and_role"),
        CheckConstraint("member_id IS NULL OR role IS NULL", name="one_purpose"),
        Index("ix_invitation_member", "member_id"),
        Index("ix_invitation_pending", "email", postgresql_where="used_at IS NULL AND revoked_at IS NULL"),
    )

    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="fr")
    member_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("member.id"))
    membership_role: Mapped[MembershipRole | None] = mapped_column(choice(MembershipRole))
    role: Mapped[Role | None] = mapped_column(choice(Role))
    """In the network, for whoever is invited to no structure: an observer, the next legal delegate."""
    invited_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    """The account it opened or was added to."""

    member: Mapped[Member | None] = relationship(lazy="raise")
    inviter: Mapped[User] = relationship(foreign_keys=[invited_by], lazy="raise")
