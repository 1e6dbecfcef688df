"""Text that people typed or pasted, made fit for formats that refuse what can't be seen."""

import re
import unicodedata

# Control characters, save the tab and the ends of lines, and the two code points that are no characters.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def seen(text: str) -> str:
    """`text` without what neither XML nor a calendar takes; line ends and all that can be read stay."""
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line: without what can't be seen, ends of lines and runs of spaces as one space.

    No-break spaces stay, since French punctuation stands on them.
    """
    return re.sub(r"[ \t\r\n\u0085\u2028\u2029]+", " ", seen(text)).strip(" ")


def plain(text: str) -> str:
    """`text` to be compared: lower case, no accents, one plain apostrophe and one space between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("\u2019", "'").split())
