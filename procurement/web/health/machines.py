"""What machines ask: is it well (/healthz), and in figures (/metrics). No account is read, no page drawn."""

import hmac
from collections.abc import Callable
from contextlib import suppress

import structlog
from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import func, select, true
from sqlalchemy.exc import SQLAlchemyError

from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import anyone
from procurement.notifications.queries.health import pulse
from procurement.notifications.watch import RED, faults
from procurement.web.edge import POLICIES
from procurement.web.health.figures import figures
from procurement.web.libraries import limiter, talisman

log = structlog.get_logger(__name__)

View = Callable[[], Response]

room = Blueprint("machines", __name__)
"""Not a Room: whoever watches has no account, and must be answered when accounts can't be read."""

DATABASE, VALKEY = "database", "valkey"
PATIENCE_MS = 2000
"""After so long a question to the database is given up."""
POLICIES.update({"machines.healthz": anyone, "machines.metrics": anyone})


def _unhindered(view: View) -> View:
    """`view` without a limit of attempts, and by plain HTTP too: machines ask from inside, before the proxy."""
    open_view: View = limiter.exempt(talisman(force_https=False)(view))
    return open_view


@room.get("/healthz")
@_unhindered
def healthz() -> Response:
    """200 and "ok", or 503 and what is red, a word a line: database, beat, jobs, outbox, valkey. Three statements."""
    red = _red_of_database() + ([] if _valkey_answers() else [VALKEY])
    if red:
        log.warning("not well", red=red)
    return _plain("\n".join(red or ["ok"]) + "\n", 503 if red else 200)


def _red_of_database() -> list[str]:
    try:
        db.session.execute(select(func.set_config("statement_timeout", str(PATIENCE_MS), true())))
        vitals = pulse()
    except SQLAlchemyError as error:
        log.warning("the database doesn't answer", kind=type(error).__name__)
        return [DATABASE]
    finally:
        with suppress(SQLAlchemyError):
            db.session.rollback()
    return [fault.value for fault in faults(vitals, clock.now()) if fault in RED]


def _valkey_answers() -> bool:
    url = current_app.config["SETTINGS"].redis_url
    try:
        with Redis.from_url(
            url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        ) as valkey:
            return bool(valkey.ping())
    except (RedisError, OSError):
        return False


@room.get("/metrics")
@_unhindered
def metrics() -> Response:
    """The figures as Prometheus reads them, for whoever has the token; 404 where none is set, 401 for another."""
    token: str = current_app.config["SETTINGS"].metrics_token
    if not token:
        abort(404)
    given = request.authorization
    typed = given.token if given is not None and given.type == "bearer" else None
    if not hmac.compare_digest((typed or "").encode(), token.encode()):
        refused = _plain("a bearer token is needed\n", 401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    return _plain(generate_latest(figures().registry).decode(), 200, CONTENT_TYPE_LATEST)


def _plain(text: str, status: int, kind: str = "text/plain; charset=utf-8") -> Response:
    answer = Response(text, status, content_type=kind)
    answer.headers["Cache-Control"] = "no-store"
    return answer
