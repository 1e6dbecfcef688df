"""Signs of life: one row for each thing that must tick, with when it last did. Whoever watches reads these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from procurement.core import clock
from procurement.core.db import Base, db

BEAT = "beat"
"""The process that gives the ticks."""
JOB = "job:"
"""Before a job's name: when it last came to its end."""
WORKER = "worker:"
"""Before a worker's name: when it last finished a job."""


class Heartbeat(Base):
    """When something that must tick did so last, how long it took and what it did, in few words."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(default=0)
    every_s: Mapped[int | None]
    """Seconds from one tick to the next, as it was meant; None for what isn't asked to tick."""
    what: Mapped[str] = mapped_column(default="")
    """Counts and names of machines only: nothing of what anybody wrote."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life to be noted."""

    name: str
    took_ms: int = 0
    every_s: int | None = None
    what: str = ""


def note(signs: Sequence[Sign]) -> None:
    """Write down that these ticked just now. One statement; the order of `signs` must be the same for everybody."""
    rows = [{**asdict(one), "at": clock.now()} for one in signs]
    statement = insert(Heartbeat).values(rows)
    told = ("at", "took_ms", "every_s", "what")
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={name: statement.excluded[name] for name in told}
        )
    )


def forget(prefix: str, before: datetime) -> None:
    """Drop the rows whose name begins with `prefix` and that haven't ticked since `before`: machines that are gone."""
    db.session.execute(
        delete(Heartbeat).where(Heartbeat.name.startswith(prefix, autoescape=True), Heartbeat.at < before)
    )


def read() -> Mapping[str, Heartbeat]:
    """All signs of life by name, in the order of names. One statement."""
    rows = db.session.scalars(
        select(Heartbeat).order_by(Heartbeat.name).execution_options(populate_existing=True)
    )
    return {row.name: row for row in rows}
