"""The room that all pages of tenders are registered in."""

from procurement.web.edge import Room

room = Room("tenders", __name__)
