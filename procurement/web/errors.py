"""Error pages that help: what happened, and what to do now."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from procurement.core.db import db
from procurement.core.errors import Refusal

log = structlog.get_logger(__name__)

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def register(app: Flask) -> None:
    """Give `app` its error pages."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _page(status: int, message: str = "") -> ResponseReturnValue:
    known = status if status in PAGES else 500
    return render_template("errors/page.html", status=known, message=message), status


def _refusal(refusal: Refusal) -> ResponseReturnValue:
    return _page(refusal.status, gettext(refusal.message, **refusal.params))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    return _page(error.code)


def _fault(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.error("fault", endpoint=request.endpoint, kind=type(error).__name__, exc_info=error)
    return _page(500)
