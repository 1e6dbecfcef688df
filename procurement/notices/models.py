"""Tables of notices: what official sources published, as they published it, what became of it, and the runs that read it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from procurement.core.columns import choice
from procurement.core.db import Base, Identified
from procurement.notices.parsed import Remark


class NoticeState(StrEnum):
    """What reading a notice led to."""

    IMPORTED = "imported"
    """It became a tender."""
    SKIPPED = "skipped"
    """It was read and calls for no tender: an award, a correction… One that concerns a known tender names it."""
    UNREADABLE = "unreadable"
    """It is kept as it came, with the reason, to be looked at."""


class RunWay(StrEnum):
    """How a run gets its records."""

    LIVE = "live"
    """Asked of the source's own interface, step by step."""
    FILES = "files"
    """Read from files by who runs the server."""


class ImportRun(Identified, Base):
    """One reading of a source: what came, what became of it, and where it stands.

    A live run goes on by steps: `cursor` is where the next one begins, `wake_at` when. A step that dies leaves both,
    and another takes it up.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        Index("uq_import_run_live", "source", unique=True, postgresql_where="wake_at IS NOT NULL"),
        Index("ix_import_run_source", "source", "id"),
        CheckConstraint("wake_at IS NULL OR (way = 'live' AND ended_at IS NULL)", name="wakes_while_live"),
        CheckConstraint("way <> 'live' OR wake_at IS NOT NULL OR ended_at IS NOT NULL", name="live_goes_on"),
    )

    source: Mapped[str]
    way: Mapped[RunWay] = mapped_column(choice(RunWay))
    wanted_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    """The person who asked for it; None for the product itself and for whoever runs the server."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    """When a live run goes on: while a step is under way, when it would be taken for dead."""
    cursor: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    total: Mapped[int | None]
    """How many records the source says there are; None where it hasn't said."""
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    busy_ms: Mapped[int] = mapped_column(default=0)
    """Milliseconds spent reading and storing; not those spent waiting for the source's leave."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Steps that failed one after the other."""
    error: Mapped[str] = mapped_column(default="")
    """Why the last step failed, as an English msgid; once the run has ended, why it did so before its time."""
    error_params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    @property
    def read(self) -> int:
        """How many records came in."""
        return self.new + self.changed + self.same + self.skipped + self.unreadable

    @property
    def rate(self) -> float | None:
        """Records a second of work; None for none."""
        return 1000 * self.read / self.busy_ms if self.busy_ms and self.read else None


class Notice(Identified, Base):
    """One notice of a source, in its latest version. Reading the same version again changes nothing here."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_source_id", "source", "source_id", unique=True, postgresql_where="source_id <> ''"),
        Index("uq_notice_nameless", "source", "digest", unique=True, postgresql_where="source_id = ''"),
        Index("ix_notice_digest", "source", "digest"),
        Index("ix_notice_tender", "tender_id"),
        Index("ix_notice_state", "state", "id", postgresql_where="state <> 'skipped'"),
        Index("ix_notice_run", "run_id"),
        Index("ix_notice_folder", "folder_id", postgresql_where="folder_id <> ''"),
        Index("ix_notice_corrects", "corrects", postgresql_using="gin"),
        Index("ix_notice_look", "tender_id", postgresql_where="look"),
        CheckConstraint("state <> 'imported' OR tender_id IS NOT NULL", name="imported_has_tender"),
        CheckConstraint("state = 'imported' OR reason <> ''", name="left_out_has_reason"),
    )

    source: Mapped[str]
    source_id: Mapped[str]
    """The source's own number; empty for a record too damaged to tell it."""
    raw: Mapped[str] = mapped_column(deferred=True)
    """The record as it came, as JSON in plain ASCII: also what no text column takes, such as NUL, stands in it.
    Empty once its time is over."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of `raw` as it came: the same record is known without being read."""
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When the source first showed this version."""
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState))
    reason: Mapped[str] = mapped_column(default="")
    """Why it became no tender, or why the tender wasn't changed after it: an English msgid."""
    reason_params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    remarks: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """What the delegate should know about how it was read: pairs of msgid and parameters."""
    run_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("import_run.id"))
    """The run that brought this version."""
    replayed_at: Mapped[datetime | None]
    """When it was last read again, for one that couldn't be read."""
    folder_id: Mapped[str] = mapped_column(default="")
    """The European identifier of the procedure (BT-04), the same in all sources; empty where the notice has none."""
    url: Mapped[str] = mapped_column(default="")
    """Its official page."""
    published_on: Mapped[date | None]
    corrects: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """The notices that it corrects or cancels, by their numbers."""
    correction: Mapped[str] = mapped_column(default="")
    """What it corrects, in its own words."""
    look: Mapped[bool] = mapped_column(default=False)
    """Whether the delegate has still to look at what it says of its tender."""
    tender_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tender.id"))
    tender_version: Mapped[int | None]
    """The tender's version as this notice last wrote it: a higher one shows that a person changed it since."""

    def say(self, reason: Remark | None) -> None:
        """Write why it became no tender, or what the delegate should know of what it did to one."""
        self.reason = reason.message if reason else ""
        self.reason_params = {name: str(value) for name, value in reason.params.items()} if reason else {}


