"""Whether all is well: a page for people, two addresses for machines."""

from procurement.web.health.machines import room as machines
from procurement.web.health.views import room

__all__ = ["machines", "room"]
