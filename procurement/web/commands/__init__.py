"""Commands of the product: `flask …`. One file a group."""

from flask import Flask


def register(app: Flask) -> None:
    """Register every group of commands."""
    for group in ():
        app.cli.add_command(group)
