"""`flask notices …`: take official notices in."""

from collections.abc import Callable, Iterable, Iterator
from itertools import compress
from operator import not_
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from procurement.core.db import transaction
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, translate
from procurement.core.policy import SYSTEM
from procurement.notices.boamp.records import iter_records
from procurement.notices.operations import ImportReport, Line, import_notices
from procurement.notices.parsed import Remark
from procurement.notices.reading.files import NamedRecord, UnreadableFile
from procurement.notices.reading.text import cut
from procurement.notices.ted.reader import SOURCE as TED
from procurement.notices.ted.reader import read_notice, record_of

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
    """Read official notices into draft tenders.

    BOAMP's in JSON: a page of the API, an export, or one record a line. TED's in XML: eForms, one notice a file.
    A notice that can't be read is named with its reason and stops no other; reading a file again changes nothing.
    Status 1 when a file can't be read, or not to its end.
    """
    failed: list[tuple[Path, str]] = []
    markup = [_is_markup(path) for path in files]
    european, french = list(compress(files, markup)), list(compress(files, map(not_, markup)))
    with transaction():
        report = import_notices(SYSTEM, _records(french, iter_records, failed, language))
        report.add(
            import_notices(SYSTEM, _records(european, _one, failed, language), source=TED, read=read_notice)
        )
    for name, word in _HEADINGS:
        for line in getattr(report, name):
            click.echo(f"{translate(word, language)}\t{_told(line, language)}")
    click.echo(_summary(report, language))
    for path, why in failed:
        click.echo(f"{path}: {why}", err=True)
    if failed:
        raise SystemExit(1)


def _is_markup(path: Path) -> bool:
    """Whether a file is XML, by its first sign (whatever marks come before it) or by its name."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return path.suffix.lower() == ".xml" or head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _one(file: BinaryIO) -> Iterator[object]:
    """The one notice of an XML file."""
    yield NamedRecord(record_of(file), Path(file.name).name)


def _records(
    files: Iterable[Path],
    read: Callable[[BinaryIO], Iterator[object]],
    failed: list[tuple[Path, str]],
    language: str,
) -> Iterator[object]:
    """The records of all files, one at a time; a file that can't be read on is noted, and the next one comes."""
    for path in files:
        try:
            with path.open("rb") as file:
                yield from read(file)
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
