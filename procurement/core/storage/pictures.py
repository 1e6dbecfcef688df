"""Pictures to look at before downloading: drawn anew by us, small, without what the original says beside its pixels."""

from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps

from procurement.core.storage import pdf

WIDTH, HEIGHT = 1000, 1500
MOST_PIXELS = 30_000_000
"""A PNG or WebP beyond that isn't drawn: it would have to be unpacked whole. A JPEG is unpacked small."""

SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
"""What can be looked at."""


def picture_of(file: BinaryIO, media_type: str, page: int = 1) -> tuple[bytes, int] | None:
    """A JPEG of page `page` (from 1) of a PDF or of a picture, and how many pages there are; None where none can be."""
    if media_type == "application/pdf":
        return pdf.picture_of_page(file, page)
    if media_type not in SHOWN or page != 1:
        return None
    try:
        with Image.open(file) as picture:
            picture.draft("RGB", (WIDTH, HEIGHT))
            if picture.width * picture.height > MOST_PIXELS:
                return None
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((WIDTH, HEIGHT))
            out = BytesIO()
            small.convert("RGB").save(out, "JPEG", quality=80)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return out.getvalue(), 1
