"""The blueprint that these pages share."""

from flask import current_app

from config import Settings
from procurement.accounts.models import User
from procurement.core.errors import NotFound
from procurement.notifications.letters import Office
from procurement.web.edge import Room, person

room = Room("news", __name__)


def me() -> User:
    """The account signed in. Raises NotFound for a visitor: the routes are for whoever is signed in."""
    user = person()
    if user is None:
        raise NotFound
    return user


def office() -> Office:
    """Who writes, and where links lead."""
    given: Settings = current_app.config["SETTINGS"]
    return Office(given.public_url, given.mail_from)
