"""Legal pages, one's own data, and the register of processing."""

from procurement.web.privacy import erasing, mine, public, register
from procurement.web.privacy.room import room

__all__ = ["erasing", "mine", "public", "register", "room"]
