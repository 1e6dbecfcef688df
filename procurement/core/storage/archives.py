"""ZIP archives, office documents of today among them: weighed by their directory, never unpacked to the disk."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from procurement.core.errors import Invalid
from procurement.core.i18n import N_

MOST_ENTRIES = 10_000
HEAVIEST = 1024 * 1024 * 1024
"""Bytes that an archive may weigh once unpacked, with the archives in it."""
STEEPEST = 200
"""How many times its own weight an archive of some size may hold: text rarely shrinks more than that."""
LIGHT = 64 * 1024 * 1024
"""Bytes up to which nobody minds how much it shrank."""
DEEPEST = 3
"""Archives inside archives."""

BOMB = N_("This archive would fill a whole disk once opened: it isn't taken.")
BROKEN = N_("This archive is damaged: make it again, then send it.")

_PROGRAM = re.compile(
    r"\.(exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|reg|sh|apk|app|iso)$", re.IGNORECASE
)
_OOXML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}


@dataclass
class Looked:
    """What an archive's directory says."""

    office: str = ""
    """The extension of the office document that it is; empty for an archive."""
    macros: bool = False
    password: bool = False
    program: bool = False
    weight: int = 0
    own: int = field(default=1, repr=False)
    entries: int = field(default=0, repr=False)


def is_archive(path: Path) -> bool:
    """Whether the file begins as a ZIP archive does; one that only ends as one hides something else before it."""
    with path.open("rb") as file:
        return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}


def look_into(path: Path) -> Looked:
    """What the archive at `path` holds. Raises Invalid for one that is damaged or would swell beyond reason."""
    looked = Looked(own=max(path.stat().st_size, 1))
    with path.open("rb") as file:
        _look(file, looked, depth=1)
    return looked


def _look(file: IO[bytes], looked: Looked, depth: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            looked.entries += len(entries)
            looked.weight += sum(entry.file_size for entry in entries)
            swollen = looked.weight > LIGHT and looked.weight / looked.own > STEEPEST
            if swollen or looked.entries > MOST_ENTRIES or looked.weight > HEAVIEST:
                raise Invalid(BOMB)
            names = [entry.filename for entry in entries]
            looked.password |= any(entry.flag_bits & 1 for entry in entries)
            looked.program |= any(_PROGRAM.search(name) for name in names)
            looked.macros |= any(_is_macro(name) for name in names)
            if depth == 1:
                looked.office = _office(archive, names)
            for entry in entries:
                if entry.filename.lower().endswith(".zip") and not entry.flag_bits & 1:
                    _look_inside(archive, entry, looked, depth)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError) as error:
        raise Invalid(BROKEN) from error


def _look_inside(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, looked: Looked, depth: int) -> None:
    """An archive in the archive, read to a nameless file of its declared size and no further."""
    if depth >= DEEPEST:
        raise Invalid(BOMB)
    with archive.open(entry) as inner, TemporaryFile() as copy:
        _copy(inner, copy, entry.file_size)
        copy.seek(0)
        if zipfile.is_zipfile(copy):
            copy.seek(0)
            _look(copy, looked, depth + 1)


def _copy(source: IO[bytes], target: Any, most: int) -> None:
    left = most
    while left > 0 and (piece := source.read(min(left, 1 << 20))):
        target.write(piece)
        left -= len(piece)


def _is_macro(name: str) -> bool:
    low = name.lower()
    return low.endswith("vbaproject.bin") or low.startswith(("basic/", "scripts/"))


def _office(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "[Content_Types].xml" in names:
        return next((kind for start, kind in _OOXML.items() if any(n.startswith(start) for n in names)), "")
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            return _OPEN_DOCUMENT.get(file.read(200).strip(), "")
    return ""
