"""list_vs_limit and list_queries: a member's list of tenders, 25 rows out of 100,000.

Both pages stand on the same server (granian) and database and are asked in turn, so that the machine's own mood
falls on both alike.
"""

import http.client
import os
import pickle
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, text

from procurement import create_app
from procurement.accounts import sessions
from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.policy import MembershipRole
from tests.factories import make_member, make_user
from tests.live import free_port, until

ROOT = Path(__file__).resolve().parents[1]
TENDERS = 100_000
SECONDS = 3.0
ROUNDS = 7

FILL = """
INSERT INTO tender (title, reference, description, kind, buyer_id, legal_regime, legal_reason, procedure, is_framework,
  service_nature, cpv_main, cpv_codes, departments, reservation, eligible_kinds, visibility, ban_alone_and_grouped,
  ban_several_groups, source, source_id, source_url, documents_url, created_at, updated_at, published_at, cancel_reason,
  version, due_zone, due_doubtful, marks)
SELECT 'Remplacement d''agents techniques, consultation ' || n, 'B-' || n, '', 'contract', :buyer, 'public_contract', '',
  'adapted_procedure', false, 'labour_supply', '79620000', '{}', ARRAY[(ARRAY['14','27','50','61','76'])[1 + n % 5]], 'none',
  '{}', CASE WHEN n % 2 = 0 THEN 'public' ELSE 'network' END, false, false, 'typed', NULL, '', '', :past, :past, :past, '',
  1, 'Europe/Paris', false, '{}'
FROM generate_series(1, :count) n
"""
FILL_LOTS = "INSERT INTO lot (tender_id, rank, number, title, description, whole, cpv) SELECT id, 1, '1', title, '', true, '' FROM tender"
FILL_DATES = """
INSERT INTO deadline (subject_type, subject_id, kind, due_at, remind_at, zone, source_text, doubtful, doubt, version)
SELECT 'tender', id, 'submission', :now + (id % 90 - 20) * interval '1 day', :now + (id % 90 - 20) * interval '1 day',
  'Europe/Paris', '', false, '', 1 FROM tender
"""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio (median of the rounds) and the number of statements."""
    app = create_app()
    with app.app_context():
        cookie, statements, count = _prepare(app)
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "statements"
        recorded.write_bytes(pickle.dumps(statements))
        with (
            served("procurement:create_app", recorded) as product,
            served("bench.bare:create", recorded) as bare,
        ):
            ratios = []
            for _ in range(ROUNDS + 1):
                theirs = rate(bare, "/", {})
                ours = rate(product, "/marches", {"Cookie": cookie})
                ratios.append(ours / theirs)
                print(f"# round: page {ours:.0f}/s, bare {theirs:.0f}/s", file=sys.stderr)
    yield "list_vs_limit", statistics.median(ratios[1:]), "ratio"
    yield "list_queries", count, "statements"


def _prepare(app: Flask) -> tuple[str, list[tuple[str, Any]], int]:
    """Fill the database; give a member's session cookie, the list's statements, and how many the page sends."""
    now = clock.now()
    with transaction():
        member = make_member()
        user = make_user(memberships={member: MembershipRole.MANAGER})
        buyer = db.session.execute(
            text(
                "INSERT INTO buyer (name, match_name, department, town, created_at) "
                "VALUES ('Département du Calvados', 'departement du calvados', '14', 'Caen', :now) RETURNING id"
            ),
            {"now": now},
        ).scalar_one()
        db.session.execute(text(FILL), {"buyer": buyer, "count": TENDERS, "past": now - timedelta(days=30)})
        db.session.execute(text(FILL_LOTS))
        db.session.execute(text(FILL_DATES), {"now": now})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    cookie = cookie_of(app, user)
    sent: list[tuple[str, Any]] = []

    def record(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:  # noqa: FBT001
        sent.append((sql, values))

    client = app.test_client()
    event.listen(db.engine, "before_cursor_execute", record)
    response = client.get("/marches", headers={"Cookie": cookie})
    event.remove(db.engine, "before_cursor_execute", record)
    assert response.status_code == 200
    assert response.text.count('<tr role="row"') == 26, "25 rows and the head"
    own = [
        one
        for one in sent
        if " user_account" not in one[0] and "membership" not in one[0] and "role_grant" not in one[0]
    ]
    return cookie, [one for one in own if "FROM tender" in one[0]], len(own)


def cookie_of(app: Flask, user: User) -> str:
    """The cookie of a browser in which `user` is signed in."""
    with transaction():
        number = sessions.begin(user, browser="bench", via="password", proved_at=clock.now()).id
    signer = app.session_interface.get_signing_serializer(app)
    return f"session={signer.dumps({'_user_id': user.fs_uniquifier, '_fresh': True, sessions.NAME: number})}"


@contextmanager
def served(factory: str, recorded: Path | None = None, **more: str) -> Iterator[int]:
    """An application on granian, as in production; its port."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "granian"),
        "--interface",
        "wsgi",
        "--factory",
        "--workers",
        "1",
        "--blocking-threads",
        "8",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "warning",
        factory,
    ]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "BENCH_STATEMENTS": str(recorded or ""), **more},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _listens(port))
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _listens(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
    except OSError:
        return False
    return True


def rate(port: int, path: str, headers: dict[str, str]) -> float:
    """Requests a second over one kept connection, for some seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        done += 1
    return done / (time.perf_counter() - began)
