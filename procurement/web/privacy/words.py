"""Durations in words."""

from flask_babel import gettext, ngettext

from procurement.privacy.terms import By, Term


def duration(term: Term) -> str:
    """How long: "6 months", "5 years", "30 days"."""
    if term.months >= 24 and term.months % 12 == 0:
        return ngettext("%(num)s year", "%(num)s years", term.months // 12)
    if term.months:
        return ngettext("%(num)s month", "%(num)s months", term.months)
    return ngettext("%(num)s day", "%(num)s days", term.days)


def keeper(term: Term) -> str:
    """Who sees to it, for the register."""
    return {
        By.JOB: gettext("by the site, each day"),
        By.SITE: gettext("by the site, at each moment"),
        By.OPERATOR: gettext("by whoever runs the server"),
    }[term.by]
