"""match_growth and match_ms_per_notice: 1,000 new tenders against 100,000 kept searches, and against 10,000.

The searches ask for words in a town, for words in a department, for a field in a department with a reservation.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from flask import Flask
from sqlalchemy import and_, func, select, text

from bench.finding import BUYERS, NOW, TENDERS, WHAT, WHERE
from bench.plan import made_app
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.tenders.matching import keys_of
from procurement.tenders.models import Reservation, SavedSearch, Tender
from procurement.tenders.queries import TenderSearch
from procurement.tenders.queries.words import read_words
from procurement.tenders.saved import fits

FEW, MANY, NOTICES, ROUNDS = 10_000, 100_000, 1_000, 5
DEPARTMENTS = ("14", "27", "50", "61", "76")
FIELDS = ("90", "77", "45", "79", "55", "60")

KEPT = """
INSERT INTO saved_search (user_id, name, text, words, marks, keys, created_at)
SELECT CAST(:user AS bigint), 'Search ' || n, '', CAST(nullif(CAST(:words AS text), '') AS tsquery), CAST(:marks AS text[]), CAST(:keys AS text[]), :past FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
"""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio, and milliseconds for one tender against the fewer searches: medians of rounds in turn."""
    apps = {rows: _filled(rows) for rows in (FEW, MANY)}
    took: dict[int, list[float]] = {rows: [] for rows in apps}
    for number in range(ROUNDS + 1):
        for rows, app in apps.items():
            seconds, pairs = _matched(app)
            if number:
                took[rows].append(seconds)
            else:
                print(f"# {pairs} fit, of {rows} searches by {NOTICES} tenders", file=sys.stderr)
    few, many = (statistics.median(took[rows]) for rows in apps)
    yield "match_growth", many / few, "ratio"
    yield "match_ms_per_notice", few / NOTICES * 1000, "ms"


def _matched(app: Flask) -> tuple[float, int]:
    """Seconds, and how many searches of how many tenders fit; in one statement, as the notifier asks it."""
    query = select(func.count()).select_from(Tender)
    query = query.join(SavedSearch, and_(SavedSearch.paused_at.is_(None), fits()))
    with app.app_context():
        began = time.perf_counter()
        pairs = db.session.scalar(query)
        took = time.perf_counter() - began
        db.session.rollback()
    assert pairs
    return took, pairs


def _filled(rows: int) -> Flask:
    """The product on a database of its own with so many searches kept, and a thousand tenders."""
    app, _ = made_app(f"matching_{rows}")
    values = {"past": NOW - timedelta(days=30), "now": NOW, "count": NOTICES, "whats": WHAT, "places": WHERE}
    with app.app_context(), clock.at(NOW):
        with transaction():
            user = db.session.execute(
                text(
                    "INSERT INTO user_account (email, name, phone, locale, zone, fs_uniquifier, active, created_at, "
                    "digest_hour, working_days, mail_fault) VALUES ('p@example.org', 'Person', '', 'fr', "
                    "'Europe/Paris', 'u', true, :past, '08:00', 31, '') RETURNING id"
                ),
                values,
            ).scalar_one()
            db.session.execute(text(BUYERS), values)
            db.session.execute(text(TENDERS), values)
            asked = list(_asked())
            for place, search in enumerate(asked):
                words = read_words(search.text)
                kept = {
                    "user": user,
                    "words": words,
                    "marks": search.marks,
                    "keys": keys_of(words, search.marks),
                    "first": rows * place // len(asked) + 1,
                    "last": rows * (place + 1) // len(asked),
                }
                db.session.execute(text(KEPT), kept | values)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return app


def _asked() -> Iterator[TenderSearch]:
    whats = WHAT.split(";")
    for what in whats:
        for place in WHERE.split(";"):
            yield TenderSearch(text=f"{what} {place}")
        for department in DEPARTMENTS:
            yield TenderSearch(text=what, department=department)
    for field in FIELDS:
        for department in DEPARTMENTS:
            yield TenderSearch(division=field, department=department, reservation=Reservation.SIAE)
