"""`flask check`: is this installation fit for use, and what could be better."""

import click
from flask import current_app
from flask.cli import with_appcontext

from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, translate
from procurement.web.startup.findings import weaknesses
from procurement.web.startup.serving import said
from procurement.web.startup.surroundings import everything


@click.command("check")
@click.option("--language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Of what is said.")
@with_appcontext
def check(language: str) -> None:
    """Look at the settings, and try what they name: folders, store, database, Valkey, mail server.

    Sends no mail. Status 1 where something must be mended before people are let in.
    """
    settings = current_app.config["SETTINGS"]
    found = [*weaknesses(settings), *everything(settings)]
    grave, advice = [one for one in found if one.grave], [one for one in found if not one.grave]
    for head, lines in (
        (N_("To be mended before people are let in:"), said(grave, language)),
        (N_("Works, and could be better:"), said(advice, language)),
    ):
        if lines:
            click.echo("\n".join([translate(head, language), *lines]))
    if grave:
        raise SystemExit(1)
    click.echo(translate(N_("This installation is fit for use."), language))
