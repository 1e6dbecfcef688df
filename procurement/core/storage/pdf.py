"""Whether a PDF opens, by pdfium. One at a time: pdfium knows no threads."""

from enum import Enum
from pathlib import Path
from threading import Lock

import pypdfium2

_one_at_a_time = Lock()


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
