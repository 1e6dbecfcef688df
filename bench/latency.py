"""sweep_latency_p99_s: from the instant a mail is due to its receipt, at 20 a second, by a real worker and beat."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from aiosmtpd.smtp import Envelope
from sqlalchemy import text

from procurement.core.db import db
from procurement.embedded import suite
from procurement.embedded.smtp import SmtpServer
from tests.live import until
from tests.reliability.installation import installed
from tests.reliability.waves import wave

MAILS, EACH_SECOND = 600, 20


class Stamped(SmtpServer):
    """A mail server that notes when it took each message."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, float] = {}

    def keep(self, envelope: Envelope, *, acknowledged: bool) -> None:
        """As any, with the instant."""
        super().keep(envelope, acknowledged=acknowledged)
        self.at[str(envelope.rcpt_tos[0])] = time.time()


def figures() -> Iterator[tuple[str, float, str]]:
    """Seconds within which 99 of 100 are received."""
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(
            Path(folder),
            os.environ["TEST_DATABASE_ADMIN_URL"],
            os.environ["TEST_DATABASE_TEMPLATE"],
            suite.database_index(os.environ["TEST_REDIS_URL"], 62),
            "latency",
        ) as installation,
        Stamped() as server,
    ):
        installation.running.env["SMTP_URL"] = server.url
        due = wave(installation, MAILS)
        installation.move_clock(
            due.due_at - timedelta(minutes=20)
        )  # ten before they are due: written down, none leaves
        installation.start("worker", "beat")
        installation.wait(lambda: _waiting() == MAILS)
        offset = timedelta(seconds=float(installation.running.clock_file.read_text()))
        begins = time.time() + 3
        with installation.writing():
            db.session.execute(
                text(
                    "UPDATE delivery SET wake_at = to_timestamp(:begins) + number * :gap FROM "
                    "(SELECT id, row_number() OVER (ORDER BY id) AS number FROM delivery) numbered "
                    "WHERE numbered.id = delivery.id"
                ),
                {"begins": begins + offset.total_seconds(), "gap": timedelta(seconds=1 / EACH_SECOND)},
            )
        due_at = _due(installation, offset)
        until(lambda: len(server.at) == MAILS, 180)
        took = sorted(server.at[address] - at for address, at in due_at.items())
    yield "sweep_latency_p99_s", took[len(took) * 99 // 100], "s"


def _waiting() -> int:
    return int(
        db.session.execute(text("SELECT count(*) FROM delivery WHERE wake_at IS NOT NULL")).scalar_one()
    )


def _due(installation: object, offset: timedelta) -> dict[str, float]:
    """When each address's mail is due, by the machine's clock."""
    with installation.reading():  # type: ignore[attr-defined]
        rows = db.session.execute(
            text("SELECT email, wake_at FROM delivery JOIN user_account u ON u.id = delivery.recipient_id")
        ).all()
    return {row.email: (row.wake_at - offset).timestamp() for row in rows}
