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


def folded(text: str) -> str:
    """`text` without case, accents or punctuation: what two spellings of one name share."""
    bare = text.casefold()
    if not bare.isascii():
        apart = unicodedata.normalize("NFKD", bare.replace("œ", "oe").replace("æ", "ae"))
        bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def number_in(text: str | None, otherwise: int = 0) -> int:
    """The whole number that a form or an address carries as figures; `otherwise` for anything else.

    At most 18 figures, which every id fits in and the database takes.
    """
    plain = text is not None and text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if text and plain else otherwise
