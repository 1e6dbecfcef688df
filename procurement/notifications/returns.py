"""What comes back when a mail can't be delivered: each mail leaves from an address of its own, and that address returns.

The return path (RFC 5321) names the mail and is signed, so that whose mail came back is read from where the report
was sent, never from what it says: reports quote what they like, and one forged for somebody else proves nothing.
Pure: the rows are `operations.returning`'s affair.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from enum import StrEnum
from hashlib import sha256

from flufl.bounce import all_failures

from procurement.accounts import tokens
from procurement.core.text import one_line

ABOUT_SENDER, ABOUT_TEXT = "MAIL: ", "DATA: "
"""Before what our mail server refused of us: our own address, or the mail once it had taken the recipient."""
MAX_BYTES = 1024 * 1024
"""A report quotes a mail of ours at most; what is larger is none."""
SAID = 500
"""Characters kept of what a server said."""
MEMORY = timedelta(days=30)
"""How long a report counts against an address."""
_ADDRESSED = ("X-Envelope-To", "Delivered-To", "X-Original-To", "Envelope-To", "To")
"""Headers in which a mailbox says to which address a message came, the surest first."""
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_FAULT_OF_IT = ("7.", "6.", "3.4", "2.3", "1.7", "1.8")
"""Status details (RFC 3463) that blame what was sent or whence, not the address: policy, content, size, sender."""
_ABOUT_THE_ADDRESS = ("1.", "2.")
"""Status details that are about the address or its mailbox."""
_POLICY = re.compile(
    r"relay|authent|spam|polic|block|black|denied|sender|not permitted|refus|rejet", re.IGNORECASE
)
"""Words of servers that give no detail and refuse us rather than the address."""
_FULL = "2.2"
"""A mailbox that is full is one that exists."""
_NO_SUCH = frozenset({550, 551, 553, 556})
"""Codes without a detail that say there is no such mailbox."""


class Verdict(StrEnum):
    """What a report is worth."""

    HARD = "hard"
    """The address doesn't exist, or takes no mail any more."""
    SOFT = "soft"
    """It didn't arrive this time: full, too long away."""
    BLAMELESS = "blameless"
    """It didn't arrive, and the address isn't to blame: policy, content, size, the way there."""
    DELAYED = "delayed"
    """It is still being tried by a server on the way: nothing to count yet."""
    FORGED = "forged"
    """It names a mail of ours under a wrong signature."""
    UNREAD = "unread"
    """It isn't addressed to a mail of ours, or says nothing that can be understood."""


FINAL = (Verdict.HARD, Verdict.SOFT, Verdict.BLAMELESS)
"""Verdicts after which a mail is lost: nobody tries any more."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a message that came back says. `mark` is the signature it bears, still to be checked."""

    verdict: Verdict
    delivery_id: int | None
    mark: str
    status: str
    """As servers write it: "5.1.1"; empty when it says none."""
    said: str
    digest: str
    """Of its bytes: the same report read twice is one."""


def mark(delivery_id: int, created_at: datetime, sent_to: str) -> str:
    """The signature of a mail's return path; a restored database that gives the id again signs another.

    It binds the address as well: of a mail that was sent again to another, the first one's report proves nothing.
    """
    return tokens.mark("return", delivery_id, tokens.microseconds(created_at), sent_to)


def return_path(box: str, delivery_id: int, created_at: datetime, sent_to: str) -> str:
    """The address from which a mail leaves, and to which reports about it come: `box` with the mail named in it."""
    local, _, domain = box.rpartition("@")
    return f"{local}+{delivery_id}-{mark(delivery_id, created_at, sent_to)}@{domain}"


def read(content: bytes, box: str) -> Report:
    """What a message to `box` says. Never raises: what can't be understood is `UNREAD`, with why in `said`."""
    digest = sha256(content).hexdigest()
    if len(content) > MAX_BYTES:
        return Report(Verdict.UNREAD, None, "", "", "larger than any report", digest)
    try:
        message = message_from_bytes(content, policy=policy.compat32)
        delivery_id, signed = _addressee(message, box)
        if delivery_id is None:
            return Report(Verdict.UNREAD, None, "", "", "addressed to no mail of ours", digest)
        verdict, status, said = _judge(message)
    except Exception as error:  # noqa: BLE001 - hostile input: whatever the parser trips over, the others go on
        return Report(Verdict.UNREAD, None, "", "", f"{type(error).__name__} while reading", digest)
    return Report(verdict, delivery_id, signed, status, one_line(said)[:SAID], digest)


def _addressee(message: Message, box: str) -> tuple[int | None, str]:
    """The mail that the message's own address names, and the signature there."""
    local, _, domain = box.rpartition("@")
    named = re.compile(
        rf"{re.escape(local)}\+(\d{{1,18}})-([0-9a-f]{{16}})@{re.escape(domain)}", re.IGNORECASE
    )
    for header in _ADDRESSED:
        for value in message.get_all(header, []):
            found = named.search(str(value))
            if found:
                return int(found[1]), found[2].lower()
    return None, ""


def _judge(message: Message) -> tuple[Verdict, str, str]:
    """What the report says of the mail: by its machine-readable part (RFC 3464), else by the habits of servers."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if not isinstance(block, Message):
                    continue
                words = str(block.get("Action", "")).lower().split()
                if words:
                    said = str(block.get("Diagnostic-Code", ""))
                    return _of_action(words[0], str(block.get("Status", "")), said)
    temporary, permanent = all_failures(_as_email(message))
    if permanent:
        return Verdict.HARD, "", "recognised by its wording"
    if temporary:
        return Verdict.SOFT, "", "recognised by its wording"
    return Verdict.UNREAD, "", "says nothing of a delivery"


def _as_email(message: Message) -> Message:
    """As flufl.bounce takes it: a plain message parsed under the old policy."""
    return message if not isinstance(message, EmailMessage) else message_from_bytes(message.as_bytes())


def _of_action(action: str, given: str, said: str) -> tuple[Verdict, str, str]:
    found = _STATUS.search(given) or _STATUS.search(said)
    status = found[0] if found else ""
    if action == "delayed":
        return Verdict.DELAYED, status, said
    if action != "failed":
        return Verdict.UNREAD, status, f"action {action}"
    return of_status(status) if status else Verdict.SOFT, status, said


def of_status(status: str) -> Verdict:
    """What an enhanced status code (RFC 3463) says of the address."""
    kind, _, detail = status.partition(".")
    if detail.startswith(_NO_FAULT_OF_IT):
        return Verdict.BLAMELESS
    return Verdict.HARD if kind == "5" and detail != _FULL else Verdict.SOFT


def of_reply(said: str) -> tuple[Verdict, str]:
    """What our own mail server's last words ("550 5.1.1 no such user") say of the address, and the status in them.

    That server speaks of many things beside the address: that it doesn't know us, that we are too many, that it is
    down. What isn't clearly about the address isn't counted against it.
    """
    if said.startswith(ABOUT_SENDER):
        return Verdict.BLAMELESS, ""
    later = said.startswith(ABOUT_TEXT)
    said = said.removeprefix(ABOUT_TEXT)
    code = int(said[:3]) if said[:3].isascii() and said[:3].isdigit() else 0
    found = _STATUS.match(said[4:])
    if found is None:
        plain = not later and code in _NO_SUCH and not _POLICY.search(said)
        return (Verdict.HARD if plain else Verdict.BLAMELESS), ""
    status = found[0]
    about_it = status.partition(".")[2].startswith(_ABOUT_THE_ADDRESS)
    return of_status(status) if about_it else Verdict.BLAMELESS, status
