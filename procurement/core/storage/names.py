"""The name a file is shown and saved under: what was given, made harmless on every system. Never a path of ours."""

import re
import unicodedata

LONGEST = 120
"""Characters of a name, its extension included."""

_FORBIDDEN = re.compile(r'[<>:"|?*%\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)


def clean_name(given: str, extension: str, others: tuple[str, ...] = ()) -> str:
    """`given` as a plain file name that ends with `.extension`, whatever ending it came with.

    Folders, control and direction characters go; `others` are further endings that mean the same kind and stay.
    Without anything left it is "document".
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(_seen(character) for character in name)
    name = " ".join(_FORBIDDEN.sub("-", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, ending = name, ""
    kept = ending.lower() if ending.lower() in {extension, *others} else extension
    stem = stem[: LONGEST - len(kept) - 1].strip(". ")
    if not stem or _RESERVED.match(stem):
        stem = f"document {stem}".strip()
    return f"{stem}.{kept}"


def _seen(character: str) -> str:
    """`character` where it can be seen; a space for what breaks lines, nothing for what turns or hides text."""
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
