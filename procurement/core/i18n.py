"""Languages: catalogues read from .po files, and dates, durations and money as people write them.

English message ids stand in the code, one French catalogue per area stands in translations/. Nothing here knows
the web: the language is a parameter.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import format_datetime, get_timezone_location
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from procurement.core.text import folded

LOCALES = ("fr", "en")
DEFAULT_LOCALE = "fr"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
_NBSP = "\u00a0"


def N_(message: str) -> str:  # noqa: N802 - gettext's usual name for a marked string
    """Mark `message` for translation later, where the reader's language is known; returns it unchanged."""
    return message


def catalogue_files(locale: str) -> list[Path]:
    """The .po files of `locale`, one per area, in a stable order."""
    return sorted((CATALOGUES / locale / "LC_MESSAGES").glob("*.po"))


@lru_cache(maxsize=4)
def translations(locale: str) -> Translations:
    """All areas' catalogues of `locale` as one; English needs none, its ids are its sentences."""
    merged = Catalog(locale=locale)
    for path in catalogue_files(locale):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def translate(message: str, locale: str, **params: object) -> str:
    """`message` (an English msgid) in `locale`, filled with `params`."""
    text = translations(locale).ugettext(message)
    return text % params if params else text


def of(name: str, locale: str) -> str:
    """What belongs to `name`, in words to fill a sentence with: "de GES Caen", "d’AI Bayeux" / "of AI Bayeux".

    An h is left whole: Hérouville takes d’, Harfleur doesn't, and nothing here knows which is which.
    """
    if not locale.startswith("fr"):
        return f"of {name}"
    return f"d’{name}" if folded(name)[:1] in tuple("aeiou") else f"de {name}"


def format_day(day: date | datetime, locale: str, zone: ZoneInfo | None = None) -> str:
    """A day in words, with its weekday: "vendredi 27 novembre 2026" / "Friday 27 November 2026"."""
    if isinstance(day, datetime) and zone is not None:
        day = day.astimezone(zone)
    return _first(babel_date(day, "EEEE d MMMM y", locale=locale), day, locale)


def format_hour(instant: datetime, locale: str, zone: ZoneInfo) -> str:
    """An hour: "12 h 00" in French, "12:00" in English."""
    local = instant.astimezone(zone)
    if locale.startswith("fr"):
        return f"{local.hour}{_NBSP}h{_NBSP}{local.minute:02d}"
    return f"{local.hour:02d}:{local.minute:02d}"


def format_zone(zone: ZoneInfo, locale: str) -> str:
    """The zone as one says it: "heure de Paris" / "Paris time"."""
    city = get_timezone_location(zone, locale=locale, return_city=True)
    return f"heure de {city}" if locale.startswith("fr") else f"{city} time"


@lru_cache(maxsize=4096)
def format_instant(instant: datetime, locale: str, zone: ZoneInfo, *, with_zone: bool = True) -> str:
    """Day and hour, and the zone unless told otherwise.

    "vendredi 27 novembre 2026 à 12 h 00 (heure de Paris)": the one wording of a deadline, on page, mail,
    calendar and document alike.
    """
    link = " à " if locale.startswith("fr") else " at "
    text = format_day(instant, locale, zone) + link + format_hour(instant, locale, zone)
    return f"{text} ({format_zone(zone, locale)})" if with_zone else text


@lru_cache(maxsize=4096)
def format_short(instant: datetime, locale: str, zone: ZoneInfo, *, with_year: bool = False) -> str:
    """Day and hour where room is short: "ven. 27 nov., 12 h 00"."""
    words = "EEE d MMM y" if with_year else "EEE d MMM"
    local = instant.astimezone(zone)
    day = _first(format_datetime(local, words, locale=locale, tzinfo=zone), local, locale)
    return f"{day}, {format_hour(instant, locale, zone)}"


def _first(text: str, day: date, locale: str) -> str:
    """A day in words; in French the first of a month is "1er"."""
    return text.replace(" 1 ", " 1er ", 1) if day.day == 1 and locale.startswith("fr") else text


def format_left(until: datetime, now: datetime, locale: str) -> str:
    """How long is left until an instant, in words a hurried person reads: "dans 2 jours et 3 h".

    Whole days and hours, rounded down so that nobody believes to have more; minutes under a day. In the past: how
    long ago, in the largest unit.
    """
    french = locale.startswith("fr")
    past = until < now
    left = now - until if past else until - now
    days, hours = left.days, left.seconds // 3600
    minutes = left.seconds % 3600 // 60
    if left < timedelta(minutes=1):
        return (
            ("à l’instant" if past else "dans moins d’une minute")
            if french
            else ("just now" if past else "in under a minute")
        )
    if days >= 14 or (days and (not hours or past)):
        words = _plural(days, ("jour", "jours") if french else ("day", "days"))
    elif days:
        words = (
            _plural(days, ("jour", "jours") if french else ("day", "days"))
            + (" et " if french else " and ")
            + f"{hours}{_NBSP}h"
        )
    elif hours:
        words = (
            f"{hours}{_NBSP}h{_NBSP}{minutes:02d}" if french else f"{hours}{_NBSP}h{_NBSP}{minutes}{_NBSP}min"
        )
    else:
        words = f"{minutes}{_NBSP}min"
    if past:
        return f"il y a {words}" if french else f"{words} ago"
    return f"dans {words}" if french else f"in {words}"


def _plural(count: int, forms: tuple[str, str]) -> str:
    return f"{count}{_NBSP}{forms[count > 1]}"
