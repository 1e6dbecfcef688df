"""`flask demo`: the demo network, and the accounts to look at it with."""

import click
from flask import current_app
from flask.cli import AppGroup

from procurement.core.db import transaction
from procurement.demo.load import is_empty, is_loaded, load, open_accounts
from procurement.demo.people import ACCOUNTS, demo_password

group = AppGroup("demo", help="The demo network: structures, people and tenders that belong to nobody.")


def _password() -> str:
    return demo_password(current_app.config["SETTINGS"].secret_key)


@group.command("load")
@click.option("--yes", is_flag=True, help="Load it into a database that isn't the embedded one, too.")
def load_command(*, yes: bool) -> None:
    """Load the demo network into an empty database; anywhere else, change nothing."""
    with transaction():
        if is_loaded():
            click.echo("The demo network is already there: nothing changed.")
            return
        if not is_empty():
            click.echo("The database isn't empty: the demo network stays out of it, nothing changed.")
            return
        if not current_app.config["SETTINGS"].embedded and not yes:
            raise click.ClickException(
                "this isn't an embedded installation: the demo opens accounts that share a password. "
                "Add --yes if that is what you want."
            )
        loaded = load(_password())
    click.echo(
        f"Demo network loaded: {loaded.structures} structures, {loaded.accounts} accounts, {loaded.tenders} tenders."
    )


@group.command("accounts")
@click.option("--all", "every", is_flag=True, help="Every account, not only those to begin with.")
def accounts_command(*, every: bool) -> None:
    """Print the demo's accounts: address and who it is, then the password they share."""
    password = _password()
    accounts = open_accounts(password, every=every)
    if not accounts:
        click.echo("No demo account opens with this installation's demo password.")
        return
    width = max(len(account.email) for account in accounts)
    for account in accounts:
        click.echo(f"{account.email:<{width}}  {account.what}")
    click.echo(f"{'password of all':<{width}}  {password}")
    if not every:
        click.echo(f"{len(ACCOUNTS) - len(accounts)} more: flask demo accounts --all")
