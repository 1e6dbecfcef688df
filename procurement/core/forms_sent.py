"""Forms sent twice: a receipt a form, so that a double click does its work once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from procurement.core import clock
from procurement.core.db import Base, db


class FormReceipt(Base):
    """A form that was taken: its number, drawn when the page was shown, and where its sender was led then."""

    __tablename__ = "form_receipt"

    number: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    taken_at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str] = mapped_column(Text, default="")


def take(number: UUID, actor_id: int | None) -> FormReceipt | None:
    """Take the form `number` once: None when it is new (a receipt is then written), else the earlier receipt.

    A second sending that arrives while the first is at work waits for its end. A refused form leaves no receipt,
    since its transaction is rolled back: it can be sent again.
    """
    inserted = db.session.execute(
        insert(FormReceipt)
        .values(number=number, actor_id=actor_id, taken_at=clock.now(), location="")
        .on_conflict_do_nothing()
        .returning(FormReceipt.number)
    ).first()
    if inserted:
        return None
    return db.session.get(FormReceipt, number)


def remember_location(number: UUID, location: str) -> None:
    """Note where the sender of form `number` was led, for a second sending to be led there too."""
    receipt = db.session.get(FormReceipt, number)
    if receipt is not None:
        receipt.location = location
