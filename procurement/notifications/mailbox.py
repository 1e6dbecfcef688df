"""The mailbox of returns: over IMAP, or the folder of the embedded SMTP server. Each message once, however it ends.

What was given out is only marked as read when the next one is asked for, that is once it has been counted: a kill in
between gives it again, and counting it twice changes nothing.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from config import Settings
from procurement.notifications.letters import Office
from procurement.notifications.returns import MAX_BYTES

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds we wait for the server."""
AT_ONCE = 200
"""Messages read at one go; the others at the next."""
_HEAD = 2048
"""Bytes in which a message of the embedded server says to whom it came."""

_seen: set[Path] = set()
"""Files of the embedded mailbox that this process has looked at: they stay, for whoever reads the mailbox."""


def unread(settings: Settings) -> Iterator[bytes]:
    """The messages that came back and weren't read yet; none where no mailbox is set, or none can be reached."""
    if settings.imap_url:
        yield from _over_imap(settings.imap_url)
    elif settings.embedded and settings.mailbox_dir is not None:
        box = Office(settings.public_url, settings.mail_from, settings.bounce_address).box
        yield from _in_folder(settings.mailbox_dir, box)


def _over_imap(url: str) -> Iterator[bytes]:
    try:
        with _connect(url) as box:
            for uid in box.uids(AND(seen=False))[:AT_ONCE]:
                yield from _fetched(box, uid)
                box.flag(uid, MailMessageFlags.SEEN, True)  # noqa: FBT003 - the library's own signature
    except (ImapToolsError, OSError) as error:
        log.warning("mailbox of returns out of reach", host=urlsplit(url).hostname, error=str(error))


def _connect(url: str) -> BaseMailBox:
    where = urlsplit(url)
    secure = where.scheme == "imaps"
    kind = MailBox if secure else MailBoxUnencrypted
    box: BaseMailBox = kind(where.hostname or "", where.port or (993 if secure else 143), timeout=PATIENCE)
    folder = unquote(where.path.strip("/")) or "INBOX"
    return box.login(unquote(where.username or ""), unquote(where.password or ""), folder)


def _fetched(box: BaseMailBox, uid: str) -> Iterator[bytes]:
    """A message's bytes; of one larger than any report the headers alone, so that it is counted as unread."""
    for head in box.fetch(AND(uid=uid), headers_only=True, mark_seen=False):
        if head.size_rfc822 > MAX_BYTES:
            yield head.obj.as_bytes()
            return
    for message in box.fetch(AND(uid=uid), mark_seen=False):
        yield message.obj.as_bytes()


def _in_folder(folder: Path, box: str) -> Iterator[bytes]:
    local, _, domain = box.rpartition("@")
    for path in sorted(folder.glob("*.eml")):
        if path in _seen:
            continue
        with contextlib.suppress(OSError), path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", "replace").lower()
            if f"{local}+".lower() in head.partition("\n\n")[0] and f"@{domain}".lower() in head:
                yield head.encode() if path.stat().st_size > MAX_BYTES else path.read_bytes()
        _seen.add(path)
