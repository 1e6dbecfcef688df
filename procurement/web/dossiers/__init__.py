"""The member's file: how far it is filled, its sections, its lines, what the public register says."""

from procurement.web.dossiers import entries, register, sections
from procurement.web.dossiers.room import room

__all__ = ["entries", "register", "room", "sections"]
