"""Error pages that help: what happened, what to do now, a way back, and whom to call."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from procurement.accounts.queries import legal_delegates
from procurement.accounts.rules import safe_path
from procurement.core.db import db
from procurement.core.errors import Refusal
from procurement.web.navigation import shown_actor

log = structlog.get_logger(__name__)

RETRY_SECONDS = 30
"""When to come back while the database can't be reached."""


@dataclass(frozen=True)
class Words:
    """What a page of error says: its title, what happened, what to do now."""

    title: LazyString
    happened: LazyString
    todo: LazyString


PAGES = {
    400: Words(
        _l("We couldn't read this"),
        _l("Part of what your browser sent is missing or can't be read."),
        _l("Go back, reload the page and try again."),
    ),
    403: Words(
        _l("This isn't open to you"),
        _l("Your account doesn't have the role that this page asks for."),
        _l("If you need it for your work, ask the legal delegate."),
    ),
    404: Words(
        _l("There is nothing here"),
        _l("This page doesn't exist, has moved, or isn't open to you."),
        _l("Check the address, or start again from the list of tenders."),
    ),
    405: Words(
        _l("This address can't be opened like that"),
        _l("It only takes a form, sent from the page where the form stands."),
        _l("Go back to that page and use its button."),
    ),
    409: Words(
        _l("Something has changed in the meantime"),
        _l("What you asked for no longer fits what is recorded. Nothing was changed."),
        _l("Go back, reload the page to see how things stand, then decide again."),
    ),
    413: Words(
        _l("This is too large"),
        _l("A file may weigh 50 MB, and what is typed in a form about a million characters."),
        _l("Go back: what you typed is still there. Shorten it, or send a lighter file."),
    ),
    422: Words(
        _l("This can't be taken as it stands"),
        _l("Something that was sent isn't what we can record. Nothing was changed."),
        _l("Go back, correct it and send it again."),
    ),
    429: Words(
        _l("Too many attempts"),
        _l("To protect the accounts, we pause after several attempts in a row."),
        _l("Wait a few minutes, then try again once."),
    ),
    500: Words(
        _l("Something broke on our side"),
        _l("It isn't your doing. Nothing was half saved, and the fault has been noted."),
        _l(
            "Go back and try again in a moment. If it happens again, tell the legal delegate what you were doing."
        ),
    ),
    503: Words(
        _l("Back in a moment"),
        _l("The service can't reach its data right now. What was recorded is safe."),
        _l(
            "Wait a minute, then reload the page. What you were typing is still in your browser: don't close it."
        ),
    ),
}

STALE_FORM = Words(
    _l("This page stood open too long"),
    _l("For your safety a form is only taken from the page as we last showed it to you."),
    _l("Go back, reload the page and send the form again. Copy a long text first, to be sure to keep it."),
)


def register(app: Flask) -> None:
    """Give `app` its error pages."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _page(status: int, message: str = "", *, words: Words | None = None, number: str = "") -> Response:
    """The page of `status`; `message` says more exactly what happened, `number` is what to quote to us."""
    known = status if status in PAGES else (400 if status < 500 else 500)
    values = {
        "status": status,
        "words": words or PAGES[known],
        "message": message,
        "number": number,
        "back": _back(),
    }
    if known < 500:
        try:
            callable_ = legal_delegates() if shown_actor().signed_in else []
            return make_response(render_template("errors/page.html", delegates=callable_, **values), status)
        except SQLAlchemyError as error:
            log.warning("no database for a page of error", status=status, kind=type(error).__name__)
    return make_response(_without_database(values), status)


def _back() -> str:
    """The page of this site that led here, or "" if it was another site, none, or this very page."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    if came_from.netloc != request.host or path == request.full_path.rstrip("?"):
        return ""
    return safe_path(path)


def _without_database(values: dict[str, object]) -> str:
    """The same page, asking the database nothing: no navigation by role, no library's context either."""
    g.no_database = True
    template = current_app.jinja_env.get_template("errors/page.html")
    return template.render(plain=True, delegates=[], **values)


def _refusal(refusal: Refusal) -> ResponseReturnValue:
    return _page(refusal.status, gettext(refusal.message, **refusal.params))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, RateLimitExceeded):
        minutes = max(1, round(error.limit.limit.get_expiry() / 60))
        said = gettext("You can try again in at most %(minutes)s min.", minutes=minutes)
        return _with_headers(_page(429, said), error)
    words = STALE_FORM if isinstance(error, CSRFError) else None
    return _with_headers(_page(error.code, words=words), error)


def _with_headers(page: Response, error: HTTPException) -> Response:
    """`page` with what the protocol wants told beside it."""
    given = error.get_response().headers
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in given:
            page.headers[name] = given[name]
    return page


def _fault(error: Exception) -> ResponseReturnValue:
    with suppress(SQLAlchemyError):
        db.session.rollback()
    number = secrets.token_hex(4)
    log.error("fault", number=number, endpoint=request.endpoint, kind=type(error).__name__, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        page = _page(503, number=number)
        page.headers["Retry-After"] = str(RETRY_SECONDS)
        return page
    return _page(500, number=number)
