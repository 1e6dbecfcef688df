"""The room of the sources."""

from procurement.web.edge import Room

room = Room("notices", __name__)
