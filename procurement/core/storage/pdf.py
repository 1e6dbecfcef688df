"""PDF by pdfium: whether one opens, and its pages as pictures. One at a time: pdfium knows no threads."""

from enum import Enum
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import pypdfium2

_one_at_a_time = Lock()

WIDTH = 1000
"""Pixels of a page's picture."""


class Opens(Enum):
    """How a PDF opens."""

    FREELY = "freely"
    WITH_PASSWORD = "with_password"  # noqa: S105 - a word, no secret
    DAMAGED = "damaged"


def opens(path: Path) -> Opens:
    """How the PDF at `path` opens; one without a page is damaged."""
    with _one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            return Opens.WITH_PASSWORD if "password" in str(error).lower() else Opens.DAMAGED
        try:
            return Opens.FREELY if len(document) else Opens.DAMAGED
        finally:
            document.close()


def picture_of_page(file: BinaryIO, number: int) -> tuple[bytes, int] | None:
    """Page `number` (from 1) as a JPEG, and how many pages there are; None where there is no such page to be drawn."""
    with _one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError:
            return None
        try:
            count = len(document)
            if not 1 <= number <= count:
                return None
            page = document[number - 1]
            width, height = page.get_size()
            # A page a kilometre long is drawn small, not in full.
            scale = min(WIDTH / max(width, 1), 2 * WIDTH / max(height, 1))
            out = BytesIO()
            page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=80)
            return out.getvalue(), count
        finally:
            document.close()
