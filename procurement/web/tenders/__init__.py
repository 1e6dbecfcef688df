"""Pages of tenders: the list, a tender's page, and the delegate's forms."""

from procurement.web.tenders import (
    arrivals,
    codes,
    copying,
    dates,
    documents,
    listing,
    mapping,
    pages,
    pasting,
    reminders,
    searches,
    summing,
    tables,
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
    "mapping",
    "pages",
    "pasting",
    "reminders",
    "room",
    "searches",
    "summing",
    "tables",
    "writing",
]
