"""All pages, one room an area."""

from flask import Flask

from config import Settings
from procurement.web import desk


def register(app: Flask, settings: Settings) -> None:  # noqa: ARG001 - the mailbox asks whether we are embedded
    """Register every area's pages."""
    for room in (desk.room,):
        app.register_blueprint(room)
