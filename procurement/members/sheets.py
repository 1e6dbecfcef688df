"""A table of structures as a file says it, line by line: read without trusting it, checked without any database."""

import csv
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.core.phones import check_phone
from procurement.core.text import folded
from procurement.members.models import MemberKind, ServiceLine
from procurement.members.rules import (
    DEPARTMENTS,
    check_areas,
    check_cpv,
    check_department,
    check_services,
    check_siret,
    check_territory,
    check_website,
)

COLUMNS = (
    "name",
    "kind",
    "siret",
    "town",
    "department",
    "territory",
    "skills",
    "phone",
    "services",
    "cpv",
    "areas",
    "capacity_hours",
    "capacity_note",
    "website",
)
"""What a table of structures may say, in the order in which it is written."""
NEEDED = ("name", "kind", "siret", "town", "department")
"""What a structure that comes in must say; one that is there already is found by its SIRET."""
MOST_LINES = 10_000
MOST_PART = 8_000_000
"""Bytes of one part of a workbook, unpacked: `MOST_LINES` of structures take less, and reading more takes too long."""
MOST_CELL = 4_000
"""Characters of a cell."""
_LENGTHS = {"name": 160, "town": 120, "skills": 2000, "capacity_note": 300}
_MARKS = ";,\t|"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line: its number in the file, the column, and the refusal."""

    line: int
    column: str
    refusal: Invalid


@dataclass(slots=True)
class Line:
    """A line of the table: its number in the file, and what it says, checked; `faults` say what couldn't be."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_cells(file: BinaryIO, *, spreadsheet: bool) -> Iterator[list[str]]:
    """The lines of a CSV file (UTF-8 or Windows-1252, whatever its separator) or of a workbook's first sheet.

    At most `MOST_LINES` and the one that names the columns. Raises Invalid, in words, when there are more, or when it
    can't be read.
    """
    lines = _workbook(file) if spreadsheet else _csv(file)
    for number, cells in enumerate(lines):
        if number > MOST_LINES:
            raise Invalid(
                N_("More than %(most)s lines: split the file in two."), field="file", most=MOST_LINES
            )
        yield [cell.strip()[:MOST_CELL] for cell in islice(cells, 60)]


def _csv(file: BinaryIO) -> Iterator[list[str]]:
    raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(_MARKS, key=first.count)
    try:
        yield from csv.reader(StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    except csv.Error:
        raise Invalid(N_("This table can’t be read: save it again as CSV or XLSX."), field="file") from None


def _workbook(file: BinaryIO) -> Iterator[list[str]]:
    if _heaviest_part(file) > MOST_PART:
        raise Invalid(N_("This table holds too much: split the file in two."), field="file")
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            for row in book.worksheets[0].iter_rows(values_only=True):
                yield [_said(value) for value in row]
        finally:
            book.close()
    except Invalid:
        raise
    except Exception:  # noqa: BLE001 - whatever a damaged workbook makes its reader raise
        raise Invalid(N_("This table can’t be read: save it again as CSV or XLSX."), field="file") from None


def _heaviest_part(file: BinaryIO) -> int:
    """Bytes of the largest file in a workbook, unpacked; 0 for what is none, which its reader tells."""
    try:
        with ZipFile(file) as packed:
            return max((part.file_size for part in packed.infolist()), default=0)
    except BadZipFile:
        return 0


def _said(value: object) -> str:
    """A cell's value as typed: whole numbers without a decimal mark."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def columns_of(first: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Which column each cell of the first line names: `names` gives it by its words, `folded`. "" for another one.

    Raises Invalid when there is no SIRET among them, or one twice.
    """
    found = [names.get(folded(cell), "") for cell in first]
    known = [column for column in found if column]
    if "siret" not in known:
        raise Invalid(
            N_("The first line must name the columns, SIRET among them: take the model to begin with."),
            field="file",
        )
    if len(known) != len(set(known)):
        raise Invalid(N_("Two columns have the same name: keep one."), field="file")
    return found


def read_lines(
    cells: Iterable[Sequence[str]],
    columns: Sequence[str],
    kinds: Mapping[str, MemberKind],
    services: Mapping[str, ServiceLine],
) -> Iterator[Line]:
    """Each line that says something, checked by itself; `kinds` and `services` by their words, `folded`.

    The first line after the columns' names is number 2, as a spreadsheet shows it.
    """
    for number, row in enumerate(cells, start=2):
        said = {column: cell for column, cell in zip(columns, row, strict=False) if column and cell}
        if not any(row):
            continue
        line = Line(number)
        for column in COLUMNS:
            if column in said:
                _take(line, column, said[column], kinds, services)
        if "siret" not in said:
            line.faults.append(Fault(number, "siret", Invalid(N_("Give its SIRET."))))
        yield line


def _take(
    line: Line,
    column: str,
    text: str,
    kinds: Mapping[str, MemberKind],
    services: Mapping[str, ServiceLine],
) -> None:
    checks: Mapping[str, Callable[[str], Any]] = {
        "kind": lambda said: _known(said, kinds),
        "siret": lambda said: check_siret(said.lstrip("'")),
        "department": lambda said: check_department(_department(said)),
        "territory": lambda said: check_territory(_department(one) for one in _split(said)),
        "phone": lambda said: check_phone(said.lstrip("'")),
        "services": lambda said: check_services(
            _known(one, services).value for one in _split(said, services)
        ),
        "cpv": lambda said: check_cpv(_split(said)),
        "areas": lambda said: check_areas(_split(said)),
        "capacity_hours": _hours,
        "website": check_website,
    }
    try:
        line.values[column] = checks[column](text) if column in checks else _short(text, column)
    except Invalid as refusal:
        line.faults.append(Fault(line.number, column, refusal))


def _split(text: str, whole: Container[str] = ()) -> list[str]:
    """The values of a cell that holds several; a comma parts them too, unless it stands in one of `whole` (folded)."""
    for mark in ("\n", ";"):
        text = text.replace(mark, "|")
    parts: list[str] = []
    for part in text.split("|"):
        parts += [part] if folded(part) in whole else part.split(",")
    return [part.strip() for part in parts if part.strip()]


def _known(text: str, values: Mapping[str, Any]) -> Any:
    if folded(text) not in values:
        raise Invalid(N_("“%(text)s” isn’t known here: take a word of the model."), text=text[:60])
    return values[folded(text)]


def _department(text: str) -> str:
    digits = text.strip().lstrip("'")[:2]
    return digits if digits in DEPARTMENTS else text


def _hours(text: str) -> int:
    digits = "".join(text.split()).replace("\u202f", "").replace("\u00a0", "")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:9]) <= 100_000 and len(digits) < 9):
        raise Invalid(N_("Give whole hours a week, %(limit)s at most, or nothing."), limit=100_000)
    return int(digits)


def _short(text: str, column: str) -> str:
    if len(text) > _LENGTHS[column]:
        raise Invalid(N_("This is too long: %(limit)s characters at most."), limit=_LENGTHS[column])
    return text
