"""The room of group answers."""

from procurement.web.edge import Room

room = Room("bids", __name__)
