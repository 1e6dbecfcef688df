"""A mail taken apart: from whom, its text, the files joined to it. Pure, and never raises: a mail says what it likes."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from procurement.core.outside import NotFetched, Page
from procurement.core.text import one_line
from procurement.notices.forwarded.proof import is_proven
from procurement.notices.models import Aside
from procurement.notices.pasted.fetching import text_of
from procurement.notices.pasted.words import tidy

LARGEST = 30 * 1024 * 1024
"""Bytes of a mail that are read, files included; what mail servers mostly let through is less."""
MOST_FILES = 20
"""Files of one mail that are taken."""
MOST_PARTS = 100
"""Parts within parts; no program that people write with makes more, and reading such a mail would take for ever."""
_LONGEST_TEXT = 2 * 1024 * 1024
_LONGEST_HEADER = 2_000
_LONGEST_LINE = 300
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,500}>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file joined to a mail, as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `proven`: whether it comes from its sender, as our own server found."""

    key: bytes
    """By which the same mail is known again: SHA-256 of its Message-ID, or of its bytes where it has none."""
    sender: str
    """The one address it is from; empty where it names none, or several."""
    subject: str
    text: str
    """Its subject and its text, tidied; an HTML mail as text."""
    attachments: tuple[Attachment, ...] = ()
    too_many: tuple[str, ...] = ()
    """Names of the files over `MOST_FILES`."""
    proven: bool = False
    fault: Aside | None = None
    """Why nothing can be made of it, whoever sent it."""


def read_mail(content: bytes, *, whole: bool = True, server: str = "", trusted: bool = False) -> Mail:
    """Take a mail apart. `whole`: False where it was too large and these are its headers alone.

    `server`: the name under which our own mail server says what it found. `trusted`: the server that took the mail
    takes none from elsewhere (the embedded one, which listens on this machine only), so that all of it counts as proven.
    """
    digest = hashlib.sha256(content).digest()
    intricate = len(re.findall(rb"(?i)boundary\s*\*?\d*\*?=", content)) > MOST_PARTS
    parsed = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0] if intricate else content
    try:
        return _read(message_from_bytes(parsed, policy=policy.compat32), digest, whole=whole and not intricate,
                     intricate=intricate, server=server, trusted=trusted)  # fmt: skip
    except Exception:  # noqa: BLE001 - hostile input: whatever the parser trips over, the others go on
        return Mail(digest, "", "", "", fault=Aside.UNREADABLE)


def _read(
    message: Message, digest: bytes, *, whole: bool, intricate: bool, server: str, trusted: bool
) -> Mail:
    sender = _sender(message)
    proven = bool(sender) and (trusted or is_proven(message, sender, server))
    named = _MESSAGE_ID.search(_header(message, "Message-ID"))
    # What is proven has names of its own: a stranger's mail can't take that of another before it comes.
    key = hashlib.sha256(f"{proven}{named[0]}".encode()).digest() if named else digest
    subject = _line(_header(message, "Subject"))
    if not whole:
        fault = Aside.UNREADABLE if intricate else Aside.TOO_LARGE
        return Mail(key, sender, subject, "", proven=proven, fault=fault)
    automatic = _header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"}
    files = _files(message)
    return Mail(
        key=key,
        sender=sender,
        subject=subject,
        text=tidy(f"{subject}\n\n{_text(message)}"),
        attachments=tuple(files[:MOST_FILES]),
        too_many=tuple(one.name for one in files[MOST_FILES:]),
        proven=proven,
        fault=Aside.AUTOMATIC if automatic else None,
    )


def _header(message: Message, name: str) -> str:
    """A header in letters, without line breaks; empty where there is none, or several of what must be one."""
    values = message.get_all(name, [])
    return _decoded(str(values[0])) if len(values) == 1 else ""


def _decoded(value: str) -> str:
    value = value[:_LONGEST_HEADER]
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _line(text: str) -> str:
    return one_line(tidy(text))[:_LONGEST_LINE]


def _sender(message: Message) -> str:
    """The address of `From`: it must stand there once, alone, and be no encoded word (what servers check is the raw one)."""
    values = message.get_all("From", [])
    if len(values) != 1 or len(str(values[0])) > _LONGEST_HEADER:
        return ""
    named = [address for _, address in getaddresses([str(values[0])])]
    return _line(named[0]).lower() if len(named) == 1 and "@" in named[0] else ""


def _text(part: Message) -> str:
    """The text of a part and of those within it; of alternatives the plain one, unless it is empty."""
    if part.is_multipart():
        within = [one for one in _within(part) if not _is_file(one)]
        if part.get_content_subtype() == "alternative":
            within.sort(key=lambda one: one.get_content_type() != "text/plain")
            return next((text for text in map(_text, within) if any(map(str.isalnum, text))), "")
        return "\n".join(filter(None, map(_text, within)))
    content = _content(part)[:_LONGEST_TEXT]
    if part.get_content_type() == "text/plain":
        return _letters(content, part)
    if part.get_content_type() != "text/html":
        return ""
    try:
        return text_of(Page(_letters(content, part).encode(), "text/html", "utf-8", ""))
    except NotFetched:
        return ""


def _within(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _letters(content: bytes, part: Message) -> str:
    try:
        return content.decode(str(part.get_content_charset() or "utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _is_file(part: Message) -> bool:
    """Whether it is joined rather than shown; a mail joined to this one is read with it."""
    if part.is_multipart():
        return False
    shown = part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
    return not (shown and part.get_content_subtype() in {"plain", "html"} and not part.get_filename())


def _files(message: Message) -> list[Attachment]:
    """The files, in order; not the pictures of a signature, nor what signs the mail itself."""
    found = []
    for part in message.walk():
        decoration = part.get_content_maintype() == "image" and (
            part.get_content_disposition() != "attachment" or part.get("Content-ID") is not None
        )
        if part.is_multipart() or decoration or part.get_content_type() in _SIGNATURES or not _is_file(part):
            continue
        name = _line(_decoded(part.get_filename() or ""))
        name = name or f"document{mimetypes.guess_extension(part.get_content_type()) or ''}"
        found.append(Attachment(name, _content(part)))
    return found
