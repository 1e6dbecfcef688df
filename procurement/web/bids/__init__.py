"""Pages of group answers: registering, coordinating, and each group's own page."""

from procurement.web.bids import actions, answers, coordination, registration
from procurement.web.bids.room import room

__all__ = ["actions", "answers", "coordination", "registration", "room"]
