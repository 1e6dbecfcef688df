"""A mail as it travels: headers that thread it and say what it is, text and HTML."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from procurement.notifications.models import Delivery
from procurement.notifications.returns import return_path

WIRE = policy.SMTP.clone(raise_on_defect=True)
"""Lines end as SMTP has it; a header that would hold a line break raises ValueError."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: its envelope and its bytes."""

    delivery_id: int
    sender: str
    """Its return path: reports about this very mail come there."""
    recipient: str
    content: bytes
    attempts: int = 0
    """Made before this one."""
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Office:
    """Who writes, and where links lead."""

    public_url: str
    """Without a slash at the end."""
    mail_from: str
    """With its name: "Marchés groupés <ne-pas-repondre@…>"."""
    returns: str = ""
    """The mailbox that reports about undelivered mail come to; empty: `retours@` the sender's domain."""

    @property
    def sender(self) -> Address:
        """The address we write from."""
        name, address = parseaddr(self.mail_from)
        return Address(name, addr_spec=address)

    @property
    def box(self) -> str:
        """The mailbox of reports about undelivered mail."""
        return self.returns or f"retours@{self.sender.domain}"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What a mail does to its reader's calendar (RFC 6047): a method, REQUEST or CANCEL, and the calendar's bytes."""

    method: str
    content: bytes


def message_id(delivery_id: int, created_at: datetime, domain: str, edition: int = 0) -> str:
    """The Message-ID of a mail: the same whenever it is sent again, another for each recipient (N4, N28).

    A mail that a person asked for again and that says something else by then is another `edition`, with its own.
    """
    return f"<{_mark(f'mail-{edition}' if edition else 'mail', delivery_id, created_at)}@{domain}>"


def thread_id(tender_id: int, created_at: datetime, domain: str) -> str:
    """The Message-ID at the root of all mails about a tender (N28); no mail bears it."""
    return f"<{_mark('marche', tender_id, created_at)}@{domain}>"


def _mark(name: str, number: int, created_at: datetime) -> str:
    """A name that another database, or this one begun afresh, doesn't give again."""
    return f"{name}-{number}-{hashlib.sha256(f'{name}:{number}:{created_at.isoformat()}'.encode()).hexdigest()[:16]}"


def build(
    office: Office,
    *,
    delivery: Delivery,
    to: str,
    name: str,
    now: datetime,
    subject: str,
    text: str,
    html: str,
    tenders: Sequence[tuple[int, datetime]],
    edition: int = 0,
    leave: str = "",
    enclosure: Enclosure | None = None,
) -> Letter:
    """A mail to one person. `tenders`: those it speaks of, with when each was created; one alone makes a thread.

    `leave`: the address at which one click stops what can be refused of it (RFC 8058); empty where nothing can.

    Raises ValueError for an address or a subject that can't stand in a header: nothing is ever injected by one.
    """
    sender = office.sender
    message = EmailMessage(policy=WIRE)
    message["From"] = sender
    message["To"] = Address(name, addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(delivery.id, delivery.created_at, sender.domain, edition)
    if len(tenders) == 1:
        root = thread_id(*tenders[0], sender.domain)
        message["In-Reply-To"] = root
        message["References"] = root
        message["List-Id"] = f"<marche-{tenders[0][0]}.{sender.domain}>"
    else:
        message["List-Id"] = f"<notifications.{sender.domain}>"
    if leave:
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if enclosure is not None:
        # Beside the text, so that programs offer it as an invitation; base64, as its lines are its own.
        message.add_alternative(
            enclosure.content,
            maintype="text",
            subtype="calendar",
            params={"method": enclosure.method, "charset": "utf-8"},
        )
    path = return_path(office.box, delivery.id, delivery.created_at, to)
    return Letter(delivery.id, path, to, message.as_bytes(), delivery.attempts, delivery.doubts)
