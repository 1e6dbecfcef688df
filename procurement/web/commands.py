"""Commands of the product: `flask …`."""

from flask import Flask


def register(app: Flask) -> None:
    """Register every group of commands."""
