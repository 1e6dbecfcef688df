"""All pages of accounts, in their room."""

from procurement.web.accounts import people, profile, signing, team
from procurement.web.accounts.room import room

__all__ = ["people", "profile", "room", "signing", "team"]
