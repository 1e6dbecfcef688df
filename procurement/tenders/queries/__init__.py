"""What pages, jobs and exports read of tenders."""

from procurement.tenders.queries.changes import events_since, last_rank
from procurement.tenders.queries.filters import Sort, TenderSearch
from procurement.tenders.queries.listing import Row, list_tenders
from procurement.tenders.queries.page import TenderPage, lots_of, tender_page, visible_tender
from procurement.tenders.queries.states import state_condition, state_expression
from procurement.tenders.queries.whole import facts_of, whole_tender

__all__ = [
    "Row",
    "Sort",
    "TenderPage",
    "TenderSearch",
    "events_since",
    "facts_of",
    "last_rank",
    "list_tenders",
    "lots_of",
    "state_condition",
    "state_expression",
    "tender_page",
    "visible_tender",
    "whole_tender",
]
