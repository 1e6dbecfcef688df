"""`flask notices …`: take official notices in."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from procurement.core.db import transaction
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, translate
from procurement.core.policy import SYSTEM
from procurement.notices.parsed import Remark
from procurement.notices.reading.files import UnreadableFile
from procurement.notices.reading.text import cut
from procurement.notices.report import ImportReport, Line
from procurement.notices.runs import import_files
from procurement.notices.sources import READERS, records_of, source_of
from procurement.notices.table import FIELDS, Table

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
def import_notices_of(files: tuple[Path, ...], language: str) -> None:
    """Read official notices into draft tenders.

    BOAMP's in JSON (a page of the API, an export, or one record a line) or in XML as the DILA publishes them; TED's
    in XML: eForms. A notice that can't be read is named with its reason and stops no other; reading a file again
    changes nothing. Status 1 when a file can't be read, or not to its end.
    """
    failed: list[tuple[Path, str]] = []
    report = ImportReport()
    with transaction():
        for source in READERS:
            of_source = [path for path in files if source_of(path) == source]
            if of_source:
                report.add(import_files(SYSTEM, source, _records(of_source, failed, language))[1])
    for name, word in _HEADINGS:
        for line in getattr(report, name):
            click.echo(f"{translate(word, language)}\t{_told(line, language)}")
    click.echo(_summary(report, language))
    _end(failed)


@group.command("table")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
def table(folders: tuple[Path, ...]) -> None:
    """Say how well the notices in files and folders read: nothing is stored.

    A table in Markdown: by source, form and shape how many read, and in how many of a hundred calls for tenders each
    field is filled; then each notice that can't be read, with its reason. Status 1 when a file can't be read.
    """
    failed: list[tuple[Path, str]] = []
    counted = Table()
    for path in _files_in(folders):
        form = "XML" if path.suffix.lower() == ".xml" else "JSON"
        counted.add(source_of(path), form, _records([path], failed, "en"))
    click.echo(" | ".join(["source", "form", "shape", "read", "calls", "quarantined", *FIELDS]))
    click.echo(" | ".join(["---"] * (6 + len(FIELDS))))
    rows = sorted(counted.rows.items())
    for key, row in rows:
        shares = ("–" if share is None else f"{share} %" for share in map(row.percent, FIELDS))
        click.echo(" | ".join([*key, str(row.read), str(row.calls), str(len(row.refused)), *shares]))
    for (source, _, _), row in rows:
        for name, reason in row.refused:
            click.echo(f"\n{source} {name}: {reason}", nl=False)
    click.echo()
    _end(failed)


def _files_in(places: Iterable[Path]) -> Iterator[Path]:
    """The files named, and the JSON and XML files in the folders named."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*") if path.suffix.lower() in {".json", ".xml"})
        else:
            yield place


def _end(failed: Iterable[tuple[Path, str]]) -> None:
    """Name the files that couldn't be read; status 1 for any."""
    told = [f"{path}: {why}" for path, why in failed]
    for line in told:
        click.echo(line, err=True)
    if told:
        raise SystemExit(1)


def _records(files: Iterable[Path], failed: list[tuple[Path, str]], language: str) -> Iterator[object]:
    """The records of all files, one at a time; a file that can't be read on is noted, and the next one comes."""
    for path in files:
        try:
            with path.open("rb") as file:
                yield from records_of(file)
        except UnreadableFile as error:
            failed.append((path, translate(error.message, language, **error.params)))
        except OSError as error:
            failed.append((path, error.strerror or str(error)))


def _told(line: Line, language: str) -> str:
    """A notice on one line: number, title, then why and what to know."""
    number = line.source_id or (
        line.place
        if isinstance(line.place, str)
        else translate(N_("record %(place)s"), language, place=line.place or "?")
    )
    said = [
        _words(remark, language) for remark in ([line.reason] if line.reason else []) + list(line.remarks)
    ]
    return "\t".join(filter(None, [number, cut(line.title, 100), " ".join(said)]))


def _words(remark: Remark, language: str) -> str:
    return translate(remark.message, language, **remark.params)


def _summary(report: ImportReport, language: str) -> str:
    counts = {name: len(getattr(report, name)) for name, _ in _HEADINGS}
    return translate(_TOTAL, language, read=report.read, same=report.same, **counts)
