"""Requests that can't be anything: refused before they reach a page or the database."""

from functools import partial
from urllib.parse import SplitResult, urlsplit

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

from config import Settings
from procurement.web.receiving import BARE, FILE_ENDPOINTS

MAX_FORM = 1024 * 1024
"""Bytes of typed fields: a long description is far below. Files go to the pages that take files only."""


class Number(IntegerConverter):
    """A row's number in an address: at most 18 figures, since a larger one is no row's."""

    regex = r"\d{1,18}"


def register(app: Flask) -> None:
    """Take ids that a row may have only, no NUL character in an address, and no endless text."""
    app.url_map.converters["int"] = Number
    settings: Settings = app.config["SETTINGS"]
    if settings.secure:
        app.before_request_funcs.setdefault(None, []).insert(
            0, partial(_check_host, urlsplit(settings.public_url))
        )
    # First of all: other libraries read the form before any page does.
    app.before_request_funcs.setdefault(None, []).insert(0, _check)


def _check() -> None:
    """Raise BadRequest for a NUL character in the address, which the database can't hold; limit what is read."""
    if request.mimetype not in {"multipart/form-data", BARE} or request.endpoint not in FILE_ENDPOINTS:
        request.max_content_length = MAX_FORM
    if "\x00" in request.path or any(
        "\x00" in text for pair in request.args.items(multi=True) for text in pair
    ):
        abort(400)


def _check_host(public: SplitResult) -> None:
    """Raise BadRequest for any name but ours, which nothing we write must repeat; machines ask by whatever name."""
    if request.blueprint != "machines" and request.host.partition(":")[0].lower() != public.hostname:
        abort(400)
