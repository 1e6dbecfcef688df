"""The table of dates that bind somebody."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from procurement.core import clock
from procurement.core.columns import choice
from procurement.core.db import Base, Identified


class DeadlineKind(StrEnum):
    """What is due. Tender: the buyer's dates and the network's own; bid: the group's."""

    REGISTRATION_CLOSE = "registration_close"
    SITE_VISIT = "site_visit"
    QUESTIONS = "questions"
    APPLICATIONS = "applications"
    """Applications of a restricted procedure: that is when the composition freezes (R2142-26)."""
    SUBMISSION = "submission"
    """Offers reach the buyer's portal: the last byte, not the first (R2151-5)."""
    ENROLMENT = "enrolment"
    """Accession to an agreement, with rates and agencies served."""
    INTERNAL_DEPOSIT = "internal_deposit"
    """The group's own aim, two days before the buyer's deadline."""
    AWARD = "award"
    STANDSTILL = "standstill"
    """The last day on which the buyer can't sign yet with whom it has chosen (R2182-1)."""
    CONTRACT_END = "contract_end"
    CERTIFICATE_EXPIRY = "certificate_expiry"
    """A certificate of a structure is worth nothing from then on."""


class Deadline(Identified, Base):
    """One date that binds somebody. `version` grows when it moves, so that a reminder of the old one is known as old."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "kind"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("remind_at <= due_at", name="remind_not_later"),
        Index("ix_deadline_kind_due", "kind", "due_at", "subject_id"),
        Index("ix_deadline_live", "remind_at", postgresql_where="closed_at IS NULL"),
        Index("ix_deadline_plan", "plan_at", postgresql_where="closed_at IS NULL"),
    )

    subject_type: Mapped[str]
    """Name of the table of what it belongs to: "tender", "bid"… ."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[DeadlineKind] = mapped_column(choice(DeadlineKind))
    due_at: Mapped[datetime]
    """The instant shown (UTC)."""
    remind_at: Mapped[datetime]
    """The instant reminders count from (UTC): the same, or the earlier where sources disagree."""
    zone: Mapped[str] = mapped_column(default="Europe/Paris")
    """The zone it was said in (IANA name)."""
    source_text: Mapped[str] = mapped_column(default="")
    """What the source said, word for word; empty when typed in."""
    doubtful: Mapped[bool] = mapped_column(default=False)
    doubt: Mapped[str] = mapped_column(default="")
    """Why it is in doubt: an English msgid; empty when it isn't."""
    version: Mapped[int] = mapped_column(default=1)
    plan_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    """When the plan of reminders looks at it next: at once when it is new or has moved; None: nothing more to plan."""
    moved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it stopped to bind (cancelled, replaced); it then never reminds."""

    @property
    def tz(self) -> ZoneInfo:
        """The zone it was said in."""
        return ZoneInfo(self.zone)
