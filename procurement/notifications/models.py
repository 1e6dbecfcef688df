"""The outbox: what each person is to be told, and the mails in which it leaves. Rows are the truth, queues are not."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.notifications.categories import Category, Rhythm
from procurement.notifications.returns import Verdict


class DeliveryState(StrEnum):
    """Where a mail stands. Only those of `IN_FLIGHT` belong to a sweep; the last five are ends."""

    QUEUED = "queued"
    """Waits for its time, or for its next attempt."""
    CLAIMED = "claimed"
    """A sweep has taken it and hasn't spoken yet."""
    SENDING = "sending"
    """Its text is committed: from here on the server may have it."""
    SENT = "sent"
    DOUBT = "doubt"
    """Nobody knows whether the server took it: the connection or we died after the final dot (N4)."""
    FAILED = "failed"
    """Refused for good, or too often. Can be replayed."""
    EXPIRED = "expired"
    """Its time passed before it could leave."""
    VOID = "void"
    """Nothing was left to say, or nobody to hear it, when its turn came."""
    IN_APP = "in_app"
    """No mail at all: its reader wants what it carries in the application only."""


IN_FLIGHT = (DeliveryState.CLAIMED, DeliveryState.SENDING)


class Outcome(StrEnum):
    """What became of one notification; the same words as for the mail that carried it."""

    SENT = "sent"
    DOUBT = "doubt"
    FAILED = "failed"
    EXPIRED = "expired"
    VOID = "void"
    IN_APP = "in_app"
    """Told in the application only, as its reader wants."""


class Delivery(Identified, Base):
    """One mail to one person (N21), which carries all that this person is to be told at that time.

    As long as no sweep has touched it (`claimed_at` is empty), notifications of the same `bundle` join it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("num_nonnulls(recipient_id, address) = 1", name="one_recipient"),
        Index(
            "uq_delivery_open",
            "recipient_id",
            "address",
            "bundle",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where="claimed_at IS NULL",
        ),
        Index("ix_delivery_bundle", "recipient_id", "bundle"),
        Index("ix_delivery_wake", "priority", "wake_at", postgresql_where="wake_at IS NOT NULL"),
        Index("ix_delivery_settled", "state", "id", postgresql_where="wake_at IS NULL"),
        Index("ix_delivery_sweep", "sweep", postgresql_where="state IN ('claimed', 'sending')"),
    )

    recipient_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    address: Mapped[str | None]
    """For whoever has no account yet; a person's own is read when the mail is written."""
    bundle: Mapped[str]
    """What may travel together: the reminders of one day, the news of one kind on one tender."""
    priority: Mapped[int] = mapped_column(SmallInteger)
    """0 leaves before 1: a link to sign in doesn't wait behind a thousand reminders."""
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.QUEUED)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    wake_at: Mapped[datetime | None]
    """When a sweep must look at it: its hour, its next attempt, or the end of the lease of the sweep that has it.
    None once it is settled."""
    claimed_at: Mapped[datetime | None]
    """When a sweep first took it; nothing joins it any more."""
    sweep: Mapped[str | None]
    """The sweep that has it, or had it last."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often the server was asked to take it and answered."""
    doubts: Mapped[int] = mapped_column(default=0)
    edition: Mapped[int] = mapped_column(default=0)
    """How often it was asked for again with another text: each has a Message-ID of its own."""
    sent_to: Mapped[str] = mapped_column(default="")
    """The address as it was when the text was written."""
    locale: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    """The text as it left; secrets of links are masked in it (N31)."""
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    """What the server said last, when it didn't say yes."""

    notifications: Mapped[list["Notification"]] = relationship(
        back_populates="delivery", lazy="raise", order_by="Notification.id"
    )


class Notification(Identified, Base):
    """One thing that one person is to be told, once: about an event, or so long before a deadline.

    The unique key makes it harmless to plan twice (N3). It holds ids and instants only: what it says is read when
    the mail is written (N16).
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint(
            "deadline_id",
            "event_id",
            "kind",
            "lead",
            "deadline_version",
            "recipient_id",
            "address",
            name="uq_notification_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("num_nonnulls(recipient_id, address) = 1", name="one_recipient"),
        CheckConstraint("(deadline_id IS NULL) = (deadline_version IS NULL)", name="deadline_and_version"),
        CheckConstraint("num_nonnulls(event_id, deadline_id) >= 1", name="about_something"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="outcome_has_instant"),
        Index("ix_notification_event", "event_id"),
        Index("ix_notification_delivery", "delivery_id"),
        Index("ix_notification_tender", "tender_id", "recipient_id"),
        Index("ix_notification_told", "tender_id", "id"),
        Index("ix_notification_recipient", "recipient_id", "id"),
    )

    kind: Mapped[str]
    """Its name in the registry of kinds."""
    recipient_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    address: Mapped[str | None]
    event_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("event.id"))
    deadline_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("deadline.id"))
    deadline_version: Mapped[int | None]
    """The version of the deadline it speaks of: once the deadline has moved, it is void (N12)."""
    lead: Mapped[str] = mapped_column(default="")
    """How long before the deadline: "J-7", "H-4"; empty for an event."""
    tender_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tender.id"))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    """From then on it is no use any more: the deadline has passed, or the next reminder says it better."""
    delivery_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("delivery.id"))
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    reason: Mapped[str] = mapped_column(default="")
    """Why it didn't leave, as a short code (`rules.Reason`)."""
    settled_at: Mapped[datetime | None]

    delivery: Mapped[Delivery] = relationship(back_populates="notifications", lazy="raise")


class Preference(Base):
    """How a person receives a category, where they have chosen."""

    __tablename__ = "preference"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), primary_key=True)
    category: Mapped[Category] = mapped_column(choice(Category), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(choice(Rhythm))


class Absence(Identified, Base):
    """Days on which somebody else hears what a person would: holidays. Both days are within."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("user_id <> stand_in_id", name="somebody_else"),
        Index("uq_absence_user", "user_id", unique=True),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    stand_in_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]


class LeadTimes(Base):
    """How long before the dates of one tender a kind reminds of them, where the delegate chose otherwise."""

    __tablename__ = "lead_times"

    tender_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tender.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    """Its name in the registry of kinds."""
    leads: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Codes ("J-7", "H-4"), longest first; none: no reminder of this kind."""


class Bounce(Identified, Base):
    """A report that came back, or a mail that our own server didn't take: of each mail one counts (N30)."""

    __tablename__ = "bounce"
    __table_args__ = (
        Index(
            "uq_bounce_counted",
            "delivery_id",
            unique=True,
            postgresql_where="verdict IN ('hard', 'soft', 'blameless')",
        ),
        Index("ix_bounce_user", "user_id", "at"),
        Index("ix_bounce_at", "at"),
    )

    at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("delivery.id"))
    """The mail it is about; empty where that isn't known for sure."""
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    address: Mapped[str] = mapped_column(default="")
    """Where that mail went: if the person's is another by now, it isn't to blame."""
    status: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(unique=True)


class EventFault(Base):
    """An event from which no notification could be drawn: it waits longer each time, and holds up no other."""

    __tablename__ = "event_fault"

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("event.id"), primary_key=True, autoincrement=False
    )
    attempts: Mapped[int]
    retry_at: Mapped[datetime]
    error: Mapped[str]
