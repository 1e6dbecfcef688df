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

MAX_BYTES = 1024 * 1024
"""A report quotes a mail of ours at most; what is larger is none."""
SAID = 500
"""Characters kept of what a server said."""
MEMORY = timedelta(days=30)
"""How long a report counts against an address."""
_ADDRESSED = ("X-Envelope-To", "Delivered-To", "X-Original-To", "Envelope-To", "To")
"""Headers in which a mailbox says to which address a message came, the surest first."""
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ABOUT_THE_MAIL = ("7.", "6.", "3.4", "2.3")
"""Status details (RFC 3463) that blame what was sent, not the address: policy, content, size."""
_FULL = "2.2"
"""A mailbox that is full is one that exists."""
_NO_SUCH = frozenset({550, 551, 553, 556})
"""Codes without a detail that say there is no such mailbox."""


class Verdict(StrEnum):
    """What a report is worth."""

    HARD = "hard"
    """The address doesn't exist, or takes no mail any more."""
    SOFT = "soft"
    """It didn't arrive this time: full, too long away, refused for what it says."""
    DELAYED = "delayed"
    """It is still being tried by a server on the way: nothing to count yet."""
    FORGED = "forged"
    """It names a mail of ours under a wrong signature."""
    UNREAD = "unread"
    """It isn't addressed to a mail of ours, or says nothing that can be understood."""


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


def mark(delivery_id: int, created_at: datetime) -> str:
    """The signature of a mail's return path; a restored database that gives the id again signs another."""
    return tokens.mark("return", delivery_id, tokens.microseconds(created_at))


def return_path(box: str, delivery_id: int, created_at: datetime) -> str:
    """The address from which a mail leaves, and to which reports about it come: `box` with the mail named in it."""
    local, _, domain = box.rpartition("@")
    return f"{local}+{delivery_id}-{mark(delivery_id, created_at)}@{domain}"


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
    return Report(verdict, delivery_id, signed, status, said[:SAID], digest)


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
                action = str(block.get("Action", "")).strip().lower()
                if action:
                    status = str(block.get("Status", "")).strip()
                    return _of_action(action, status, str(block.get("Diagnostic-Code", "")).strip())
    temporary, permanent = all_failures(_as_email(message))
    if permanent:
        return Verdict.HARD, "", "recognised by its wording"
    if temporary:
        return Verdict.SOFT, "", "recognised by its wording"
    return Verdict.UNREAD, "", "says nothing of a delivery"


def _as_email(message: Message) -> Message:
    """As flufl.bounce takes it: a plain message parsed under the old policy."""
    return message if not isinstance(message, EmailMessage) else message_from_bytes(message.as_bytes())


def _of_action(action: str, status: str, said: str) -> tuple[Verdict, str, str]:
    if action == "delayed":
        return Verdict.DELAYED, status, said
    if action != "failed":
        return Verdict.UNREAD, status, f"action {action}"
    found = _STATUS.search(status) or _STATUS.search(said)
    if found is None:
        return Verdict.SOFT, "", said
    return of_status(found[0]), found[0], said


def of_status(status: str) -> Verdict:
    """What an enhanced status code (RFC 3463) says of the address."""
    kind, _, detail = status.partition(".")
    blames_mail = detail.startswith(_ABOUT_THE_MAIL)
    return Verdict.HARD if kind == "5" and not blames_mail and detail != _FULL else Verdict.SOFT


def of_reply(said: str) -> tuple[Verdict, str]:
    """What our own mail server's refusal ("550 5.1.1 no such user") says of the address, and the status in it."""
    code = int(said[:3]) if said[:3].isdigit() else 0
    found = _STATUS.match(said[4:]) if len(said) > 4 else None
    if found:
        return of_status(found[0]), found[0]
    return (Verdict.HARD if code in _NO_SUCH else Verdict.SOFT), ""
