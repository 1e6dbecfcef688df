"""Files on pages: the one way in (a field, a page for the script), the one way out, and a picture to look at."""

from procurement.web.files.views import room

__all__ = ["room"]