class MailState(StrEnum):
    """What became of a mail that was forwarded to us."""

    TAKEN = "taken"
    """It led to a tender."""
    ASIDE = "aside"
    """It waits for the delegate to look at it."""
    DROPPED = "dropped"
    """The delegate wants nothing of it."""


class Aside(StrEnum):
    """Why a mail wasn't made a draft by itself."""

    STRANGER = "stranger"
    """Its sender has no open account here."""
    NOT_ALLOWED = "not_allowed"
    """Its sender may not write tenders."""
    UNPROVEN = "unproven"
    """Nothing proves that it comes from its sender."""
    AUTOMATIC = "automatic"
    """A program sent it: an answer in absence, a report."""
    EMPTY = "empty"
    """It has no text."""
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class ForwardedMail(Identified, Base):
    """A mail that came to the address that notices are forwarded to: known once, whatever became of it."""

    __tablename__ = "forwarded_mail"
    __table_args__ = (
        Index("uq_forwarded_mail_key", "key", unique=True),
        Index("ix_forwarded_mail_aside", "id", postgresql_where="state = 'aside'"),
        Index("ix_forwarded_mail_came", "came_at", postgresql_where="sender <> ''"),
        CheckConstraint("state <> 'taken' OR tender_id IS NOT NULL", name="taken_has_tender"),
    )

    key: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of what makes it the same mail."""
    came_at: Mapped[datetime]
    state: Mapped[MailState] = mapped_column(choice(MailState))
    why: Mapped[Aside | None] = mapped_column(choice(Aside))
    """Why it was left aside; None for one that was taken by itself."""
    sender: Mapped[str] = mapped_column(default="")
    """Empty once its time is over, as are its subject, text and files."""
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="", deferred=True)
    """Of one that waits; the text of a draft stands with its notice."""
    attachments: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Names of the files joined to it that aren't with the draft."""
    refusals: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """Why each of `attachments` was refused: pairs of msgid and parameters; none where nobody looked at them."""
    forwarded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    settled_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))
    """Who took it up, or dropped it."""
    tender_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("tender.id"))


class Twin(Identified, Base):
    """A draft that looks like a tender from elsewhere: the delegate says whether they are one."""

    __tablename__ = "tender_twin"
    __table_args__ = (
        Index("uq_tender_twin_pair", "draft_id", "tender_id", unique=True),
        Index("ix_tender_twin_tender", "tender_id"),
        CheckConstraint("draft_id <> tender_id", name="two"),
        CheckConstraint("(settled_at IS NULL) = (same IS NULL)", name="settled"),
    )

    draft_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tender.id"))
    tender_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tender.id"))
    noticed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    same: Mapped[bool | None]
