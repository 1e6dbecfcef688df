"""The official sources: how the records of each are read, and which one a file comes from."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from procurement.notices.boamp import reader as boamp
from procurement.notices.boamp.dila import ROOT as DILA_ROOT
from procurement.notices.boamp.records import iter_records
from procurement.notices.parsed import ParsedNotice
from procurement.notices.reading.files import NamedRecord
from procurement.notices.reading.markup import record_of
from procurement.notices.ted import reader as ted

Read = Callable[[object], ParsedNotice]

BOAMP, TED = boamp.SOURCE, ted.SOURCE
READERS: Mapping[str, Read] = {BOAMP: boamp.read_record, TED: ted.read_notice}
"""How a record of each source is read: raises UnreadableNotice, and nothing else."""
_HEAD = 4096
_MARKS = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_DILA = re.compile(rb"<(?:[A-Za-z]\w{0,20}:)?" + DILA_ROOT.encode() + rb"[\s>]")


def source_of(path: Path) -> str:
    """Which source the file at `path` comes from, by its first signs: JSON and the DILA's XML are BOAMP's.

    XML is known by its first sign, whatever marks come before it, or by its name. A file that can't be opened is
    BOAMP's.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return BOAMP
    is_markup = path.suffix.lower() == ".xml" or head.lstrip(_MARKS).startswith(b"<")
    return TED if is_markup and not _DILA.search(head) else BOAMP


def records_of(file: BinaryIO) -> Iterator[object]:
    """The records of an open file: those of a JSON file, or the one notice that an XML file is.

    Raises UnreadableFile where it can't be read on.
    """
    name = Path(file.name)
    head = file.read(_HEAD)
    file.seek(0)
    if name.suffix.lower() == ".xml" or head.lstrip(_MARKS).startswith(b"<"):
        yield NamedRecord(record_of(file), name.name)
    else:
        yield from iter_records(file)
