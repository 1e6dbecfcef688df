"""`flask seals …`: changing the key that seals."""

import click
from flask.cli import AppGroup

from procurement.core.db import transaction
from procurement.core.sealed import UnreadableSeal, reseal_all

group = AppGroup("seals", help="What the database holds sealed (SEAL_KEYS).")


@group.command("renew")
def renew() -> None:
    """Seal anew, under the first key of SEAL_KEYS, whatever an older one sealed; then the older can go.

    Status 1, with nothing changed, when none of the keys opens a value.
    """
    try:
        with transaction():
            count = reseal_all()
    except UnreadableSeal as broken:
        raise click.ClickException(f"{broken}: put the key that sealed it back among SEAL_KEYS") from broken
    click.echo(f"{count} sealed values are under the first key now.")
