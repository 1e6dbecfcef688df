"""Flask-Security on Flask-Login: who is signed in, by password; its two pages, under our own edge.

Only what is needed is switched on. Its database, its hashing, its mails and its rights are not used: accounts are
changed by `accounts.operations` in the request's one transaction, passwords are hashed by `accounts.passwords`,
mails follow from events, and policies say who may.
"""

from datetime import timedelta
from functools import wraps
from typing import Any

import structlog
from flask import Flask, Response, make_response, render_template, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager
from flask_security import Security, SQLAlchemyUserDatastore, login_user, user_authenticated
from flask_security.core import FormInfo
from wtforms import HiddenField, PasswordField, StringField

from config import Settings
from procurement.accounts import passwords, queries, rules, sessions, tokens
from procurement.accounts.models import RoleGrant, User
from procurement.core import policy
from procurement.core.db import db
from procurement.core.errors import Invalid
from procurement.web import edge, gate, limits
from procurement.web.accounts.forms import LinkForm
from procurement.web.forms import Form, Limited, Required

log = structlog.get_logger(__name__)

KEPT_AT_SIGN_IN = frozenset({"_user_id", "_fresh", "_id", "_permanent", "fs_paa", "locale"})
"""What a session keeps when somebody signs in; all the rest was the visitor's, or somebody else's."""


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's way to the accounts: reads, and never commits; the edge does."""

    def commit(self) -> None:
        """Flush only."""
        db.session.flush()


class SignInForm(Form):
    """Address and password. One answer for an unknown address, a wrong password and a closed account, in one time."""

    email = StringField(
        _l("E-mail address"),
        [Required(), Limited(254)],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(
        _l("Password"),
        [Required(), Limited(rules.PASSWORD_MAX)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User | None = None
        self.refused = ""
        """Why nobody was signed in, in words."""
        self.requires_confirmation = False
        """Asked by Flask-Security's view; an invitation or a mailed link has confirmed the address already."""
        self.next.data = rules.safe_path(self.next.data or request.args.get("next"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an open account has this address and this password; sets `user`."""
        if not super().validate(extra_validators):
            return False
        try:
            user = queries.find_by_email(self.email.data or "")
        except Invalid as refusal:
            self.refuse(refusal)
            return False
        typed = self.password.data or ""
        if (
            not passwords.verify_password(typed, user.password if user else None)
            or not user
            or not user.active
        ):
            self.refused = gettext(
                "This address and this password don't go together. Try again, or ask for a link by e-mail."
            )
            self.status = 422
            log.info("sign_in_refused", user_id=user.id if user else None)
            return False
        if user.password and passwords.needs_rehash(user.password):
            user.password = passwords.hash_password(typed)
        self.user = user
        return True


def configure(app: Flask, settings: Settings) -> None:
    """Write Flask-Security's settings, and give the slices the key that signs mailed links."""
    tokens.use_key(settings.secret_key)
    app.config.update(
        # Hashes are ours; should the library ever make one, it is of the same kind.
        SECURITY_LOGIN_URL="/connexion",
        SECURITY_LOGOUT_URL="/deconnexion",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        # Features that aren't used have neither page nor command: the library's commands commit by themselves.
        SECURITY_FRESHNESS=timedelta(seconds=-1),
        SECURITY_CACHE_CONTROL=None,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_TWO_FACTOR_IMPLEMENTATIONS={},
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )


def register(app: Flask) -> None:
    """Attach Flask-Security to `app`: its sign-in and sign-out pages, under our edge and with attempts limited."""
    security = Security(app, Datastore(db, User, RoleGrant), render_template=_page)  # type: ignore[arg-type]
    security.set_form_info("login_form", FormInfo(instantiator=_sign_in_form))
    security.want_json(lambda _: False)
    security.login_context_processor(lambda: {"link_form": LinkForm(formdata=None, data=_wanted())})
    _only_sessions(app, security)
    app.view_functions["security.logout"] = _leaving(app.view_functions["security.logout"])
    app.view_functions["security.login"] = limits.sign_in(_within(app.view_functions["security.login"]))
    edge.guard_library(app, "security.login", policy.anyone)
    edge.guard_library(app, "security.logout", policy.anyone)
    user_authenticated.connect(_signed_in, app)


def _within(view: limits.View) -> limits.View:
    """`view`, leading nowhere but to a path of this site, whatever it was asked for."""

    @wraps(view)
    def led() -> Response:
        response = make_response(view())
        if response.location and rules.safe_path(response.location) != response.location:
            response.location = url_for("desk.home")
        return response

    return led


def _leaving(view: limits.View) -> limits.View:
    """`view`, which signs out, written down: the browser's row is ended, whatever its cookie becomes."""

    @wraps(view)
    def left() -> Response:
        opened = gate.opened()
        if opened is not None:
            sessions.leave(opened.sign_in)
        return make_response(view())

    return left


def _load(identity: str) -> User | None:
    """Who the browser's cookie stands for: nobody once its row is ended, or while a code has still to be given."""
    opened = sessions.find(session.get(sessions.NAME), identity)
    gate.note(opened)
    return None if opened is None or opened.awaits_code else opened.user


def sign_in(user: User, via: str) -> None:
    """From this request on, the browser is `user`'s; `via` says how: "link", "reset", "invitation", "again"."""
    login_user(user, remember=False, authn_via=[via])


def _page(template: str, **context: Any) -> Any:
    """A page of Flask-Security, with the status that the form's answer deserves."""
    form = context.get("login_user_form")
    return render_template(template, **context), getattr(form, "status", 200)


def _wanted() -> dict[str, str]:
    """Where the person wanted to go, for the form that asks for a link."""
    return {"next": rules.safe_path(request.values.get("next"))}


def _sign_in_form(name: str, cls: type[Form], **_kwargs: Any) -> Any:  # noqa: ARG001 - asked for by the library
    """Ours, read from the form only: a JSON body is no way to sign in."""
    return SignInForm()


def _signed_in(app: Flask, user: User, authn_via: list[str], **_more: Any) -> None:  # noqa: ARG001 - a signal's
    """Nothing of the session before goes on: a form token or a session planted by somebody else is worth nothing.

    But for the code of the second factor, given in this browser by this person.
    """
    for key in set(session) - KEPT_AT_SIGN_IN:
        session.pop(key)
    before = gate.opened()
    proved_at = None
    if before is not None:
        sessions.leave(before.sign_in)
        proved_at = before.sign_in.proved_at if before.user.id == user.id else None
    begun = sessions.begin(user, browser=str(request.user_agent), via=authn_via[0], proved_at=proved_at)
    session[sessions.NAME] = begun.id
    log.info("signed_in", user_id=user.id, via=authn_via[0])


def _only_sessions(app: Flask, security: Security) -> None:
    """Switch off what Flask-Security brings besides sessions.

    Tokens in a header or an address, that would open the same doors; and Flask-Principal, that reads the account
    before each request, files of the interface included, for rights that are not ours.
    """
    manager: LoginManager = security.login_manager
    manager.user_loader(_load)
    manager.request_loader(lambda _request: None)
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if getattr(hook, "__self__", None) is not security.principal]
