"""All pages, one room an area."""

from flask import Flask

from config import Settings
from procurement.web import (
    bids,
    certificates,
    desk,
    dossiers,
    feeds,
    files,
    health,
    language,
    mailbox,
    members,
    messages,
    news,
    notices,
    privacy,
    tenders,
)
from procurement.web.accounts import views as accounts


def register(app: Flask, settings: Settings) -> None:
    """Register every area's pages; the mailbox only where mail stays on this machine."""
    for room in (
        desk.room,
        language.room,
        members.room,
        dossiers.room,
        tenders.room,
        bids.room,
        certificates.room,
        messages.room,
        accounts.room,
        feeds.room,
        files.room,
        news.room,
        privacy.room,
        notices.room,
        health.room,
        health.machines,
    ):
        app.register_blueprint(room)
    news.bell.register(app)
    if settings.embedded:
        app.register_blueprint(mailbox.room)
