"""The blueprint that the pages of accounts share."""

from flask import Response, request

from procurement.accounts.models import User
from procurement.core.errors import NotFound
from procurement.web.edge import Room, person

room = Room("accounts", __name__)


def own_account() -> User:
    """The account of whoever makes this request. Raises NotFound for a visitor."""
    user = person()
    if user is None:
        raise NotFound
    return user


@room.after_request
def _kept_nowhere(response: Response) -> Response:
    """A page whose address holds a secret is in no cache and no search engine (no other site is told of any page)."""
    if request.view_args and "token" in request.view_args:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
