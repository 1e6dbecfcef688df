"""plan_growth and plan_tick_ms: a planning tick with 1,000 deadlines due, among 1,000,000 and among 10,000.

Each stands in a database of its own; ticks on both take turns and are rolled back, so that each finds the same.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import text

from config import Settings, settings
from procurement import create_app, settle
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.embedded import databases
from procurement.notifications.operations import planning
from tests.factories import paris

FEW, MANY, DUE, ROUNDS = 10_000, 1_000_000, 1_000, 7
NOW = paris(2027, 2, 3, 8)

PEOPLE = """
WITH user_rows AS (
  INSERT INTO user_account (email, name, phone, locale, zone, fs_uniquifier, active, created_at, digest_hour,
    working_days, mail_fault)
  SELECT 'p' || n || '@example.org', 'Person ' || n, '', 'fr', 'Europe/Paris', 'u' || n, true, :past, '08:00', 31, ''
  FROM generate_series(1, :due) n RETURNING id
), member_rows AS (
  INSERT INTO member (name, kind, siret, department, town, territory, skills, phone, is_demo, joined_at, version)
  SELECT 'AI ' || n, 'ai', lpad(n::text, 14, '0'), 'b' || n, 'Caen', ARRAY['b' || n], '{}', '', false, :past, 1
  FROM generate_series(1, :due) n RETURNING id
)
INSERT INTO membership (user_id, member_id, role, granted_at)
SELECT u.id, m.id, 'manager', :past
FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM user_rows) u
JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM member_rows) m USING (n)
"""
TENDERS = """
INSERT INTO tender (title, reference, description, kind, buyer_id, legal_regime, legal_reason, procedure, is_framework,
  service_nature, cpv_main, cpv_codes, departments, reservation, eligible_kinds, visibility, ban_alone_and_grouped,
  ban_several_groups, source, source_id, source_url, documents_url, created_at, updated_at, published_at, cancel_reason,
  version, due_zone, due_doubtful, marks)
SELECT 'Consultation ' || n, 'B-' || n, '', 'contract', :buyer, 'public_contract', '', 'adapted_procedure', false,
  'labour_supply', '79620000', '{}', ARRAY['b' || n], 'none', '{}', 'network', false, false, 'typed', NULL, '', '', :past,
  :past, :past, '', 1, 'Europe/Paris', false, '{}'
FROM generate_series(1, :count) n
"""
DATES = """
INSERT INTO deadline (subject_type, subject_id, kind, due_at, remind_at, zone, source_text, doubtful, doubt, version,
  plan_at)
SELECT 'tender', id, 'registration_close', at, at, 'Europe/Paris', '', false, '', 1,
  CASE WHEN id <= :due THEN :now ELSE :now + interval '30 days' END
FROM (SELECT id, CASE WHEN id <= :due THEN :close ELSE :close + interval '60 days' END AS at FROM tender) t
"""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio and the milliseconds among many, medians of the rounds after one that isn't counted."""
    took: dict[int, list[float]] = {FEW: [], MANY: []}
    apps = {rows: _filled(rows) for rows in took}
    for number in range(ROUNDS + 1):
        for rows, app in apps.items():
            seconds = _tick(app)
            if number:
                took[rows].append(seconds)
    few, many = (statistics.median(took[rows]) for rows in (FEW, MANY))
    print(f"# a tick: {few * 1000:.0f} ms among {FEW}, {many * 1000:.0f} ms among {MANY}", file=sys.stderr)
    yield "plan_growth", many / few, "ratio"
    yield "plan_tick_ms", many * 1000, "ms"


def _tick(app: Flask) -> float:
    """Seconds that a tick takes; what it wrote is taken back."""
    with app.app_context(), clock.at(NOW):
        began = time.perf_counter()
        looked_at = planning.plan()
        db.session.flush()
        took = time.perf_counter() - began
        written = db.session.execute(text("SELECT count(*) FROM notification")).scalar_one()
        db.session.rollback()
    assert (looked_at, written) == (DUE, DUE), (looked_at, written)
    return took


def _filled(rows: int) -> Flask:
    """The product on a database of its own, with so many deadlines, of which `DUE` are due."""
    app, _ = made_app(f"plan_{rows}")
    close: datetime = NOW.replace(hour=12) + timedelta(days=7)
    values = {"past": NOW - timedelta(days=30), "due": DUE, "now": NOW, "close": close, "count": rows}
    with app.app_context():
        with transaction():
            db.session.execute(text(PEOPLE), values)
            buyer = db.session.execute(
                text(
                    "INSERT INTO buyer (name, match_name, department, town, created_at) "
                    "VALUES ('Buyer', 'buyer', '', '', :past) RETURNING id"
                ),
                values,
            ).scalar_one()
            db.session.execute(text(TENDERS), values | {"buyer": buyer})
            db.session.execute(text(DATES), values)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return app


def made_app(name: str) -> tuple[Flask, str]:
    """The product on an empty database of that name, as a worker loads it, and its address."""
    url = databases.create(os.environ["TEST_DATABASE_ADMIN_URL"], name, os.environ["TEST_DATABASE_TEMPLATE"])
    app = create_app(Settings(**settings().model_dump() | {"database_url": url}))
    settle()
    return app, url
