"""Pages of messages: who was told what, and when."""

from procurement.web.messages.views import room

__all__ = ["room"]
