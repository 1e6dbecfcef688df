"""The room that first screens are registered in."""

from procurement.web.edge import Room

room = Room("desk", __name__)
