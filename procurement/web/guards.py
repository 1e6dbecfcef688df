"""Addresses that can't be anything: refused before they reach a page or the database."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter


class Number(IntegerConverter):
    """A row's number in an address: at most 18 figures, since a larger one is no row's."""

    regex = r"\d{1,18}"


def register(app: Flask) -> None:
    """Take ids that a row may have only, and no NUL character in an address, which the database can't hold."""
    app.url_map.converters["int"] = Number

    @app.before_request
    def _no_nul() -> None:
        if "\x00" in request.path or any(
            "\x00" in text for pair in request.args.items(multi=True) for text in pair
        ):
            abort(400)
