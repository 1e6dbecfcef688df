"""The first screen of each person, and the pages beside it."""

from procurement.web.desk import starting, suggested, views
from procurement.web.desk.room import room

__all__ = ["room", "starting", "suggested", "views"]
