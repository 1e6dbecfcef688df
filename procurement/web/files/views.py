"""Files sent ahead of their form; files handed out; pictures of them."""

import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import policy
from procurement.core.errors import Invalid
from procurement.core.storage import open_kept
from procurement.core.storage.pictures import SHOWN, picture_of
from procurement.web import limits
from procurement.web.edge import Room, current_actor
from procurement.web.files.readers import readable_version
from procurement.web.labels import label
from procurement.web.receiving import received, token_of

room = Room("files", __name__)

PIECE = 1 << 18
"""Bytes handed out at a time."""


@room.post("/fichiers", may=policy.signed_in, takes_files=True)
@limits.uploads
def receive() -> ResponseReturnValue:
    """Take one file ahead of its form, for the page's script: its token, or why it is refused."""
    for _name, one in received("file"):
        if isinstance(one, Invalid):
            return {"error": gettext(one.message, **one.params)}, one.status
        return {
            "token": token_of(one, current_actor().user_id),
            "name": one.name,
            "remarks": [label(remark) for remark in sorted(one.remarks)],
        }
    return {"error": gettext("This file is empty: nothing reached us.")}, 422


@room.get("/fichiers/<int:version_id>", may=policy.signed_in)
def download(version_id: int) -> ResponseReturnValue:
    """Hand a file out, to be saved: never shown by the browser as a page of ours. The right is asked for each time."""
    version = readable_version(current_actor(), version_id)
    open_kept(version.digest).close()  # what isn't there is told before anything is sent
    response = Response(_pieces(version.digest), mimetype=version.media_type)
    response.headers.set("Content-Disposition", "attachment", **_named(version.name))
    response.set_etag(version.digest.hex())
    response.content_length = version.size
    response.make_conditional(request, accept_ranges=True, complete_length=version.size)
    return _private(response)


@room.get("/fichiers/<int:version_id>/apercu", may=policy.signed_in)
def picture(version_id: int) -> ResponseReturnValue:
    """A page of a PDF, or a picture, drawn anew by us; `?page=` is the PDF's page."""
    version = readable_version(current_actor(), version_id)
    if version.media_type not in SHOWN:
        abort(404)
    page = request.args.get("page", 1, type=int)
    with open_kept(version.digest) as file:
        drawn = picture_of(file, version.media_type, page)
    if drawn is None:
        abort(404)
    response = Response(drawn[0], mimetype="image/jpeg")
    response.set_etag(f"{version.digest.hex()}-{page}")
    response.make_conditional(request)
    return _private(response)


def _pieces(digest: bytes) -> Iterator[bytes]:
    """What is kept, a piece at a time; opened when the first is asked for."""
    with open_kept(digest) as file:
        while piece := file.read(PIECE):
            yield piece


def _named(name: str) -> dict[str, str]:
    """The name to save by, as headers carry it: plain letters, and the whole beside them (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()
    if plain == name:
        return {"filename": name}
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}


def _private(response: Response) -> Response:
    """Kept by no one but the person's own browser, which asks again each time."""
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.cache_control.public = False
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
