"""`flask accounts …`: the first administrator, and a way back in for one who lost theirs."""

import click
from flask import current_app
from flask.cli import AppGroup

from procurement.accounts import operations, queries, tokens
from procurement.core.clock import PARIS
from procurement.core.db import transaction
from procurement.core.errors import Refusal
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, format_instant, translate
from procurement.core.policy import SYSTEM, Role

group = AppGroup("accounts", help="Accounts of people.")

CHOOSE_PAGE = "/compte/mot-de-passe"


@group.command("create-admin")
@click.argument("email")
@click.option("--name", default=None, help="First name and name.")
@click.option("--language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Of the account.")
def create_admin(email: str, name: str | None, language: str) -> None:
    """Open an administrator's account, and print a link that signs in once, to choose a password.

    An account that stands already is opened again if it was closed, gets the role if it lacks it, and a link.
    Status 1 for an address no mail could reach.
    """
    try:
        with transaction():
            user = queries.find_by_email(email)
            if user is None:
                chosen = name or translate(N_("Network administrator"), language)
                user = operations.create_user(SYSTEM, email=email, name=chosen, locale=language)
            elif not user.active:
                operations.reopen_account(SYSTEM, user)
            if Role.NETWORK_ADMIN not in user.held_roles:
                operations.grant_role(SYSTEM, user, Role.NETWORK_ADMIN)
            link = operations.make_sign_in_link(SYSTEM, user, CHOOSE_PAGE)
    except Refusal as refusal:
        raise click.ClickException(translate(refusal.message, language, **refusal.params)) from refusal
    click.echo(translate(N_("Administrator of the network: %(email)s"), language, email=user.email))
    until = format_instant(link.expires_at, language, PARIS)
    click.echo(
        translate(N_("To sign in and choose a password, once, until %(until)s:"), language, until=until)
    )
    public = current_app.config["SETTINGS"].public_url
    click.echo(public + tokens.path(tokens.LinkKind.SIGN_IN, link.id, link.created_at))
