"""mail_vs_raw and mail_statements: mails a second from the outbox to the mail server, over a plain loop that does no more.

The loop renders and builds the same messages, of the same people, and hands them by smtplib to the same server over
one kept connection; what it speaks of is in its memory. Both take turns, so that the machine's mood falls alike.
"""

import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import event, select

from config import Settings, settings
from procurement import create_app
from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notifications import letters, rendering
from procurement.notifications.dossier import gather
from procurement.notifications.kinds import KINDS
from procurement.notifications.letters import Office
from procurement.notifications.models import Delivery, Notification
from tests.factories import make_manager, make_member, make_tender, paris
from tests.live import free_port, until
from workers import notifications as jobs

PEOPLE, ROUNDS = 1000, 5
CLOSE = DeadlineKind.REGISTRATION_CLOSE


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio, median of the rounds after one that isn't counted, and the statements a mail."""
    app = create_app()
    ratios, statements = [], 0.0
    with app.app_context(), mail_server() as url, tempfile.TemporaryDirectory() as spool:
        given = settings().model_copy(update={"smtp_url": url, "spool_dir": Path(spool)})
        with clock.at(paris(2026, 9, 1)), transaction():
            member = make_member()
            for _ in range(PEOPLE):
                make_manager(member)
        for number in range(ROUNDS + 1):
            close = paris(2027, 1, 6) + timedelta(weeks=4 * number)
            ours, sent = _ours(given, close)
            raw = _raw(given, close)
            statements = sent / PEOPLE
            ratios.append(ours / raw)
            print(f"# round: outbox {ours:.0f}/s, plain loop {raw:.0f}/s", file=sys.stderr)
    yield "mail_vs_raw", statistics.median(ratios[1:]), "ratio"
    yield "mail_statements", statements, "statements a mail"


def _ours(given: Settings, close: datetime) -> tuple[float, int]:
    """Mails a second from the outbox of one worker, and the statements it sent."""
    with clock.at(close - timedelta(days=9)), transaction():
        make_tender(deadlines={CLOSE: close})
    with clock.at(close.replace(hour=8) - timedelta(days=7)):
        jobs.prepare()
        sent: list[str] = []

        def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
            sent.append(sql)

        event.listen(db.engine, "before_cursor_execute", note)
        began, handed = time.perf_counter(), 0
        while handed < PEOPLE:
            handed += jobs.run_sweep(given)
        took = time.perf_counter() - began
        event.remove(db.engine, "before_cursor_execute", note)
    return PEOPLE / took, len(sent)


def _raw(given: Settings, close: datetime) -> float:
    """Mails a second of a loop that renders, builds and sends the same."""
    rows = db.session.execute(
        select(Notification, Delivery, User)
        .join(Delivery, Delivery.id == Notification.delivery_id)
        .join(User, User.id == Notification.recipient_id)
        .where(Deadline.id == Notification.deadline_id, Deadline.due_at == close)
    ).all()
    told = [row.Notification for row in rows]
    deadlines = {one.id: one for one in db.session.scalars(select(Deadline).where(Deadline.due_at == close))}
    matters = gather(told, deadlines)
    office = Office(given.public_url, given.mail_from)
    host, port = "127.0.0.1", int(given.smtp_url.rpartition(":")[2])
    began = time.perf_counter()
    with smtplib.SMTP(host, port, "localhost") as server:
        for n, delivery, user in rows:
            letter = _letter(office, n, delivery, user, matters)
            server.sendmail(letter.sender, [letter.recipient], letter.content)
    took = time.perf_counter() - began
    db.session.rollback()
    assert len(rows) == PEOPLE, len(rows)
    return PEOPLE / took


def _letter(
    office: Office, n: Notification, delivery: Delivery, user: User, matters: dict[int, object]
) -> letters.Letter:
    matter = matters[n.id]
    written = rendering.write(
        [rendering.Item(KINDS[n.kind], matter)],  # type: ignore[arg-type]
        user.locale,
        office,
        rendering.Reader(user.id, user.created_at),
    )
    tenders: Sequence[tuple[int, datetime]] = [(matter.tender.id, matter.tender.created_at)]  # type: ignore[attr-defined]
    return letters.build(
        office,
        delivery=delivery,
        to=user.email,
        name=user.name,
        now=clock.now(),
        subject=written.subject,
        text=written.text,
        html=written.html,
        tenders=tenders,
        leave=written.leave,
    )


@contextmanager
def mail_server() -> Iterator[str]:
    """An SMTP server in a process of its own, so that it is measured with neither."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "devtools.mail", "--port", str(port), "--dir", folder],
            cwd=Path(__file__).resolve().parents[1],
        )
        try:
            until(lambda: _answers(port))
            yield f"smtp://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _answers(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=2).quit()
    except OSError:
        return False
    return True
