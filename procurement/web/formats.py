"""Dates, durations and money in templates, in the language of the reader and the zone of what is dated."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

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


def left(value: datetime) -> str:
    """How long is left until `value`, or how long ago it was."""
    return i18n.format_left(value, clock.now(), _locale())


def moment(value: datetime, zone: str | ZoneInfo = clock.PARIS) -> Markup:
    """A `<time>` element: the instant in words, machine-readable beside it."""
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), instant(value, zone))


def register(app: Flask) -> None:
    """Make these filters known to templates."""
    for function in (instant, short, day, left, moment):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["now"] = clock.now
