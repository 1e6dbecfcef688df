"""Mails in words: text and HTML from one template a kind, in the language of the person (no request, no Flask).

A kind's template, templates/mail/<kind>.txt, has the blocks `subject`, `todo` (the first line: what to do) and
`body`. It is rendered twice, with the pieces `m` of _text.txt or of _html.html, and laid into _mail.txt, _mail.html.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from config import ROOT
from procurement.bids.models import GroupForm
from procurement.certificates import words as certificates
from procurement.core import i18n
from procurement.core.clock import PARIS
from procurement.core.i18n import N_
from procurement.deadlines import words as deadlines
from procurement.deadlines.models import DeadlineKind
from procurement.notifications import leaving
from procurement.notifications.categories import NAMES, OFFERED, Category
from procurement.notifications.changes import in_words
from procurement.notifications.dossier import Matter
from procurement.notifications.kinds import Kind
from procurement.notifications.letters import Office
from procurement.tenders import words

FOLDER = ROOT / "templates" / "mail"
WIDTH = 72
"""Characters a line of text: what a text client shows without breaking lines."""
BRIEF = 70
"""Characters of a title in a subject."""
_SPACES = re.compile("[ \\t\\r\\n]+")
_GAPS = re.compile("\\n{3,}")
MASK = "…"
"""What stands in the kept text where a secret stood in the mail."""

_NAMES: Mapping[Any, str] = {
    **deadlines.NAMES,
    **certificates.NAMES,
    GroupForm.JOINT: N_("Joint group"),
    GroupForm.JOINT_WITH_SOLIDARY_LEAD: N_("Joint group with solidary lead"),
    GroupForm.SOLIDARY: N_("Solidary group"),
}
"""The words pages use (web/labels)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One notification of a mail: its kind and what it speaks of."""

    kind: Kind
    matter: Matter


@dataclass(frozen=True, slots=True)
class Reader:
    """The account that reads a mail: its links to choose what comes are made for it."""

    user_id: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A mail in words. `kept` is its text without the secrets of its links (N31)."""

    subject: str
    text: str
    html: str
    kept: str
    leave: str = ""
    """The address at which one click stops all that can be refused of it; empty where nothing can."""


def write(items: Sequence[Item], locale: str, office: Office, reader: Reader | None = None) -> Written:
    """The mail that says `items`, in `locale`; reminders soonest first. Raises what a faulty template raises.

    `reader`: whose account it is for; None for an address that has none.
    """
    listed = sorted((item for item in items if not item.matter.folded), key=_soonest)
    said = _say_all(listed, locale, office, html=False)
    subject = said[0]["subject"] if len(said) == 1 else _several(listed, locale, office)
    whole: dict[str, Any] = {
        "subject": subject,
        "whys": list(dict.fromkeys(i18n.translate(item.kind.why, locale) for item in listed)),
        "site": office.public_url,
        "locale": locale,
        "has_account": reader is not None,
        "stops": [],
        "always": _always(listed, locale),
    }
    secrets = {item.matter.secret for item in listed} - {""}
    refusable = [] if reader is None else _refusable(listed)
    leave = ""
    if reader and refusable:
        leave = office.public_url + leaving.path(reader.user_id, reader.opened_at, refusable)
        whole["stops"] = [
            (
                i18n.translate(NAMES[one], locale),
                office.public_url + leaving.path(reader.user_id, reader.opened_at, [one]),
            )
            for one in refusable
        ]
        secrets |= {url.rpartition("/")[2] for _, url in whole["stops"]}
    text = _template(locale, "_mail.txt", html=False).render(items=said, **whole)
    marked_up = _say_all(listed, locale, office, html=True)
    html = _template(locale, "_mail.html", html=True).render(items=marked_up, **whole)
    text = _GAPS.sub("\n\n", text).strip("\n") + "\n"
    kept = text
    for secret in secrets:
        kept = kept.replace(secret, MASK)
    return Written(subject, text, html, kept, leave)


def headline(item: Item, locale: str, office: Office) -> tuple[str, str]:
    """What one notification says in a line, and what it asks to do, as plain text. Raises as `write` does."""
    said = _blocks(f"{item.kind.name}.txt", _values(item, office), locale, html=False)
    return said["subject"], " ".join(said["todo"].split())


_ALWAYS = {
    Category.SECURITY: N_("It always comes: it is about your account."),
    Category.OVERSIGHT: N_("It always comes: the network’s work relies on it."),
}
BINDING = N_("It can’t be refused: it binds you or your structure.")


