"""Pictures to look at before downloading: drawn anew by us, small, without what the original says beside its pixels."""

import subprocess
import sys
from io import UnsupportedOperation
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO

_PROGRAM = Path(__file__).with_name("drawing.py")
SECONDS = 5
"""What drawing may take: a page that takes longer is there to keep us busy."""
_few_at_a_time = BoundedSemaphore(2)

SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
"""What can be looked at."""


def picture_of(file: BinaryIO, media_type: str, page: int = 1) -> tuple[bytes, int] | None:
    """A JPEG of page `page` (from 1) of a PDF or of a picture, and how many pages there are; None where none can be.

    Drawn by a process of its own, which is killed after `SECONDS`; two at a time, and None where others keep it waiting
    for longer than that.
    """
    if media_type not in SHOWN or (page != 1 and media_type != "application/pdf"):
        return None
    if not _few_at_a_time.acquire(timeout=SECONDS):
        return None
    try:
        with TemporaryFile() as copy:
            drawn = subprocess.run(
                [sys.executable, "-I", str(_PROGRAM), media_type, str(page)],
                stdin=_as_file(file, copy),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return None
    finally:
        _few_at_a_time.release()
    if drawn.returncode or len(drawn.stdout) <= 4:
        return None
    return drawn.stdout[4:], int.from_bytes(drawn.stdout[:4], "big")


def _as_file(file: BinaryIO, copy: BinaryIO) -> BinaryIO:
    """`file` where the system knows it, else a copy of it that it knows."""
    try:
        file.fileno()
    except (UnsupportedOperation, AttributeError):
        copyfileobj(file, copy)
        copy.seek(0)
        return copy
    return file
