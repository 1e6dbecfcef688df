"""Tables as files that spreadsheets open by themselves: CSV (UTF-8 with its mark, semicolons) and XLSX.

No cell calculates: what begins as a formula does is text.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

from flask import Response, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import IllegalCharacterError

MARK = "\ufeff"
CALCULATES = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to some spreadsheet."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def tamed(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(CALCULATES) else cell


def written(first: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A CSV file, piece by piece."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(MARK)
    writer.writerow(first)
    for number, cells in enumerate(rows, start=1):
        writer.writerow([tamed(cell) for cell in cells])
        if not number % 200:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def workbook(title: str, first: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX file of one sheet, its first line bold and always in sight. Every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    for number, cells in enumerate(chain([first], rows)):
        line = []
        for text in cells:
            cell = _cell(sheet, tamed(text))
            if number == 0:
                cell.font = bold
            line.append(cell)
        sheet.append(line)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: Any, text: str) -> Any:
    try:
        cell = WriteOnlyCell(sheet, text)
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, "".join(c for c in text if c >= " " or c in "\n\t"))
    cell.data_type = "s"
    return cell


def sent(body: Iterator[str] | bytes, name: str) -> Response:
    """A file to keep, by the name `name`, whose ending says what it is; pieces are written in the reader's language."""
    kind = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    whole = body if isinstance(body, bytes) else stream_with_context(body)
    response = Response(whole, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
