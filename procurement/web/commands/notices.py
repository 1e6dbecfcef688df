"""`flask notices …`: take official notices in."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from procurement.core.db import transaction
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, translate
from procurement.core.policy import SYSTEM
from procurement.notices.boamp.records import UnreadableFile, iter_records
from procurement.notices.operations import ImportReport, Line, import_notices
from procurement.notices.parsed import Remark
from procurement.notices.reading.text import cut

group = AppGroup("notices", help="Official notices of public contracts.")

_HEADINGS = (
    ("new", N_("draft")),
    ("changed", N_("changed")),
    ("skipped", N_("left out")),
    ("unreadable", N_("unreadable")),
)
_TOTAL = N_(
    "%(read)s notices read: %(new)s new drafts, %(changed)s changed, %(same)s known as they are, "
    "%(skipped)s left out, %(unreadable)s unreadable."
)


@group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Language of the report."
)
def import_files(files: tuple[Path, ...], language: str) -> None:
    """Read BOAMP records (a page of the API, an export, or one record a line) into draft tenders.

    A record that can't be read is named with its reason and stops no other; reading a file again changes nothing.
    Status 1 when a file can't be read, or not to its end.
    """
    failed: list[tuple[Path, str]] = []
    with transaction():
        report = import_notices(SYSTEM, _records(files, failed, language))
    for name, word in _HEADINGS:
        for line in getattr(report, name):
            click.echo(f"{translate(word, language)}\t{_told(line, language)}")
    click.echo(_summary(report, language))
    for path, why in failed:
        click.echo(f"{path}: {why}", err=True)
    if failed:
        raise SystemExit(1)


def _records(files: tuple[Path, ...], failed: list[tuple[Path, str]], language: str) -> Iterator[object]:
    """The records of all files, one at a time; a file that can't be read on is noted, and the next one comes."""
    for path in files:
        try:
            with path.open("rb") as file:
                yield from iter_records(file)
        except UnreadableFile as error:
            failed.append((path, translate(error.message, language, **error.params)))
        except OSError as error:
            failed.append((path, error.strerror or str(error)))


def _told(line: Line, language: str) -> str:
    """A notice on one line: number, title, then why and what to know."""
    number = line.source_id or translate(N_("record %(place)s"), language, place=line.place or "?")
    said = [
        _words(remark, language) for remark in ([line.reason] if line.reason else []) + list(line.remarks)
    ]
    return "\t".join(filter(None, [number, cut(line.title, 100), " ".join(said)]))


def _words(remark: Remark, language: str) -> str:
    return translate(remark.message, language, **remark.params)


def _summary(report: ImportReport, language: str) -> str:
    counts = {name: len(getattr(report, name)) for name, _ in _HEADINGS}
    return translate(_TOTAL, language, read=report.read, same=report.same, **counts)
