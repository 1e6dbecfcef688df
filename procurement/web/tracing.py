"""From a page to its log lines by one number, that of the request; each request counted, with how long it took."""

import re
import secrets
from time import monotonic

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from procurement.web.health import figures

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
_TAKEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""A number that a proxy gave, if it looks like one."""
FILES = frozenset({"static", "bootstrap.static"})
MACHINES = frozenset({"machines.healthz", "machines.metrics"})


def register(app: Flask) -> None:
    """Number, count and log each request. First of all, so that whatever refuses one is counted too."""
    figures.register(app)
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)
    app.teardown_request(lambda _error: clear_contextvars())


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    number = given if _TAKEN.fullmatch(given) else secrets.token_hex(8)
    clear_contextvars()
    bind_contextvars(request_id=number)
    g.request_id, g.began = number, monotonic()


def _end(response: Response) -> Response:
    """Its address isn't logged, which may hold a secret or a name: the page is, and the numbers of its rows."""
    if "began" not in g:
        return response
    seconds = monotonic() - g.began
    response.headers[HEADER] = g.request_id
    figures.figures().count(request.endpoint, request.method, response.status_code, seconds)
    if request.endpoint not in FILES:
        actor = g.get("actor")
        rows = {name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)}
        say = log.debug if request.endpoint in MACHINES else log.info
        say(
            "request",
            endpoint=request.endpoint,
            method=request.method if request.method in figures.METHODS else "other",
            status=response.status_code,
            took_ms=round(seconds * 1000, 1),
            actor_id=actor.user_id if actor else None,
            rows=rows,
        )
    return response
