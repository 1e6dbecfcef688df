"""All pages, one room an area."""

from flask import Flask

from config import Settings
from procurement.web import bids, feeds, health, language, messages, tenders
from procurement.web.accounts import views as accounts
from procurement.web.desk import views as desk
from procurement.web.members import views as members


def register(app: Flask, settings: Settings) -> None:  # noqa: ARG001 - the mailbox asks whether we are embedded
    """Register every area's pages."""
    for room in (
        desk.room,
        language.room,
        members.room,
        tenders.room,
        bids.room,
        messages.room,
        accounts.room,
        feeds.room,
        health.room,
        health.machines,
    ):
        app.register_blueprint(room)
