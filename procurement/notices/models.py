"""The table of notices: what official sources published, as they published it, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from procurement.core.columns import choice
from procurement.core.db import Base, Identified


class NoticeState(StrEnum):
    """What reading a notice led to."""

    IMPORTED = "imported"
    """It became a tender."""
    SKIPPED = "skipped"
    """It was read and calls for no tender: an award, a correction…"""
    UNREADABLE = "unreadable"
    """It is kept as it came, with the reason, to be looked at."""


class Notice(Identified, Base):
    """One notice of a source, in its latest version. Reading the same version again changes nothing here."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_source_id", "source", "source_id", unique=True, postgresql_where="source_id <> ''"),
        Index("uq_notice_nameless", "source", "digest", unique=True, postgresql_where="source_id = ''"),
        Index("ix_notice_digest", "source", "digest"),
        Index("ix_notice_tender", "tender_id"),
        Index("ix_notice_state", "state", "id", postgresql_where="state <> 'skipped'"),
        CheckConstraint("state <> 'imported' OR tender_id IS NOT NULL", name="imported_has_tender"),
        CheckConstraint("state = 'imported' OR reason <> ''", name="left_out_has_reason"),
    )

    source: Mapped[str]
    source_id: Mapped[str]
    """The source's own number; empty for a record too damaged to tell it."""
    raw: Mapped[str] = mapped_column(deferred=True)
    """The record as it came, as JSON in plain ASCII: also what no text column takes, such as NUL, stands in it."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of `raw`: the same record is known without being read."""
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When the source first showed this version."""
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState))
    reason: Mapped[str] = mapped_column(default="")
    """Why it became no tender, or why the tender wasn't changed after it: an English msgid."""
    reason_params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    remarks: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """What the delegate should know about how it was read: pairs of msgid and parameters."""
    tender_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tender.id"))
    tender_version: Mapped[int | None]
    """The tender's version as this notice last wrote it: a higher one shows that a person changed it since."""
