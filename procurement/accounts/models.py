"""Tables of people: accounts, roles as attributed rows with dates, links that open a door once."""

from datetime import datetime, time

from flask_security.core import UserMixin
from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.core.policy import Role
from procurement.core.sealed import SealedText


class User(Identified, Base, UserMixin):
    """A person with an account. Belongs to no role and no structure by itself: both are rows with dates."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("locale IN ('fr', 'en')", name="locale"),
        Index("ix_user_suspended", "id", postgresql_where="mail_suspended_at IS NOT NULL"),
    )

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """How the others see this person, and the role they have: "Responsable – AI Caen (démo)"."""
    phone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="fr")
    zone: Mapped[str] = mapped_column(default="Europe/Paris")
    """The person's own time zone: when what is not urgent reaches them."""
    password: Mapped[str | None]
    """Argon2id hash; None for whoever signs in by link only."""
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    digest_hour: Mapped[time] = mapped_column(default=time(8))
    """The local hour at which what is not urgent arrives."""
    working_days: Mapped[int] = mapped_column(Integer, default=0b0011111)
    """One bit a weekday, Monday lowest: days on which this person reads mail."""
    silence_warned_at: Mapped[datetime | None]
    """When this person was last told that the account would close for want of use."""
    news_read_at: Mapped[datetime | None]
    """When this person last looked at the news of the bell; what came since counts as unread."""

    mail_suspended_at: Mapped[datetime | None]
    """Since when no mail is sent to the address but links that are asked for: it refused too many."""
    mail_fault: Mapped[str] = mapped_column(default="")
    """What the server said when it refused last."""
    mail_revived_at: Mapped[datetime | None]
    """When somebody last asked to try the address again; what it refused before counts no more."""

    erased_at: Mapped[datetime | None]
    """Since when nothing here says whose account this was: a number that the trail and the contracts still name."""

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", foreign_keys="RoleGrant.user_id", lazy="select"
    )

    @property
    def held_roles(self) -> frozenset[Role]:
        """The roles held now. Not named `roles`: Flask-Security would take them for its own and join them."""
        return frozenset(grant.role for grant in self.grants if grant.ended_at is None)


class RoleGrant(Identified, Base):
    """A role given to a person, by whom and when, and when it ended: never edited, so that it can be proved."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("uq_role_grant_live", "user_id", "role", unique=True, postgresql_where="ended_at IS NULL"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id], lazy="raise")


class SignInLink(Identified, Base):
    """A request to sign in by mail: valid 15 minutes, once; its secret is minted at rendering and stored nowhere."""

    __tablename__ = "sign_in_link"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    next_path: Mapped[str] = mapped_column(Text, default="")
    """Where the person wanted to go: a path of this site, or empty."""

    user: Mapped[User] = relationship(lazy="raise")


class PasswordReset(Identified, Base):
    """A request to choose a new password: valid one hour, once; its secret is minted like a sign-in link's."""

    __tablename__ = "password_reset"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class AddressChange(Identified, Base):
    """Another e-mail address wanted for an account, until a link sent to it is opened: valid one day, once."""

    __tablename__ = "address_change"
    __table_args__ = (
        Index(
            "uq_address_change_pending",
            "user_id",
            unique=True,
            postgresql_where="used_at IS NULL AND dropped_at IS NULL",
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), index=True)
    email: Mapped[str]
    former: Mapped[str]
    """The address that it takes the place of, which is told."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    """When the person gave it up, or asked for another."""

    user: Mapped[User] = relationship(lazy="raise")


class SignIn(Identified, Base):
    """A browser in which a person is signed in, from when to when. Its number stands in the browser's signed cookie."""

    __tablename__ = "sign_in"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    """As it names itself."""
    via: Mapped[str]
    """How the person came in: "password", "link", "reset", "invitation", "again"."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was used last, within some minutes."""
    proved_at: Mapped[datetime | None]
    """When the code of the second factor was given here; without it nothing opens to whoever has one."""
    ended_at: Mapped[datetime | None]


class SecondFactor(Base):
    """What a person proves at sign-in besides the password or the link: at most one each.

    A secret shared with an application of their telephone, that makes six figures of it every 30 seconds (RFC 6238).
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(SealedText("second factor"))
    """In base 32."""
    recovery_codes: Mapped[str] = mapped_column(SealedText("recovery codes"))
    """Those not used yet, spaces between."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The 30 seconds, counted from 1970, whose code was taken last: no code of then or before is taken again."""
    since: Mapped[datetime]


class CalendarAddress(Base):
    """The private address under which a person's calendar is read without signing in: at most one each.

    Its secret is kept nowhere, only a digest of it.
    """

    __tablename__ = "calendar_address"

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the secret."""
    made_at: Mapped[datetime]
