"""A line of the list in words: prepared here, so that the template only writes them."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from procurement.core import i18n
from procurement.deadlines.rules import read_zone
from procurement.tenders.models import Reservation, TenderKind
from procurement.tenders.queries import Row
from procurement.tenders.queries.passages import CLOSES, OPENS, Passage
from procurement.tenders.rules import TenderState
from procurement.web.formats import urgency
from procurement.web.labels import departments, label


@dataclass(frozen=True, slots=True)
class Line:
    """One tender of the list: words ready to be shown."""

    id: int
    title: str
    """What the search found in it stands between marks, here and in the two after it."""
    buyer: str
    passage: str
    """Where else the words stand; "" for nowhere."""
    reference: str
    where: str
    reserved: str
    agreement: bool
    state: str
    state_words: str
    due: str
    """The answer's deadline with its hour, and its zone where it isn't Paris's; empty for none."""
    due_machine: str
    left: str
    """How long is left; empty once it is of no use."""
    pressing: str
    doubtful: bool
    closes: str
    """Until when members register, while they may."""


def line(row: Row, now: datetime, found: Passage | None = None) -> Line:
    """`row` in the reader's words; `found` says where the words of a search stand."""
    locale = str(get_locale())
    live = row.state in {TenderState.OPEN, TenderState.REGISTRATION_CLOSED, TenderState.DRAFT}
    closes = row.registrations_close_at if row.state is TenderState.OPEN else None
    return Line(
        id=row.id,
        title=_marked(found.title) if found else row.title,
        buyer=_marked(found.buyer) if found else row.buyer,
        passage=_marked(found.rest) if found else "",
        reference=row.reference,
        where=_places(tuple(row.departments), locale),
        reserved=_reserved(row.reservation, locale) or _of_lots(tuple(row.marks), locale),
        agreement=row.kind is TenderKind.AGREEMENT,
        state=row.state.value,
        state_words=_state(row.state, locale),
        due=_moment(row.due_at, locale, row.due_zone, now.year) if row.due_at else "",
        due_machine=row.due_at.isoformat() if row.due_at else "",
        left=i18n.format_left(row.due_at, now, locale) if row.due_at and live else "",
        pressing=urgency(row.due_at, row.due_zone) if row.due_at and live else "",
        doubtful=row.due_doubtful,
        closes=_moment(closes, locale, "Europe/Paris", now.year) if closes and closes != row.due_at else "",
    )


def _marked(text: str) -> Markup:
    """`text` escaped, with what was found in it between marks."""
    return Markup(escape(text).replace(OPENS, Markup("<mark>")).replace(CLOSES, Markup("</mark>")))  # noqa: S704 - escaped


@lru_cache(maxsize=4096)
def _moment(instant: datetime, locale: str, zone: str, this_year: int) -> str:
    local = read_zone(zone)
    # A past year is said; an instant in the coming one is near enough to need none.
    words = i18n.format_short(instant, locale, local, with_year=instant.astimezone(local).year < this_year)
    return words if zone == "Europe/Paris" else f"{words} ({i18n.format_zone(local, locale)})"


@lru_cache(maxsize=1024)
def _places(codes: tuple[str, ...], locale: str) -> str:  # noqa: ARG001 - what the words are kept by
    return departments(codes)


@lru_cache(maxsize=64)
def _reserved(reservation: Reservation, locale: str) -> str:  # noqa: ARG001 - what the words are kept by
    return "" if reservation in {Reservation.NONE, Reservation.UNKNOWN} else label(reservation)


def _of_lots(marks: tuple[str, ...], locale: str) -> str:
    """How lots of a tender are reserved that isn't as a whole."""
    said = [_reserved(Reservation(mark[2:]), locale) for mark in sorted(marks) if mark.startswith("r:")]
    each = ", ".join(words[:1].lower() + words[1:] for words in said)
    return gettext("Some lots: %(what)s", what=each) if each else ""


@lru_cache(maxsize=32)
def _state(state: TenderState, locale: str) -> str:  # noqa: ARG001 - what the words are kept by
    return label(state)
