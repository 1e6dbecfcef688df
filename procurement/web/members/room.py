"""The room of pages about member structures."""

from procurement.web.edge import Room

room = Room("members", __name__)
