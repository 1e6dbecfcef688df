"""What other programs read: a person's calendar, the dates of a tender, the feed of public tenders."""

from procurement.web.feeds import atom, calendars
from procurement.web.feeds.blueprint import room

__all__ = ["atom", "calendars", "room"]
