"""The room of structures' files."""

from procurement.web.edge import Room

room = Room("dossiers", __name__)
