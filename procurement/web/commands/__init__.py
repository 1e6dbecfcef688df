"""Commands of the product: `flask …`. One file a group."""

from flask import Flask

from procurement.web.commands import accounts, backups, check, demo, notices, seals, tenders


def register(app: Flask) -> None:
    """Register every command."""
    for group in (accounts.group, demo.group, notices.group, seals.group, tenders.group):
        app.cli.add_command(group)
    for command in (backups.backup, backups.restore, check.check):
        app.cli.add_command(command)
