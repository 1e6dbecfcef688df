"""The blueprint that the pages of privacy share."""

from procurement.web.edge import Room

room = Room("privacy", __name__)
