"""Pages of tenders: the list, a tender's page, and the delegate's forms."""

from procurement.web.tenders import (
    codes,
    copying,
    dates,
    documents,
    listing,
    pages,
    reminders,
    searches,
    writing,
)
from procurement.web.tenders.blueprint import room

__all__ = [
    "codes",
    "copying",
    "dates",
    "documents",
    "listing",
    "pages",
    "reminders",
    "room",
    "searches",
    "writing",
]
