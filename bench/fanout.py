"""fanout_growth and fanout_rss_mb: one date that moves, told to 100,000 people who follow the contract, and to 10,000.

What is measured is from the change to every mail written down, ready to leave, in a process of its own as a worker's;
then that process sends for one turn, so that its memory is that of both.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from bench.mail import mail_server
from bench.plan import made_app
from config import settings
from procurement import create_app
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Tender
from procurement.tenders.operations import move_deadline
from tests.factories import make_member, make_tender
from workers import notifications as jobs

FEW, MANY = 10_000, 100_000
ROUNDS = 3
SUBMISSION = DeadlineKind.SUBMISSION

FOLLOWERS = """
WITH user_rows AS (
  INSERT INTO user_account (email, name, phone, locale, zone, fs_uniquifier, active, created_at, digest_hour,
    working_days, mail_fault)
  SELECT 'p' || n || '@example.org', 'Person ' || n, '', 'fr', 'Europe/Paris', 'u' || n, true, :past, '08:00', 31, ''
  FROM generate_series(1, :count) n RETURNING id
), member_rows AS (
  INSERT INTO membership (user_id, member_id, role, granted_at)
  SELECT id, :member, 'contributor', :past FROM user_rows
)
INSERT INTO following (user_id, tender_id, muted, since) SELECT id, :tender, false, :past FROM user_rows
"""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio of seconds a follower, medians of the rounds; the most memory of a worker among many."""
    seconds: dict[int, list[float]] = {FEW: [], MANY: []}
    memory = 0.0
    urls = {count: _filled(count) for count in seconds}
    with mail_server() as smtp, tempfile.TemporaryDirectory() as spool:
        for number in range(ROUNDS):
            for count, url in urls.items():
                took, most = _told(url, smtp, spool, number)
                seconds[count].append(took / count)
                memory = max(memory, most)
                print(f"# round: {count} told in {took:.1f} s, {most:.0f} MB", file=sys.stderr)
    yield "fanout_growth", sorted(seconds[MANY])[ROUNDS // 2] / sorted(seconds[FEW])[ROUNDS // 2], "ratio"
    yield "fanout_rss_mb", memory, "MB"


def _filled(count: int) -> str:
    """The address of a database with a tender that so many people follow."""
    app, url = made_app(f"fanout_{count}")
    with app.app_context():
        with transaction():
            member = make_member()
            tender = make_tender(deadlines={SUBMISSION: clock.now() + timedelta(days=60)})
            values = {"count": count, "member": member.id, "tender": tender.id, "past": clock.now()}
            db.session.execute(text(FOLLOWERS), values)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        db.engine.dispose()
    return url


def _told(url: str, smtp: str, spool: str, number: int) -> tuple[float, float]:
    """Seconds for one change to be written down for all, and the megabytes that took, in another process."""
    env = {**os.environ, "DATABASE_URL": url, "SMTP_URL": smtp, "SPOOL_DIR": spool}
    done = subprocess.run(
        [sys.executable, "-m", "bench.fanout", str(number)],
        cwd=Path(__file__).resolve().parents[1],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    took, memory = done.stdout.split()[-2:]
    return float(took), float(memory)


def main() -> None:
    """As a worker: a date moves, all is written down; then one turn of sending. Prints seconds and megabytes."""
    with create_app().app_context():
        with transaction():
            tender = db.session.scalars(select(Tender)).one()
            move_deadline(
                SYSTEM,
                tender.id,
                SUBMISSION,
                clock.now() + timedelta(days=61 + int(sys.argv[1])),
                tender.version,
            )
        began = time.perf_counter()
        while any(jobs.prepare().values()):
            pass
        took = time.perf_counter() - began
        jobs.run_sweep(settings())
        with transaction():
            db.session.execute(
                text("UPDATE delivery SET wake_at = NULL, state = 'void' WHERE wake_at IS NOT NULL")
            )
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
