"""The room of certificates."""

from procurement.web.edge import Room

room = Room("certificates", __name__)
