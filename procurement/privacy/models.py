"""Tables of requests to be erased, and of the daily runs that end what is over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.accounts.models import User
from procurement.core.db import Base, Identified


class Erasure(Identified, Base):
    """A person's request that their account be erased, and what became of it (GDPR, articles 12 and 17)."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR done_at IS NULL", name="one_end"),
        Index(
            "uq_erasure_open",
            "user_id",
            unique=True,
            postgresql_where="withdrawn_at IS NULL AND done_at IS NULL",
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    """Who carried it out; None where the daily job did."""

    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise")


class RetentionRun(Identified, Base):
    """One day's ending of what is over: what was done so far, by the names of the terms."""

    __tablename__ = "retention_run"

    day: Mapped[date] = mapped_column(unique=True)
    """The day in Paris."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None while there is more to do."""
    counts: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSONB), default=dict)
    """How many rows or files each term ended, by its name."""
