"""The edge of the web: who may use a page, the one transaction of a write, and forms sent twice.

Pages are registered in a `Room`, a blueprint that takes no route without its policy.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, abort, flash, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from procurement.accounts.models import User
from procurement.core import forms_sent
from procurement.core.db import db, transaction
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES
from procurement.core.policy import VISITOR, Actor, Policy
from procurement.members.queries import actor_of
from procurement.web import gate
from procurement.web.receiving import FILE_ENDPOINTS, take_files

Page = TypeVar("Page")

View = Callable[..., Any]
"""What Flask calls: takes the parameters of the address, returns anything Flask makes a response of."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

LIBRARY_ENDPOINTS = frozenset({"static", "bootstrap.static"})
"""Endpoints that libraries register and that are open to all: files of the interface, nothing else."""

POLICIES: dict[str, Policy] = {}
"""The policy of each endpoint, by name."""


def person() -> User | None:
    """The account signed in, or None for a visitor."""
    user = current_user._get_current_object()  # noqa: SLF001 - the proxy's own way out
    return user if isinstance(user, User) and user.is_authenticated else None


def current_actor() -> Actor:
    """Who makes this request, with roles and structures as they stand now (read once a request)."""
    if "actor" not in g:
        user = person()
        g.actor = actor_of(user) if user else VISITOR
    actor: Actor = g.actor
    return actor


class Room(Blueprint):
    """A blueprint whose every route says who may use it: `@room.get("/x", may=policy.delegate)`."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,  # noqa: FBT001 - Flask's signature
        **options: Any,
    ) -> None:
        """As Flask's, with the option `may`: the policy. Raises TypeError without one: deny is the default.

        `takes_files`: files sent with its forms go into the store, before the transaction begins. `before`: what else
        a write does first, such as asking another site: whatever takes long and holds nothing of ours.
        """
        may: Policy | None = options.pop("may", None)
        takes_files: bool = options.pop("takes_files", False)
        before: Callable[[], None] | None = options.pop("before", None)
        if may is None or view_func is None:
            raise TypeError(f"{rule}: a route needs a view and a policy (may=…)")
        endpoint = endpoint or view_func.__name__
        POLICIES[f"{self.name}.{endpoint}"] = may
        if takes_files:
            FILE_ENDPOINTS.add(f"{self.name}.{endpoint}")
        guarded = guard(view_func, may, takes_files=takes_files, before=before)
        super().add_url_rule(rule, endpoint, guarded, provide_automatic_options, **options)


def guard(
    view: View, may: Policy, *, takes_files: bool = False, before: Callable[[], None] | None = None
) -> View:
    """`view`, open only to whom `may` allows; a write runs in one transaction, and once for each form.

    Files are in the store, and `before` is done, before that transaction begins: none waits for a disk, a network or
    a search for viruses.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        actor = current_actor()
        led = gate.led(actor)
        if led is not None:
            return led
        gate.note_use()
        if not may(actor):
            return _deny(actor)
        if request.method in SAFE_METHODS:
            response: ResponseReturnValue = view(*args, **kwargs)
            return response
        if takes_files:
            take_files()
        if before is not None:
            db.session.rollback()  # reading who asks has begun one: nothing is held meanwhile
            before()
        return _write_once(lambda: view(*args, **kwargs), actor)

    return guarded


def _deny(actor: Actor) -> ResponseReturnValue:
    """A visitor is led to sign in, and back here afterwards; anybody else is told no."""
    if actor.signed_in:
        abort(403)
    back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
    flash(gettext("Sign in to go on."), "info")
    return redirect(url_for("security.login", next=back or None))


def _write_once(work: Callable[[], ResponseReturnValue], actor: Actor) -> Response:
    """Run `work` in the request's transaction; a refused form (status ≥ 400) leaves nothing behind."""
    number = _form_number()
    with transaction():
        if number:
            receipt = forms_sent.take(number, actor.user_id)
            if receipt is not None:
                return _already_taken(receipt)
        response = make_response(work())
        if response.status_code >= 400 or g.get("nothing_kept"):
            db.session.rollback()
        elif number and response.location:
            forms_sent.remember_location(number, response.location)
    return response


def shown_again(page: Page) -> Page:
    """`page`, a form shown again for a row more or to be confirmed, or a file, by a request that wrote nothing.

    The form's number isn't taken then: "back" and a second press lose nothing typed.
    """
    g.nothing_kept = True
    return page


def _form_number() -> UUID | None:
    try:
        return UUID(request.form["form_number"])
    except (KeyError, ValueError):
        return None


def _already_taken(receipt: forms_sent.FormReceipt) -> Response:
    flash(gettext("This form had already reached us: nothing was done twice."), "info")
    return make_response(redirect(receipt.location or url_for("desk.home")))


def guard_library(app: Flask, endpoint: str, may: Policy) -> None:
    """Put an endpoint that a library registered under our edge: its policy, and the request's transaction."""
    app.view_functions[endpoint] = guard(app.view_functions[endpoint], may)
    POLICIES[endpoint] = may


def refuse_undeclared(app: Flask) -> None:
    """Raise RuntimeError if an endpoint of `app` has no policy and isn't one of the libraries' few."""
    bare = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(POLICIES) - LIBRARY_ENDPOINTS)
    if bare:
        raise RuntimeError(f"endpoints without a policy: {', '.join(bare)}")


def chosen_locale() -> str:
    """The language of this request, settled once: the person's, else the one chosen in this browser, else French.

    The person's is kept in the session too, so that a page of error needs no database to speak it.
    """
    if "locale" not in g:
        user = None if g.get("no_database") else person()
        chosen = user.locale if user else session.get("locale", DEFAULT_LOCALE)
        g.locale = chosen if chosen in LOCALES else DEFAULT_LOCALE
        if user and session.get("locale") != g.locale:
            session["locale"] = g.locale
    locale: str = g.locale
    return locale
