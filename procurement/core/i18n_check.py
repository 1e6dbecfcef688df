"""Whether everything people read has its French: `python -m procurement.core.i18n_check`.

Prints each fault on a line and ends with status 1 if there is one: a message without translation, an empty or fuzzy
one, one that nothing uses any more, placeholders that differ, two areas that translate one message differently, and
French typography that a page would show broken.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]

KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]
OPTIONS = {pattern: {"extensions": "jinja2.ext.do", "silent": "false"} for pattern, method in METHODS[1:]}

_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?([a-z])")
_BROKEN_SPACE = re.compile(r" [:;?!»]|« |[^\W\d_][;?!](?!\w)|\.\.\.")
_ENTITY = re.compile(r"&#?\w+;")

Key = tuple[str, ...]
"""A message as it is known: its singular, and its plural where it has one."""


@dataclass
class Found:
    """What the code says and what the catalogues say."""

    used: dict[Key, str] = field(default_factory=dict)
    """Each message used, and the first place that uses it."""
    translated: dict[Key, list[tuple[Path, Message]]] = field(default_factory=dict)


def _key(message: object) -> Key:
    return (str(message),) if isinstance(message, str) else tuple(str(part) for part in message)  # type: ignore[attr-defined]


def read_code(folders: list[Path]) -> dict[Key, str]:
    """Each message that Python files and templates under `folders` use, and where. Raises for a broken template."""
    used: dict[Key, str] = {}
    for folder in folders:
        for name, line, message, _comments, _context in extract_from_dir(
            folder, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
        ):
            used.setdefault(_key(message), f"{folder.name}/{name}:{line}")
    return used


def read_catalogues(folder: Path, locale: str) -> dict[Key, list[tuple[Path, Message]]]:
    """Each message of the .po files in `folder`, with the files that translate it."""
    translated: dict[Key, list[tuple[Path, Message]]] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id:
                    translated.setdefault(_key(message.id), []).append((path, message))
    return translated


def faults(found: Found) -> Iterator[str]:
    """Each fault, as a line of text: where, what."""
    for key, place in sorted(found.used.items(), key=lambda pair: pair[1]):
        if key not in found.translated:
            yield f"{place}: no French for {key[0]!r}"
    for key, entries in found.translated.items():
        path, message = entries[0]
        if key not in found.used:
            yield f"{path.name}: nothing uses {key[0]!r}"
        if len({str(message.string) for _, message in entries}) > 1:
            names = ", ".join(path.name for path, _ in entries)
            yield f"{names}: {key[0]!r} is translated in different ways"
        for path, message in entries:
            for fault in _faults_of(key, message):
                yield f"{path.name}: {fault} {key[0]!r}"


def _faults_of(key: Key, message: Message) -> Iterator[str]:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "a fuzzy translation of"
    if not strings or not all(string.strip() for string in strings):
        yield "an empty translation of"
        return
    wanted = [set(_PLACEHOLDER.findall(part)) for part in key]
    for string in strings:
        have = set(_PLACEHOLDER.findall(string))
        whole = (
            have == wanted[0]
            if len(key) == 1
            else wanted[0] & wanted[-1] <= have | {("num", "d"), ("num", "s")}
        )
        if not whole or not have <= set.union(*wanted):
            yield "other placeholders than in"
        if _BROKEN_SPACE.search(_ENTITY.sub("", _PLACEHOLDER.sub("x", string))):
            yield "an ordinary space, or none, where French has a no-break one (or ... for …), in"


def check(root: Path = ROOT) -> list[str]:
    """The faults of the project at `root`; none means that everything has its French."""
    found = Found(
        used=read_code([root / "procurement", root / "templates"]),
        translated=read_catalogues(root / "procurement" / "translations" / "fr" / "LC_MESSAGES", "fr"),
    )
    return list(faults(found))


if __name__ == "__main__":
    lines = check()
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"{len(lines)} faults of translation\n" if lines else "")
    sys.exit(1 if lines else 0)
