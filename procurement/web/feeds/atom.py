"""The feed of public tenders, in Atom (RFC 4287): what anybody may see, in French, for whoever follows from outside."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from procurement.core import policy
from procurement.core.i18n import DEFAULT_LOCALE
from procurement.core.text import one_line
from procurement.members.departments import DEPARTMENTS
from procurement.tenders.models import Reservation, Tender
from procurement.tenders.queries.newest import newest_public
from procurement.web.feeds.blueprint import answer, room, settings
from procurement.web.formats import instant
from procurement.web.labels import departments, label

KIND = "application/atom+xml; charset=utf-8"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""What a feed without entries says it was updated at: the format wants an instant."""
KEPT = 300
"""Seconds for which a reader, or a cache on its way, needn't ask again."""

ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", ATOM)


@room.get("/marches.atom", may=policy.anyone)
def atom() -> ResponseReturnValue:
    """The public tenders published last: the same for everybody, whoever asks."""
    tenders = newest_public()
    changed_at = max((_updated(tender) for tender in tenders), default=BEGINNING)
    with force_locale(DEFAULT_LOCALE):
        body = _feed(tenders, changed_at)
    response = answer(body, KIND, changed_at=changed_at)
    response.cache_control.public = True
    response.cache_control.max_age = KEPT
    return response


def _feed(tenders: Iterable[Tender], changed_at: datetime) -> bytes:
    site = settings().public_url
    feed = ET.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": DEFAULT_LOCALE})
    _add(feed, "id", _identity("2026", "marches"))
    _add(feed, "title", gettext("Marchés groupés – public tenders"))
    _add(feed, "subtitle", gettext("The public tenders that the network follows, as they are published."))
    _add(feed, "updated", _written(changed_at))
    _add(feed, "link", rel="self", type="application/atom+xml", href=site + url_for("feeds.atom"))
    _add(feed, "link", rel="alternate", type="text/html", href=site + url_for("tenders.index"))
    _add(ET.SubElement(feed, _tag("author")), "name", "Marchés groupés")
    for tender in tenders:
        _entry(feed, tender, site)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _entry(feed: ET.Element, tender: Tender, site: str) -> None:
    entry = ET.SubElement(feed, _tag("entry"))
    _add(entry, "id", _identity(f"{tender.created_at.astimezone(UTC):%Y-%m-%d}", f"marches/{tender.id}"))
    title = gettext("Cancelled: %(title)s", title=tender.title) if tender.cancelled_at else tender.title
    _add(entry, "title", title)
    _add(
        entry,
        "link",
        rel="alternate",
        type="text/html",
        href=site + url_for("tenders.show", tender_id=tender.id),
    )
    _add(entry, "published", _written(tender.published_at or tender.created_at))
    _add(entry, "updated", _written(_updated(tender)))
    for code in tender.departments:
        _add(entry, "category", term=code, label=DEPARTMENTS.get(code, code))
    _add(entry, "summary", " · ".join(_facts(tender)))


def _facts(tender: Tender) -> Sequence[str]:
    """What one needs to know whether to open it: the buyer, where, by when, for whom."""
    facts = [tender.buyer.name, departments(tender.departments)]
    if tender.cancelled_at:
        facts.append(gettext("This tender is cancelled."))
    elif tender.due_at:
        when = instant(tender.due_at, tender.due_zone)
        doubtful = tender.due_doubtful
        facts.append(
            gettext("Answers due: %(when)s, to be checked", when=when)
            if doubtful
            else gettext("Answers due: %(when)s", when=when)
        )
    if tender.reservation not in {Reservation.NONE, Reservation.UNKNOWN}:
        facts.append(label(tender.reservation))
    return [fact for fact in facts if fact]


def _updated(tender: Tender) -> datetime:
    changes = (tender.updated_at, tender.published_at, tender.cancelled_at)
    return max(change for change in changes if change is not None)


def _identity(since: str, what: str) -> str:
    """An identity that no move of the page changes (RFC 4151): the site's name, a day that stays, what it is."""
    return f"tag:{urlsplit(settings().public_url).hostname},{since}:{what}"


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    """One element; what people typed is escaped when it is written, and loses what XML can't hold."""
    element = ET.SubElement(parent, _tag(name), attributes)
    if text:
        element.text = one_line(text)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
