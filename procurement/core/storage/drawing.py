"""A program of its own: draws what comes in, small, and may be killed while it does.

`python drawing.py <media type> <page>`: the file is standard input; on standard output, how many pages there are (four
bytes) and a JPEG. Any other status than 0: it can't be drawn. Files are hostile: what draws them has little memory,
little time, and nothing of the product with it.
"""

import resource
import sys
from io import BytesIO
from typing import IO

import pypdfium2
from PIL import Image, ImageOps

WIDTH, HEIGHT = 1000, 1500
MOST_PIXELS = 30_000_000
"""A PNG or WebP beyond that isn't drawn: it would have to be unpacked whole. A JPEG is unpacked small."""
MEMORY = 1 << 30
"""Bytes that drawing may take in all."""


def page_of_pdf(file: IO[bytes], number: int) -> tuple[Image.Image, int]:
    """Page `number` (from 1), and how many there are. Raises PdfiumError, ValueError where there is no such page."""
    document = pypdfium2.PdfDocument(file)
    count = len(document)
    if not 1 <= number <= count:
        raise ValueError(number)
    page = document[number - 1]
    width, height = page.get_size()
    # A page a kilometre long is drawn small, not in full.
    scale = min(WIDTH / max(width, 1), 2 * WIDTH / max(height, 1))
    return page.render(scale=scale).to_pil(), count


def picture(file: IO[bytes]) -> Image.Image:
    """A picture, small and upright. Raises OSError, ValueError and what Pillow else raises for one that is none."""
    with Image.open(file) as opened:
        whole = opened.width * opened.height
        opened.draft("RGB", (WIDTH, HEIGHT))
        # A progressive JPEG is held whole, however small it is drawn.
        if (whole if opened.info.get("progressive") else opened.width * opened.height) > MOST_PIXELS:
            raise ValueError(whole)
        small = ImageOps.exif_transpose(opened)
        small.thumbnail((WIDTH, HEIGHT))
        return small


def main() -> None:
    """Draw what the command line asks for."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    media_type, page = sys.argv[1], int(sys.argv[2])
    if media_type == "application/pdf":
        drawn, count = page_of_pdf(sys.stdin.buffer, page)
    else:
        drawn, count = picture(sys.stdin.buffer), 1
    out = BytesIO()
    drawn.convert("RGB").save(out, "JPEG", quality=80)
    sys.stdout.buffer.write(count.to_bytes(4, "big") + out.getvalue())


if __name__ == "__main__":
    main()
