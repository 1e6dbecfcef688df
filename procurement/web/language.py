"""The language of the pages: kept in the browser for a visitor, in the account for a person."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from procurement.accounts import operations, rules
from procurement.core import policy
from procurement.web.edge import Room, current_actor, person

room = Room("language", __name__)


@room.post("/langue", may=policy.anyone)
def choose() -> ResponseReturnValue:
    """Speak another language from now on, and go back to the page. 422 for a language we don't speak."""
    locale = rules.check_locale(request.form.get("locale", ""))
    session["locale"] = locale
    user = person()
    if user is not None:
        operations.edit_profile(
            current_actor(),
            user,
            name=user.name,
            phone=user.phone,
            locale=locale,
            digest_hour=user.digest_hour,
            working_days=user.working_days,
        )
    return redirect(rules.safe_path(request.form.get("next")) or url_for("desk.home"))
