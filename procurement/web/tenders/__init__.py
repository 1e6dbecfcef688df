"""Pages of tenders: the list, a tender's page, and the delegate's forms."""

from procurement.web.tenders import (
    arrivals,
    codes,
    copying,
    dates,
    documents,
    listing,
    pages,
    pasting,
    reminders,
    searches,
    writing,
)
from procurement.web.tenders.blueprint import room

__all__ = [
    "arrivals",
    "codes",
    "copying",
    "dates",
    "documents",
    "listing",
    "pages",
    "pasting",
    "reminders",
    "room",
    "searches",
    "writing",
]
