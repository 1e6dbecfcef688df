"""All pages of accounts, in their room."""

from procurement.web.accounts import address, devices, factor, handover, people, profile, signing, team
from procurement.web.accounts.room import room

__all__ = ["address", "devices", "factor", "handover", "people", "profile", "room", "signing", "team"]
