"""Tables of files and of their versions; the bytes are in the store, by digest."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from procurement.accounts.models import User
from procurement.core.db import Base, Identified
from procurement.core.storage import Remark


class File(Identified, Base):
    """A file of something: the rules of a tender, the scan of a certificate. What it says is its latest version."""

    __tablename__ = "file"
    __table_args__ = (
        Index("ix_file_subject", "subject_type", "subject_id", postgresql_where="removed_at IS NULL"),
        CheckConstraint("latest >= 1", name="latest"),
    )

    subject_type: Mapped[str]
    """Name of the table of what it belongs to, whose rights are its rights."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    latest: Mapped[int] = mapped_column(default=1)
    """Number of its latest version."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """Since when nobody gets it any more; versions and bytes stay for the trail."""

    versions: Mapped[list["FileVersion"]] = relationship(
        back_populates="file", lazy="raise", order_by="FileVersion.number.desc()"
    )


class FileVersion(Identified, Base):
    """One version of a file: never edited. Two versions with the same bytes share them in the store."""

    __tablename__ = "file_version"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        Index("ix_file_version_digest", "digest"),
    )

    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("file.id"))
    number: Mapped[int]
    name: Mapped[str]
    """As it is shown and saved: cleaned, with the ending of what it is."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the bytes."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    media_type: Mapped[str]
    remarks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """What to know before opening it: values of `Remark`."""
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user_account.id"))

    file: Mapped[File] = relationship(back_populates="versions", lazy="raise")
    uploader: Mapped[User | None] = relationship(lazy="raise")

    @property
    def warnings(self) -> list[Remark]:
        """The remarks, as values."""
        return [Remark(value) for value in self.remarks]
