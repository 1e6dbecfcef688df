"""Text as sources send it, made fit to be shown and stored.

Sources leave HTML entities and cp1252 bytes read as Latin-1 in their text. Each layer decodes entities at most
once: what still looks like an entity afterwards was meant that way. Nothing here yields HTML: pages escape it.
"""

import html
import re
import unicodedata
from urllib.parse import urlsplit

# With its semicolon only: "&copy=2" in an address is a parameter, not a sign.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Controls that have no place in text, and lone surrogates, which no encoding takes.
_BROKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SPACES = re.compile("[ \t\n\r\u2028\u2029]+")
_TRAILING = re.compile("[ \t]+\n")
_GAPS = re.compile("\n{3,}")
_GENERIC = re.compile(
    r"(?i)(avis )?(d['’ ]?attribution|de march[ée]|rectificatif|d['’ ]annulation|attribution|r[ée]sultat( de march[ée])?)"
)
ADDRESS_LIMIT = 2000


def _repair(match: re.Match[str]) -> str:
    sign = match.group()
    code = ord(sign)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", errors="ignore")
    if sign == "\r":
        return "\n"
    return "\ufffd" if code >= 0xD800 and sign != "\ufeff" else ""


def decoded(text: str) -> str:
    """`text` with its HTML entities decoded, once."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def clean(text: str, limit: int) -> str:
    """`text` decoded once, cp1252 signs repaired, NUL and other controls removed, at most about `limit` characters.

    The cut is rough; `cut` makes it fine. It comes before the work, so that a huge text costs no more than a large
    one.
    """
    if len(text) > limit * 8:
        text = text[: limit * 8]
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    text = decoded(text).replace("\r\n", "\n")
    if _BROKEN.search(text):
        text = _BROKEN.sub(_repair, text)
    return unicodedata.normalize("NFC", text)


def cut(text: str, limit: int) -> str:
    """`text` on at most `limit` characters, ended by "…" after a whole word where something was left out."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    word_end = head.rfind(" ")
    if word_end > limit // 2:
        head = head[:word_end]
    return head.rstrip(" \n,;:.-") + "…"


def one_line(text: str, limit: int) -> str:
    """`text` clean, on one line, on at most `limit` characters: a title, a name, a number."""
    if not text:
        return ""
    return cut(_SPACES.sub(" ", clean(text, limit)).strip(), limit)


def prose(text: str, limit: int) -> str:
    """`text` clean with its paragraphs, on at most `limit` characters."""
    if not text:
        return ""
    text = _GAPS.sub("\n\n", _TRAILING.sub("\n", clean(text, limit)))
    return cut(text.strip(), limit)


def web_address(text: str) -> str:
    """`text` as an address that may stand in a link: http or https, with a host; "" for anything else."""
    if not text:
        return ""
    address = clean(text, ADDRESS_LIMIT).strip()
    if address[:4].lower() == "www.":
        address = "https://" + address
    if len(address) > ADDRESS_LIMIT or _SPACES.search(address):
        return ""
    try:
        parts = urlsplit(address)
        usable = (
            parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and "@" not in parts.netloc
        )
    except ValueError:
        return ""
    return address if usable else ""


def is_generic_title(title: str) -> bool:
    """Whether `title` only names the kind of notice ("avis d'attribution"), which some buyers type as its object."""
    return _GENERIC.fullmatch(title.strip(" .")) is not None
