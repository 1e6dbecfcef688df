"""The mailboxes we read, of returns and of forwarded notices: over IMAP, or the folder of the embedded SMTP server.

Each message once, however it ends.

What was given out is only marked as read when the next one is asked for, that is once it has been counted: a kill in
between gives it again, and counting it twice changes nothing.
"""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags
from imap_tools.errors import ImapToolsError

from config import Settings
from procurement.notifications.letters import Office
from procurement.notifications.returns import MAX_BYTES

PATIENCE = 20.0
"""Seconds we wait for the server."""
AT_ONCE = 200
"""Messages read at one go; the others at the next."""
_LOOSE = re.IGNORECASE | re.MULTILINE
_HEAD = 2048
"""Bytes in which a message of the embedded server says to whom it came."""

_seen: set[tuple[str, Path]] = set()
"""For which address which files of the embedded mailbox were looked at: they stay, for whoever reads the mailbox."""


@dataclass(frozen=True, slots=True)
class Came:
    """A message; `whole` is False where it was too large, and these are its headers alone."""

    content: bytes
    whole: bool


class OutOfReach(Exception):  # noqa: N818 - it says where the mailbox is, not what we did wrong
    """The mailbox can't be read, or not to its end. The message says why, without its password."""


def unread(settings: Settings) -> Iterator[bytes]:
    """The messages that came back and weren't read yet; none where no mailbox is set. Raises OutOfReach."""
    if settings.imap_url:
        yield from (one.content for one in _over_imap(settings.imap_url, MAX_BYTES))
    elif settings.embedded and settings.mailbox_dir is not None:
        box = Office(settings.public_url, settings.mail_from, settings.bounce_address).box
        local, _, domain = box.rpartition("@")
        named = re.compile(rf"^x-envelope-to:.*[ ,]{re.escape(local)}\+[^ ,]*@{re.escape(domain)}", _LOOSE)
        yield from (one.content for one in _in_folder(settings.mailbox_dir, named, MAX_BYTES))


def forwarded(settings: Settings, largest: int) -> Iterator[Came]:
    """The mails that were forwarded to us and weren't read yet, of at most `largest` bytes. Raises OutOfReach."""
    if settings.notices_imap_url:
        yield from _over_imap(settings.notices_imap_url, largest)
    elif settings.embedded and settings.mailbox_dir is not None:
        named = re.compile(rf"^x-envelope-to:.*[ ,]{re.escape(settings.forward_to)}\s*(,|$)", _LOOSE)
        yield from _in_folder(settings.mailbox_dir, named, largest)


class _Raw(MailMessage):
    """A message as its bytes, not parsed: whatever is wrong with it, reading goes on with the next."""

    def __init__(self, fetch_data: list[Any]) -> None:
        self.raw, self._raw_uid_data, self._raw_flag_data = self._get_message_data_parts(fetch_data)


def _over_imap(url: str, largest: int) -> Iterator[Came]:
    try:
        with _connected(url) as box:
            for uid in box.uids(AND(seen=False))[:AT_ONCE]:
                yield from _fetched(box, uid, largest)
                box.flag(uid, MailMessageFlags.SEEN, True)  # noqa: FBT003 - the library's own signature
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise OutOfReach(f"{type(error).__name__}: {error}"[:500]) from error


@contextlib.contextmanager
def _connected(url: str) -> Iterator[BaseMailBox]:
    """The mailbox within the block. By `imaps` the server must prove who it is before it hears the password."""
    where = urlsplit(url)
    host = where.hostname or ""
    box: BaseMailBox
    if where.scheme == "imaps":
        box = MailBox(host, where.port or 993, timeout=PATIENCE, ssl_context=ssl.create_default_context())
    else:
        box = MailBoxUnencrypted(host, where.port or 143, timeout=PATIENCE)
    box.email_message_class = _Raw
    folder = unquote(where.path.strip("/")) or "INBOX"
    try:
        yield box.login(unquote(where.username or ""), unquote(where.password or ""), folder)
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            box.client.logout()
        with contextlib.suppress(OSError):
            box.client.shutdown()


def _fetched(box: BaseMailBox, uid: str, largest: int) -> Iterator[Came]:
    """A message; of one that is too large the headers alone, so that it is counted all the same."""
    for head in _fetch(box, uid, headers_only=True):
        if head.size_rfc822 > largest:
            yield Came(head.raw, whole=False)
            return
    for message in _fetch(box, uid, headers_only=False):
        yield Came(message.raw, whole=True)


def _fetch(box: BaseMailBox, uid: str, *, headers_only: bool) -> Iterator[_Raw]:
    found = box.fetch(AND(uid=uid), headers_only=headers_only, mark_seen=False)
    return cast("Iterator[_Raw]", found)


def _in_folder(folder: Path, named: re.Pattern[str], largest: int) -> Iterator[Came]:
    """The messages whose head says that they came to the address that `named` finds there."""
    for path in sorted(folder.glob("*.eml")):
        if (named.pattern, path) in _seen:
            continue
        with contextlib.suppress(OSError), path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
            if named.search(head):
                whole = path.stat().st_size <= largest
                yield Came(path.read_bytes() if whole else head.encode(), whole)
        _seen.add((named.pattern, path))
