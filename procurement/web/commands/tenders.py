"""`flask tenders …`: tenders for other programs."""

import json

import click
from flask.cli import AppGroup

from procurement.core.policy import SYSTEM
from procurement.tenders.queries.export import export_tenders

group = AppGroup("tenders", help="Tenders of the network.")


@group.command("export")
@click.option("--drafts", is_flag=True, help="Include drafts, which only the legal delegate sees.")
def export(*, drafts: bool) -> None:
    """Write the tenders as JSON lines, one object a line, on standard output."""
    for record in export_tenders(SYSTEM, drafts=drafts):
        click.echo(json.dumps(record, ensure_ascii=False))
