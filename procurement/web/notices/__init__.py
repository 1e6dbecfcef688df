"""Where tenders come from: the sources, their runs, and the notices that couldn't be read."""

from procurement.web.notices.views import room

__all__ = ["room"]
