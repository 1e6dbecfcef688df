"""The room of what other programs read, and how they are answered."""

import hashlib
from datetime import datetime

from flask import Response, current_app, request, session

from config import Settings
from procurement.web.edge import Room

room = Room("feeds", __name__)


def settings() -> Settings:
    """The settings of this installation: the address people know it by, and who writes."""
    given: Settings = current_app.config["SETTINGS"]
    return given


def answer(
    body: bytes, kind: str, *, says: bytes | None = None, changed_at: datetime | None = None
) -> Response:
    """`body` as `kind`, or 304 where the reader has it already.

    `says` is what the mark of the content is drawn from, where the body holds the instant of its writing. The mark
    alone decides: what somebody may no longer see leaves no date behind, so If-Modified-Since isn't taken for an
    answer.
    """
    response = Response(body, content_type=kind)
    mark = hashlib.sha256(body if says is None else says).hexdigest()
    response.set_etag(mark[:32], weak=says is not None)
    response.make_conditional(request)
    response.last_modified = changed_at
    return response


@room.after_request
def _no_cookie(response: Response) -> Response:
    """What programs read is answered without a session: a cache on the way may keep it, and gives nobody's to others."""
    if request.endpoint in {"feeds.personal", "feeds.atom"}:
        session.pop("_permanent", None)
        session.modified = False
    return response
