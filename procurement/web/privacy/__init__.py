"""Legal pages, one's own data, and the register of processing."""

from procurement.web.privacy import mine, public, register
from procurement.web.privacy.room import room

__all__ = ["mine", "public", "register", "room"]
