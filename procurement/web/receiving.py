"""The files of a request, taken into the store before its transaction begins; the tokens by which a form names them.

A token stands for a file that this person has sent already: a form that is refused for another reason, or whose files
went ahead one by one, doesn't send them again.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import IO
from urllib.parse import unquote

from flask import current_app, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from procurement.core.errors import Invalid
from procurement.core.storage import Kept, Remark, is_kept, take_in

MOST = 20
"""Files a request."""

TOKEN_AGE = 24 * 3600
"""Seconds for which a token stands for its file: far less than an unused file is kept."""

BARE = "application/octet-stream"
"""What a request is that is a file and no form; its name stands in `NAME_HEADER`, as addresses write letters."""
NAME_HEADER = "X-File-Name"

FILE_ENDPOINTS: set[str] = set()
"""Endpoints that take files, by name; to any other a request is a form, and light."""

Received = tuple[str, Kept | Invalid]
"""What a file was called, and what became of it: kept, or refused with the reason."""


def take_files() -> None:
    """Take every file of this request into the store: looked at, each kept or refused. Writes nothing to the database.

    A request that is a file, and no form, goes into the store as it comes: nothing takes it apart or copies it before.
    """
    found: dict[str, list[Received]] = defaultdict(list)
    if request.mimetype == BARE:
        name = unquote(request.headers.get(NAME_HEADER, ""))
        found["file"].append((name, _taken(request.stream, name)))
    for field, sent in list(request.files.items(multi=True))[:MOST]:
        if sent.filename:
            found[field].append((sent.filename, _taken(sent.stream, sent.filename)))
    g.received = found


def _taken(source: IO[bytes], name: str) -> Kept | Invalid:
    try:
        return take_in(source, name)
    except Invalid as refusal:
        return refusal


def received(field: str) -> list[Received]:
    """What became of the files of `field` in this request; none where the page takes no files."""
    found: Mapping[str, list[Received]] = g.get("received", {})
    return list(found.get(field, ()))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept-file")


def token_of(kept: Kept, user_id: int | None) -> str:
    """What a form sends back in place of the file; worth something for this person only."""
    remarks = sorted(remark.value for remark in kept.remarks)
    return str(_signer().dumps([user_id, kept.digest.hex(), kept.size, kept.name, kept.media_type, remarks]))


def read_token(token: str, user_id: int | None) -> Kept | None:
    """The file that `token` stands for; None for one that is forged, too old, somebody else's, or whose file is gone."""
    try:
        owner, digest, size, name, media_type, remarks = _signer().loads(token, max_age=TOKEN_AGE)
    except (BadData, ValueError, TypeError):
        return None
    if owner != user_id or not is_kept(bytes.fromhex(digest)):
        return None
    return Kept(bytes.fromhex(digest), size, name, media_type, frozenset(map(Remark, remarks)))
