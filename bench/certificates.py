"""grid_vs_limit: the delegate's grid of certificates, 500 structures × 8, over a bare page of as many cells.

Both stand on the same server (granian) and database and are asked in turn.
"""

import http.client
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from bench.list_page import cookie_of, served
from procurement import create_app
from procurement.certificates.models import Certificate, CertificateKind
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.members.models import MemberKind
from tests.factories import make_delegate, make_member

MEMBERS, KINDS, ROUNDS = 500, 8, 9
NO_PHONE = {"EMBEDDED": "1", "SECOND_FACTOR": "offered", "LOG_LEVEL": "INFO"}
"""So that the delegate needs no second factor."""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio, median of the rounds after one that isn't counted."""
    app = create_app()
    now, today = clock.now(), clock.today()
    with app.app_context():
        with transaction():
            delegate = make_delegate()
            for _ in range(MEMBERS):
                member = make_member(MemberKind.ETTI)
                for kind in list(CertificateKind)[:KINDS]:
                    db.session.add(
                        Certificate(
                            member_id=member.id,
                            kind=kind,
                            issued_on=today - timedelta(days=30),
                            expires_on=today + timedelta(days=150),
                            recorded_at=now,
                            checked_at=now,
                        )
                    )
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        cookie = cookie_of(app, delegate)
    with served("procurement:create_app", **NO_PHONE) as product, served("bench.bare_grid:create") as bare:
        ratios = []
        for _ in range(ROUNDS):
            theirs, ours = _seconds(bare, "/", {}), _seconds(product, "/attestations", {"Cookie": cookie})
            ratios.append(theirs / ours)
            print(f"# round: grid {ours * 1000:.0f} ms, bare {theirs * 1000:.0f} ms", file=sys.stderr)
    yield "grid_vs_limit", statistics.median(ratios[1:]), "ratio"


def _seconds(port: int, path: str, headers: dict[str, str]) -> float:
    """Seconds a page, the mean of some over one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < 2.0:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        page = response.read()
        assert response.status == 200, response.status
        assert page.count(b"<td") >= MEMBERS * 7, page.count(b"<td")
        done += 1
    return (time.perf_counter() - began) / done
