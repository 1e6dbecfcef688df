"""What each person hears: the bell, what they choose to receive, links that stop it, tenders followed or muted."""

from procurement.web.news import bell, choosing, following, leaving
from procurement.web.news.room import room

__all__ = ["bell", "choosing", "following", "leaving", "room"]
