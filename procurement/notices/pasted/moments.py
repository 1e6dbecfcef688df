"""Days and hours in French running text, in the shapes that people give them: "mardi 12 janvier 2027 avant 12h00"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from procurement.core.i18n import N_
from procurement.notices.pasted.words import flat

NO_YEAR = N_("The text gives no year: the next such day is kept.")
OTHER_WEEKDAY = N_("The day of the week doesn’t go with the date.")
MIDNIGHT = N_("Midnight begins a day and ends it: the beginning is kept.")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil", "aout",
            "septembre sept sep", "octobre oct", "novembre nov", "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY = re.compile(
    rf"(?:\b(?P<weekday>{'|'.join(_WEEKDAYS)}),? +(?:le +)?)?"
    rf"(?:\b(?P<y1>20\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
    rf"|(?<![\d/.-])(?P<d2>\d{{1,2}}) ?[/.-] ?(?P<m2>\d{{1,2}}) ?[/.-] ?(?P<y2>20\d\d|\d\d)(?![\d/])"
    rf"|(?<![\d/.,])(?P<d3>\d{{1,2}})(?:er)? +(?P<m3>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
    rf"(?: +(?P<y3>20\d\d)\b)?)"
)
_HOUR = re.compile(
    r"(?<![\d/.,])(?:(?P<h1>[01]?\d|2[0-4]) ?(?:heures?|hrs?|h)(?: ?(?P<m1>[0-5]\d)(?!\d))?(?![a-z]*\d)"
    r"|(?P<h2>[01]?\d|2[0-4]) ?: ?(?P<m2>[0-5]\d)(?!\d)|\b(?P<midi>midi)\b|\b(?P<minuit>minuit)\b)"
)
_LINKS = frozenset(
    [
        "a",
        "au",
        "avant",
        "d",
        "de",
        "delai",
        "dernier",
        "du",
        "et",
        "fixe",
        "fixee",
        "heure",
        "heures",
        "h",
        "inclus",
        "jusqu",
        "l",
        "la",
        "le",
        "limite",
        "locale",
        "locales",
        "paris",
        "plus",
        "pour",
        "precises",
        "rigueur",
        "tard",
        "terme",
        "en",
        "temps",
        "universel",
        "metropolitaine",
        "france",
    ]
)
"""Words that may stand between a day and its hour."""
_NEAR = 60
"""Characters between a day and its hour, at most."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day of the text with its hour, where it stands (`start` to `end`), and what is in doubt (a msgid)."""

    day: date
    hour: int | None
    minute: int
    start: int
    end: int
    doubt: str = ""

    def written(self) -> str:
        """As sources write it: "12/01/2027 12:00", without hour "12/01/2027"."""
        day = f"{self.day:%d/%m/%Y}"
        return day if self.hour is None else f"{day} {self.hour:02}:{self.minute:02}"


def moments(text: str, today: date) -> list[Moment]:
    """The days of `text`, each with its hour where one goes with it, in order. A day that doesn't exist is none.

    `today`: what a day without year is counted from.
    """
    plain = flat(text)
    days = [(match, day) for match in _DAY.finditer(plain) if (day := _day(match, today)) is not None]
    return list(_with_hours(plain, days))


def _day(match: re.Match[str], today: date) -> date | None:
    part = match.groupdict()
    number = int(part["d1"] or part["d2"] or part["d3"])
    month = _MONTHS[part["m3"]] if part["m3"] else int(part["m1"] or part["m2"])
    said = part["y1"] or part["y2"] or part["y3"]
    try:
        if said:
            return date(int(said) + (2000 if len(said) == 2 else 0), month, number)
        this_year = date(today.year, month, number)
        return this_year if this_year >= today else date(today.year + 1, month, number)
    except ValueError:
        return None


def _with_hours(plain: str, days: list[tuple[re.Match[str], date]]) -> Iterator[Moment]:
    before = 0
    for place, (match, day) in enumerate(days):
        following = days[place + 1][0].start() if place + 1 < len(days) else len(plain)
        hour = _hour_after(plain, match.end(), following) or _hour_before(plain, match.start(), before)
        start, end = match.start(), match.end()
        if hour:
            start, end = min(start, hour.start()), max(end, hour.end())
        before = end
        yield Moment(day, *_read(hour), start, end, _doubt(match, day, hour))


def _hour_after(plain: str, start: int, limit: int) -> re.Match[str] | None:
    hour = _HOUR.search(plain, start, min(start + _NEAR, limit))
    return hour if hour and _linked(plain[start : hour.start()]) else None


def _hour_before(plain: str, end: int, limit: int) -> re.Match[str] | None:
    found = list(_HOUR.finditer(plain, max(end - _NEAR, limit), end))
    return found[-1] if found and _linked(plain[found[-1].end() : end]) else None


def _linked(between: str) -> bool:
    """Whether nothing but linking words stands there: an hour further on is another matter's."""
    return "\n\n" not in between and set(re.findall(r"\w+", between)) <= _LINKS


def _read(hour: re.Match[str] | None) -> tuple[int | None, int]:
    if hour is None or hour["minuit"]:
        return None, 0
    if hour["midi"]:
        return 12, 0
    return int(hour["h1"] or hour["h2"]), int(hour["m1"] or hour["m2"] or 0)


def _doubt(match: re.Match[str], day: date, hour: re.Match[str] | None) -> str:
    if hour is not None and hour["minuit"]:
        return MIDNIGHT
    if match["d3"] and not match["y3"]:
        return NO_YEAR
    if match["weekday"] and match["weekday"] != _WEEKDAYS[day.weekday()]:
        return OTHER_WEEKDAY
    return ""
