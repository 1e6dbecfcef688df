"""Commands of the product: `flask …`. One file a group."""

from flask import Flask

from procurement.web.commands import notices, tenders


def register(app: Flask) -> None:
    """Register every group of commands."""
    for group in (notices.group, tenders.group):
        app.cli.add_command(group)
