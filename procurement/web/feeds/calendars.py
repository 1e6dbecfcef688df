"""Calendars: the page that opens a person's own, that calendar itself, and the dates of one tender."""

import re
from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from icalendar import Calendar

from procurement.accounts import calendar_address
from procurement.accounts.models import User
from procurement.core import clock, policy
from procurement.core.errors import NotFound
from procurement.core.i18n import N_, translate
from procurement.members.queries import actor_of
from procurement.notifications.calendar import publication
from procurement.notifications.calendar_queries import calendar_of, calendar_of_tender
from procurement.notifications.letters import Office
from procurement.web.edge import current_actor, person
from procurement.web.feeds import limits
from procurement.web.feeds.blueprint import answer, room, settings

KIND = "text/calendar; charset=utf-8"
NAME = N_("Marchés groupés – my dates")
_SHOWN_ONCE = "calendar_secret"
"""In the session of whoever has just made an address, until the page has shown it."""
_STAMP = re.compile(rb"^DTSTAMP:.*\r\n", re.MULTILINE)


def _me() -> User:
    user = person()
    if user is None:
        raise NotFound
    return user


@room.get("/compte/calendrier", may=policy.signed_in)
def calendar() -> ResponseReturnValue:
    """One's own calendar: what it is, its address when it has just been made, how to subscribe to it."""
    me = _me()
    secret = session.pop(_SHOWN_ONCE, "")
    address = settings().public_url + url_for("feeds.personal", token=secret) if secret else ""
    page = render_template(
        "feeds/calendar.html",
        address=address,
        subscribe=re.sub("^https?:", "webcal:", address),
        open_since=calendar_address.open_since(me),
        concerned=current_actor().is_delegate or current_actor().is_member,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@room.post("/compte/calendrier", may=policy.signed_in)
def renew() -> ResponseReturnValue:
    """Make the address, or another one: the page shows it once."""
    session[_SHOWN_ONCE] = calendar_address.renew(current_actor(), _me())
    return redirect(url_for("feeds.calendar"))


@room.post("/compte/calendrier/fermer", may=policy.signed_in)
def close() -> ResponseReturnValue:
    """Take the address away."""
    if calendar_address.close(current_actor(), _me()):
        flash(gettext("Your calendar is switched off: its address opens nothing any more."), "success")
    return redirect(url_for("feeds.calendar"))


@room.get("/calendrier/<token>.ics", may=policy.anyone)
@limits.private
def personal(token: str) -> ResponseReturnValue:
    """A person's calendar, as far as that person may see now (N19); 404 for a secret that opens nothing."""
    user = calendar_address.find_person(token)
    if user is None:
        raise NotFound
    now = clock.now()
    entries = calendar_of(actor_of(user), now)
    name = translate(NAME, user.locale)
    written = publication(entries, office=_office(), locale=user.locale, now=now, name=name)
    response = _sent(written, max((entry.changed_at for entry in entries), default=None))
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@room.get("/marches/<int:tender_id>/dates.ics", may=policy.anyone)
def tender_dates(tender_id: int) -> ResponseReturnValue:
    """The dates of a tender, to be put into a calendar once; for whoever sees its page."""
    tender, entries = calendar_of_tender(current_actor(), tender_id)
    written = publication(
        entries, office=_office(), locale=str(get_locale()), now=clock.now(), name=tender.title
    )
    response = _sent(written, None)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    # Not an attachment: telephones then open their calendar instead of keeping a file.
    response.headers["Content-Disposition"] = f'inline; filename="marche-{tender_id}.ics"'
    return response


def _office() -> Office:
    return Office(settings().public_url, settings().mail_from)


def _sent(written: Calendar, changed_at: datetime | None) -> Response:
    body = written.to_ical()
    # When it was written is no news.
    return answer(body, KIND, says=_STAMP.sub(b"", body), changed_at=changed_at)
