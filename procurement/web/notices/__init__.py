"""Where tenders come from: the sources, their runs, and the notices that couldn't be read."""

from procurement.web.notices import mails, views
from procurement.web.notices.room import room

__all__ = ["mails", "room", "views"]
