"""A notice's text or a mail's, pasted: it becomes a draft, and the form shows what was read, in which words, and what is left."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from procurement.core.errors import Invalid, Refusal
from procurement.core.outside import NotFetched, Reach
from procurement.notices.pasted.addresses import recognised
from procurement.notices.pasted.fetching import HOSTS, Found, look_up, sole_address
from procurement.notices.pasted.reader import EXPECTED, Pasted
from procurement.notices.pasted.taking import (
    Taken,
    facts_of_text,
    known_notice,
    reading_of,
    take_found,
    take_text,
)
from procurement.notices.pasted.words import TEXT_LIMIT
from procurement.tenders import policy
from procurement.tenders.facts import plain
from procurement.tenders.models import Tender
from procurement.tenders.queries import facts_of
from procurement.tenders.rules import to_fill_in
from procurement.web.edge import current_actor
from procurement.web.forms import Form, Limited, Required
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.said import name_of, said

_FIELDS = {"departments": "region-0", "cpv_codes": "cpv", "lots": "lots-0-title"}
"""Where a field stands in the form, if not under its own name; a date's day comes first."""


class PasteForm(Form):
    """What is pasted."""

    text = TextAreaField(
        _l("Text of the notice or of the e-mail, or an address"),
        [Required(_l("Paste the text of a notice, or its address.")), Limited(TEXT_LIMIT)],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A field that was read: its name, its value in words, and the words of the text."""

    name: str
    values: list[str]
    words: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in the text of a draft, and what is left, each with its place in the form."""

    lines: list[Line]
    left: list[tuple[str, str]]
    others: tuple[str, ...]
    text: str


def _look_up() -> None:
    """Ask for the page, where nothing but an address was pasted; what was refused is told by the view."""
    url = sole_address(request.form.get("text", ""))
    if url:
        try:
            g.found = look_up(url, _reach(), **current_app.config.get("NOTICE_SITES", {}))
        except NotFetched as refusal:
            g.found = refusal


def _reach() -> Reach:
    """The sites that this installation asks; none when embedded, unless they are named."""
    given = current_app.config["SETTINGS"]
    hosts = given.notice_hosts or ("" if given.embedded else HOSTS)
    reach: Reach = current_app.config.get("NOTICE_REACH") or Reach(frozenset(hosts.split()))
    return reach


@room.route("/marches/coller", methods=["GET", "POST"], may=policy.write, before=_look_up)
def paste() -> ResponseReturnValue:
    """Paste a text or an address; it becomes a draft, filled with what could be read."""
    form = PasteForm()
    if form.validate_on_submit():
        try:
            taken = _taken(form.text.data or "")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if taken.known:
                flash(gettext("This notice is here already: nothing was written twice."), "info")
                return redirect(url_for("tenders.show", tender_id=taken.tender.id))
            _say(reading_of(taken.tender.id))
            return redirect(url_for("tenders.edit", tender_id=taken.tender.id))
    forward_to = current_app.config["SETTINGS"].forward_to
    return render_template("tenders/paste.html", form=form, forward_to=forward_to), form.status


def _taken(text: str) -> Taken:
    """The draft that a text leads to, or what was found at its address. Raises Refusal."""
    found: Found | NotFetched | None = g.get("found")
    if found is None:
        return take_text(current_actor(), text, locale=str(get_locale()))
    site, number = recognised(sole_address(text))
    known = known_notice(site.value, number) if number else None
    if known is not None:
        return Taken(known, known=True)
    if isinstance(found, NotFetched):
        raise Invalid(found.message, field="text")
    return take_found(current_actor(), found, str(get_locale()))


def _say(read: Pasted | None) -> None:
    if read is None:
        flash(gettext("The draft is written from the official notice. Look it over."), "success")
        return
    count = len(read.said)
    words = ngettext(
        "The draft is written: %(num)s field was read. Look it over, and fill in the rest.",
        "The draft is written: %(num)s fields were read. Look them over, and fill in the rest.",
        count,
    )
    flash(words, "success")


def what_was_read(tender: Tender) -> Read | None:
    """What was read in the text that a draft (whole) was made of, and what it still lacks; None for no text."""
    read = reading_of(tender.id)
    if read is None:
        return None
    values, stands = plain(facts_of_text(read, "")), plain(facts_of(tender))
    return Read(
        lines=[Line(name_of(name), said(name, values[name]), one.words) for name, one in read.said.items()],
        left=[(name_of(name), _place(name)) for name in EXPECTED if _lacks(name, stands.get(name))],
        others=read.other_dates,
        text=read.text,
    )


def _lacks(name: str, value: Any) -> bool:
    """Whether what a delegate looks for isn't there, by its plain value: not read, nor filled in since."""
    if name in {"title", "buyer_name"}:
        return to_fill_in(value)
    if name == "lots":
        return len(value) < 2 and not any(lot["sites"] for lot in value)
    return value in (None, "", [], "unknown")


def _place(name: str) -> str:
    return f"{name}-date" if name.startswith("deadline_") else _FIELDS.get(name, name)
