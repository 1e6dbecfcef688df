"""The libraries around the pages, configured: languages, forms, headers, attempts, migrations."""

from datetime import timedelta
from functools import cached_property

from babel.support import Translations
from flask import Flask, Response, request, session
from flask_babel import Babel, Domain, get_locale
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings
from procurement.core import i18n
from procurement.core.db import db
from procurement.privacy.terms import SESSION
from procurement.web.edge import chosen_locale
from procurement.web.guards import MAX_FORM

csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True, strategy="moving-window")
migrate = Migrate(directory=str(ROOT / "migrations"))
talisman = Talisman()
"""What single pages want otherwise is said by it; each application has another of its own."""

CONTENT_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": ["'self'", "data:"],
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

NOT_USED = (
    "camera",
    "microphone",
    "geolocation",
    "payment",
    "usb",
    "serial",
    "midi",
    "display-capture",
)
"""What a browser could lend a page, and ours never ask for; a phone's camera opens by the field for files itself."""

CONNECT_PATIENCE = 5
"""Seconds we wait for the database to take a connection."""

MAX_REQUEST = 60 * 1024 * 1024
"""Bytes: a file of 50 MB and the form around it."""


class _Catalogues(Domain):
    """Flask-Babel's domain, reading our .po files through `core.i18n`, so that pages and mails share one source."""

    def get_translations(self) -> Translations:
        return i18n.translations(str(get_locale()))


class _Languages(Babel):
    """Flask-Babel on our catalogues."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The catalogues of all areas."""
        return _Catalogues()


def configure(app: Flask, settings: Settings) -> None:
    """Write the settings into the application's configuration."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "pool_size": 10,
            "max_overflow": 5,
            # Faults are logged and kept: they don't repeat what people typed.
            "hide_parameters": True,
            "connect_args": {"connect_timeout": CONNECT_PATIENCE},
        },
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        PERMANENT_SESSION_LIFETIME=timedelta(days=SESSION.days),
        # The prefix: no other name of the domain can plant it, and it travels by https only.
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        BABEL_DEFAULT_LOCALE=i18n.DEFAULT_LOCALE,
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        BOOTSTRAP_SERVE_LOCAL=True,
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_SWALLOW_ERRORS=True,
        # Valkey away: each process counts for itself until it is back, and nobody waits for it.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},
        WTF_CSRF_TIME_LIMIT=None,
    )


def register(app: Flask, settings: Settings) -> None:
    """Attach the libraries to `app`."""
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    migrate.init_app(app, db)
    _Languages(app, locale_selector=chosen_locale)
    Bootstrap5(app)
    csrf.init_app(app)
    limiter.init_app(app)
    Talisman(
        app,
        force_https=settings.secure,
        strict_transport_security=settings.secure,
        session_cookie_secure=settings.secure,
        content_security_policy=CONTENT_POLICY,
        referrer_policy="same-origin",
        frame_options="DENY",
        permissions_policy=dict.fromkeys(("browsing-topics", *NOT_USED), "()"),
    )
    app.after_request(_apart)

    @app.before_request
    def _permanent() -> None:
        if request.blueprint != "machines":  # they keep no session
            session.permanent = True


def _apart(response: Response) -> Response:
    """Other sites' windows can't reach ours; a page stays with the person's browser, which asks again each time.

    Not `no-store`: who goes back must find what was typed.
    """
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