def _always(items: Sequence[Item], locale: str) -> str:
    """Why a mail can't be refused; empty for one that can."""
    if not all(item.kind.mandatory for item in items):
        return ""
    categories = {item.kind.category for item in items}
    return i18n.translate(_ALWAYS.get(categories.pop(), BINDING) if len(categories) == 1 else BINDING, locale)


def _refusable(items: Sequence[Item]) -> list[Category]:
    """The categories of a mail that its reader can stop, each once."""
    found = (item.kind.category for item in items if not item.kind.mandatory)
    return [category for category in dict.fromkeys(found) if category in OFFERED]


def _soonest(item: Item) -> tuple[bool, datetime | None]:
    deadline = item.matter.deadline
    return (deadline is None, deadline.due_at if deadline else None)


def _say_all(items: Sequence[Item], locale: str, office: Office, *, html: bool) -> list[dict[str, str]]:
    return [
        {
            **_blocks(f"{item.kind.name}.txt", _values(item, office), locale, html=html),
            "title": item.matter.tender.title if item.matter.tender else "",
        }
        for item in items
    ]


def _several(items: Sequence[Item], locale: str, office: Office) -> str:
    """The subject of a mail that says several things: how many, and the first date or the contract."""
    values = {**_values(items[0], office), "count": len({id(item.matter.deadline or item) for item in items})}
    return _blocks("_several.txt", values, locale, html=False)["subject"]


def _values(item: Item, office: Office) -> dict[str, Any]:
    """What a kind's template may speak of, by name."""
    return {
        **{name: getattr(item.matter, name) for name in Matter.__dataclass_fields__},
        "answer_by": item.matter.answer_by,
        "url": lambda path: office.public_url + path,
    }


def _blocks(name: str, values: Mapping[str, Any], locale: str, *, html: bool) -> dict[str, str]:
    """Each block of a template, rendered."""
    template = _template(locale, name, html=html)
    pieces = _template(locale, "_html.html" if html else "_text.txt", html=html).module
    context = template.new_context({**values, "m": pieces})
    said = {name: "".join(block(context)).strip() for name, block in template.blocks.items()}
    said["subject"] = " ".join(said["subject"].split())
    return {name: Markup(text) if html else text for name, text in said.items()}  # noqa: S704 - escaped by Jinja


@lru_cache(maxsize=256)
def _template(locale: str, name: str, *, html: bool) -> Template:
    return _environment(locale, html=html).get_template(name)


@lru_cache(maxsize=8)
def _environment(locale: str, *, html: bool) -> Environment:
    """Templates in one language, as HTML (everything escaped) or as text."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=html,  # noqa: S701 - what is text isn't HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    spoken = i18n.translations(locale)
    environment.install_gettext_callables(spoken.ugettext, spoken.ungettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        wrap=_wrap, quoted=_quoted, brief=_brief, of=lambda name: i18n.of(name, locale)
    )
    environment.globals.update(
        when=lambda instant, zone=PARIS: i18n.format_instant(instant, locale, zone),
        day=lambda instant, zone=PARIS: i18n.format_day(instant, locale, zone),
        short=lambda instant, zone=PARIS: _short(instant, locale, zone),
        hour=lambda instant, zone=PARIS: i18n.format_hour(instant, locale, zone),
        changed=lambda changes: [in_words(change, locale) for change in changes],
        said=lambda name, value: ", ".join(words.said(name, value, locale)),
        field=lambda name: words.name_of(name, locale),
        reason=lambda message, params: i18n.translate(message, locale) % params,
        name_of=lambda value: i18n.translate(_NAMES[value], locale),
        zone_of=ZoneInfo,
        read_instant=datetime.fromisoformat,
        kind_of_deadline=DeadlineKind,
    )
    return environment


def _short(instant: datetime, locale: str, zone: ZoneInfo) -> str:
    """A deadline where room is short, its hour and zone included: "ven. 27 nov., 12 h 00 (heure de Paris)"."""
    return f"{i18n.format_short(instant, locale, zone)} ({i18n.format_zone(zone, locale)})"


def _wrap(text: str, indent: str = "") -> str:
    """A paragraph in lines that a text client shows as they are; links and no-break spaces are left whole."""
    return textwrap.fill(
        _SPACES.sub(" ", str(text)).strip(" "),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _quoted(text: str) -> str:
    """What somebody wrote, marked as quoted, line by line."""
    lines = [line.rstrip() for line in str(text).splitlines()]
    return "\n".join(
        f"> {part}".rstrip()
        for line in lines
        for part in (textwrap.wrap(line, WIDTH - 2, break_long_words=False) or [""])
    )


def _brief(text: str) -> str:
    """A title cut at a word where it is too long for a subject."""
    return textwrap.shorten(str(text), BRIEF, placeholder="…")
