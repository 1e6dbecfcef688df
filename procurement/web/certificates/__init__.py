"""Certificates: what a structure owes and by when; all of the network's at once, checked and asked for."""

from procurement.web.certificates import checking, sending
from procurement.web.certificates.room import room

__all__ = ["checking", "room", "sending"]
