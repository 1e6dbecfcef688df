"""Being erased: what goes, what stays and why, said before anything is done; asked for, or done at once."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import logout_user

from procurement.accounts import policy as account_policy
from procurement.accounts.models import User
from procurement.accounts.queries import get_person
from procurement.core import policy
from procurement.core.errors import NotFound, Refusal
from procurement.core.policy import admin as only_admin
from procurement.privacy import operations, queries, terms
from procurement.web.edge import current_actor, person
from procurement.web.privacy import words
from procurement.web.privacy.room import room


@room.get("/compte/mes-donnees/effacement", may=policy.signed_in)
def erasure() -> ResponseReturnValue:
    """What being erased means for whoever asks, and how to ask."""
    return _page("privacy/erasure.html", _me())


@room.post("/compte/mes-donnees/effacement/demande", may=policy.signed_in)
def ask() -> ResponseReturnValue:
    """Ask the administrator for it."""
    operations.ask(current_actor())
    flash(gettext("Your request is noted. The network’s administrator answers within a month."), "success")
    return redirect(url_for("privacy.erasure"))


@room.post("/compte/mes-donnees/effacement/retrait", may=policy.signed_in)
def withdraw() -> ResponseReturnValue:
    """Think better of it."""
    operations.withdraw(current_actor())
    flash(gettext("Your request is withdrawn: nothing changes."), "success")
    return redirect(url_for("privacy.erasure"))


@room.post("/compte/mes-donnees/effacement/maintenant", may=policy.signed_in)
def erase_me() -> ResponseReturnValue:
    """Be erased at once, where nothing binds."""
    me = _me()
    try:
        operations.erase(current_actor(), me.id)
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
        return redirect(url_for("privacy.erasure"))
    logout_user()
    session.clear()
    flash(gettext("Your account is erased. Thank you for the road travelled together."), "success")
    return redirect(url_for("desk.home"))


@room.get("/personnes/<int:user_id>/effacer", may=only_admin)
def erase_page(user_id: int) -> ResponseReturnValue:
    """What erasing somebody means, for the administrator who carries it out."""
    return _page("privacy/erase.html", get_person(current_actor(), user_id))


@room.post("/personnes/<int:user_id>/effacer", may=only_admin)
def erase(user_id: int) -> ResponseReturnValue:
    """Erase somebody's account."""
    actor = current_actor()
    user = get_person(actor, user_id)
    own = user.id == actor.user_id
    try:
        operations.erase(actor, user.id)
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
        return redirect(url_for("privacy.erase_page", user_id=user_id))
    if own:
        logout_user()
        session.clear()
        return redirect(url_for("desk.home"))
    flash(gettext("The account is erased. Tell the person: their request must be answered."), "success")
    return redirect(url_for("accounts.person", user_id=user_id))


def _me() -> User:
    user = person()
    if user is None:
        raise NotFound
    return user


def _page(template: str, user: User) -> str:
    request = queries.open_request(user.id)
    return render_template(
        template,
        shown=user,
        asked=request,
        answer_by=queries.answer_by(request.asked_at) if request else None,
        first=queries.to_hand_over(user),
        bound=queries.bound(user),
        backups=words.duration(terms.BACKUPS),
        requests=words.duration(terms.REQUESTS),
        may_manage=account_policy.manage_roles(current_actor()),
    )
