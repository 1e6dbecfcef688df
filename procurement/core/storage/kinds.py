"""What a file is, found by what it holds; its name is believed in nothing that matters.

Formats are recognised by `puremagic`, then opened as what they claim to be: a picture by Pillow, a PDF by pdfium, an
archive by its directory. What isn't one of `MEDIA_TYPES` isn't taken.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import puremagic
from PIL import Image, UnidentifiedImageError

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.core.storage import archives, pdf

PIXELS = 120_000_000
"""The largest picture taken; a phone's has 12 to 50 million."""

Image.MAX_IMAGE_PIXELS = PIXELS


class Remark(StrEnum):
    """What whoever opens a file should know beforehand."""

    MACROS = "macros"
    PASSWORD = "password"  # noqa: S105 - the name of a remark
    PROGRAM = "program"


MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "zip": "application/zip",
    "csv": "text/csv",
    "txt": "text/plain",
}
"""What is taken, by extension."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "jpg": ("jpeg",),
    "docx": ("docm",),
    "xlsx": ("xlsm",),
    "pptx": ("pptm",),
}
"""Other endings a file of that kind may keep."""

_PICTURES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_OLD_OFFICE = {"doc": "WordDocument", "xls": "Workbook", "ppt": "PowerPoint Document"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)*\s*(<|#!|%!|MZ)")

NOT_TAKEN = N_(
    "This kind of file isn't taken. Send a PDF, a picture (JPEG, PNG), an office document, a text or a ZIP archive."
)
DAMAGED = N_("This file is damaged, or isn't what its name says: open it on your side, then send it again.")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind by its extension, and what there is to say of the file."""

    extension: str
    remarks: frozenset[Remark] = frozenset()


def recognise(path: Path, name: str) -> Recognised:
    """What the file at `path` is. `name` only tells apart texts, which have no mark of their own.

    Raises Invalid, in plain words: a kind that isn't taken, a file that is damaged, or one made to harm.
    """
    guessed = _guess(path)
    if "pdf" in guessed:
        return _pdf(path)
    if guessed & {"jpg", "jpeg", "png", "webp"}:
        return _picture(path)
    if archives.is_archive(path):
        return _archive(path)
    if _head(path).startswith(_OLE):
        return _old_office(path)
    return _text(path, name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8192)


def _guess(path: Path) -> set[str]:
    """Extensions that the first and last bytes allow, without the dot; none for a text."""
    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return set()
    # What stands at the very beginning counts: a mark further in is in the reach of whoever hides one file in another.
    return {one.extension.lstrip(".") for one in found if one.offset == 0}


def _pdf(path: Path) -> Recognised:
    opened = pdf.opens(path)
    if opened is pdf.Opens.DAMAGED:
        raise Invalid(DAMAGED)
    return Recognised("pdf", frozenset({Remark.PASSWORD} if opened is pdf.Opens.WITH_PASSWORD else ()))


def _picture(path: Path) -> Recognised:
    try:
        with Image.open(path, formats=tuple(_PICTURES)) as picture:
            width, height, kind = *picture.size, picture.format
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid(DAMAGED) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    if width * height > PIXELS:
        raise _too_many_pixels()
    return Recognised(_PICTURES[kind or ""])


def _too_many_pixels() -> Invalid:
    return Invalid(N_("This picture is too large to be opened safely: take it again in a smaller size."))


def _archive(path: Path) -> Recognised:
    looked = archives.look_into(path)
    remarks = {
        Remark.MACROS: looked.macros,
        Remark.PASSWORD: looked.password,
        Remark.PROGRAM: looked.program,
    }
    extension = looked.office or "zip"
    return Recognised(extension, frozenset(remark for remark, holds in remarks.items() if holds))


def _old_office(path: Path) -> Recognised:
    """Word, Excel and PowerPoint before 2007. Installers have the same first bytes, and aren't taken."""
    streams = {
        name: name.encode("utf-16-le") for name in (*_OLD_OFFICE.values(), "_VBA_PROJECT", "EncryptedPackage")
    }
    found = set(_found(path, streams))
    if "EncryptedPackage" in found:
        raise Invalid(
            N_(
                "This document opens with a password only: nobody else can read it. Save it without, and send it again."
            )
        )
    for extension, stream in _OLD_OFFICE.items():
        if stream in found:
            macros = "_VBA_PROJECT" in found
            return Recognised(extension, frozenset({Remark.MACROS} if macros else ()))
    raise Invalid(NOT_TAKEN)


def _found(path: Path, wanted: Mapping[str, bytes]) -> Iterator[str]:
    """The names whose bytes stand somewhere in the file, read a piece at a time."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            window = rest + piece
            yield from (name for name, mark in wanted.items() if mark in window)
            rest = window[-64:]


def _text(path: Path, name: str) -> Recognised:
    """A text, by being one throughout; what a browser or a machine could run isn't."""
    if _MARKUP.match(_head(path)):
        raise Invalid(NOT_TAKEN)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if any(byte in piece for byte in (b"\x00", b"\x01", b"\x02", b"\x03", b"\x7f")):
                raise Invalid(NOT_TAKEN)
    ending = name.lower().rpartition(".")[2]
    if ending not in {"csv", "txt"}:
        raise Invalid(NOT_TAKEN)
    return Recognised(ending)
