"""What people choose how to receive, together; and how often."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from procurement.core.i18n import N_


class Category(StrEnum):
    """What a person chooses how to receive, together."""

    SECURITY = "security"
    """Links that open a door, and what touches one's account."""
    DEADLINES = "deadlines"
    """Dates that near or move, and what one still owes."""
    GROUPS = "groups"
    """Places in groups, and what becomes of a group's answer."""
    TENDERS = "tenders"
    """Changes of the contracts one takes part in or follows."""
    OPPORTUNITIES = "opportunities"
    """Contracts that may suit one's structure, or match a search."""
    PAPERS = "papers"
    """Certificates that lapse or are wanted."""
    OVERSIGHT = "oversight"
    """What the legal delegate must hear: late work, mail that can't be delivered."""


class Rhythm(StrEnum):
    """How often what one may refuse arrives by mail. In the application it stands at once, whatever this says."""

    AT_ONCE = "at_once"
    """Within the person's hours of work; what is owed, once a day, in the morning's list (N20)."""
    DAILY = "daily"
    """One mail a day of work, at the person's hour."""
    WEEKLY = "weekly"
    """One mail a week, on its first day of work, at the person's hour."""
    IN_APP = "in_app"
    """No mail."""


NAMES: Mapping[Category, str] = {
    Category.SECURITY: N_("My account"),
    Category.DEADLINES: N_("Dates and what I owe"),
    Category.GROUPS: N_("My groups"),
    Category.TENDERS: N_("Changes of tenders"),
    Category.OPPORTUNITIES: N_("New tenders"),
    Category.PAPERS: N_("Certificates"),
    Category.OVERSIGHT: N_("Coordination"),
}
"""What people read: msgids."""

_FULL = (Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.IN_APP)
_LISTED = (Rhythm.AT_ONCE, Rhythm.IN_APP)
"""Reminders come in one list a day anyway, and a week would be too late."""

OFFERED: Mapping[Category, Sequence[Rhythm]] = {
    Category.DEADLINES: _LISTED,
    Category.PAPERS: _LISTED,
    Category.GROUPS: _FULL,
    Category.TENDERS: _FULL,
    Category.OPPORTUNITIES: _FULL,
    Category.OVERSIGHT: _FULL,
}
"""What can be chosen of each category; the first is no default. One that isn't here leaves no choice."""

DEFAULTS: Mapping[Category, Rhythm] = {
    Category.SECURITY: Rhythm.AT_ONCE,
    Category.DEADLINES: Rhythm.AT_ONCE,
    Category.PAPERS: Rhythm.AT_ONCE,
    Category.OVERSIGHT: Rhythm.AT_ONCE,
    Category.GROUPS: Rhythm.DAILY,
    Category.TENDERS: Rhythm.DAILY,
    Category.OPPORTUNITIES: Rhythm.DAILY,
}
"""How whoever has chosen nothing receives each category."""
