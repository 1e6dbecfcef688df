"""Pages of the network's structures: the directory, a page for each, its labels and links."""

from procurement.web.members import standing, tables, views
from procurement.web.members.room import room

__all__ = ["room", "standing", "tables", "views"]
