"""Dates, durations and money in templates, in the language of the reader and the zone of what is dated."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

from procurement.core import clock, i18n


def _locale() -> str:
    return str(get_locale())


def instant(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> str:
    """`value` with day, hour and zone, as everywhere else (N9)."""
    return i18n.format_instant(value, _locale(), ZoneInfo(str(zone)))


def short(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> str:
    """`value` where room is short."""
    return i18n.format_short(value, _locale(), ZoneInfo(str(zone)))


def day(value: date) -> str:
    """A day in words."""
    return i18n.format_day(value, _locale(), clock.PARIS)


def short_day(value: date) -> str:
    """A day where room is short, in figures: "27/11/2026"."""
    return str(format_date(value, "dd/MM/y", locale=_locale()))


def left(value: datetime) -> str:
    """How long is left until `value`, or how long ago it was."""
    return i18n.format_left(value, clock.now(), _locale())


def hour(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> str:
    """The hour alone: "12 h 00"."""
    return i18n.format_hour(value, _locale(), ZoneInfo(str(zone)))


def urgency(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> str:
    """How pressing `value` is, by calendar days where it was said: past, today, tomorrow, soon (7 days) or later."""
    here = ZoneInfo(str(zone))
    if value < clock.now():
        return "past"
    days = (value.astimezone(here).date() - clock.now().astimezone(here).date()) // timedelta(days=1)
    return {0: "today", 1: "tomorrow"}.get(days, "soon" if days <= 7 else "later")


def number(value: Decimal | float) -> str:
    """A number as the reader's language writes it: "1 250,5"."""
    return str(format_decimal(value, format="#,##0.##", locale=_locale()))


def weight(size: int) -> str:
    """How much a file weighs: "340 Ko", "1,2 Mo"."""
    small, large = ("Ko", "Mo") if _locale().startswith("fr") else ("KB", "MB")
    if size < 1_000_000:
        return f"{number(max(round(size / 1000), 1))}\u00a0{small}"
    return f"{number(round(size / 1_000_000, 1))}\u00a0{large}"


def siret(value: str) -> str:
    """A SIRET in groups, as it is read aloud: "356 000 000 00048"."""
    return Markup("&nbsp;").join((value[:3], value[3:6], value[6:9], value[9:]))


def of(name: str) -> str:
    """What belongs to `name`: "d’AI Bayeux"."""
    return i18n.of(name, _locale())


def moment(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> Markup:
    """A `<time>` element: the instant in words, machine-readable beside it."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), instant(value, zone))


def register(app: Flask) -> None:
    """Make these filters known to templates."""
    for function in (instant, short, day, short_day, hour, left, urgency, number, weight, siret, moment, of):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["now"] = clock.now
    app.jinja_env.globals["language"] = _locale
