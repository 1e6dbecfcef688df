"""restore_rows_s: rows a second from an archive into an empty database, the archive's check and all constraints included.

Half a million rows: tenders, their lots and dates.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bench.list_page import FILL, FILL_DATES, FILL_LOTS
from bench.plan import made_app
from procurement.backups.loading import load_rows
from procurement.backups.reading import whole
from procurement.backups.writing import written
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.web.commands.backups import driver

TENDERS = 170_000


def figures() -> Iterator[tuple[str, float, str]]:
    """Rows a second; how fast the archive was written stands beside it."""
    now = clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup.zip"
        app, _ = made_app("restore_from")
        with app.app_context():
            with transaction():
                buyer = db.session.execute(
                    text(
                        "INSERT INTO buyer (name, match_name, department, town, created_at) "
                        "VALUES ('Buyer', 'buyer', '', '', :now) RETURNING id"
                    ),
                    {"now": now},
                ).scalar_one()
                db.session.execute(
                    text(FILL), {"buyer": buyer, "count": TENDERS, "past": now - timedelta(days=30)}
                )
                db.session.execute(text(FILL_LOTS))
                db.session.execute(text(FILL_DATES), {"now": now})
            began = time.perf_counter()
            with written(path) as archive:
                with transaction():
                    archive.add_rows(driver(db.session.connection()))
                archive.finish(now, [])
            took = time.perf_counter() - began
            db.engine.dispose()
        app, _ = made_app("restore_to")
        with app.app_context():
            began = time.perf_counter()
            with whole(path) as found, transaction():
                rows = load_rows(driver(db.session.connection()), found)
            seconds = time.perf_counter() - began
            db.engine.dispose()
        size = path.stat().st_size / 1e6
    print(
        f"# {rows} rows in {size:.0f} MB: written in {took:.1f} s, restored in {seconds:.1f} s",
        file=sys.stderr,
    )
    yield "restore_rows_s", rows / seconds, "rows/s"
