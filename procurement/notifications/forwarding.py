"""What the answer to a forwarded mail says: what was read of it, what is left to fill in, which files were refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procurement.core.events import Event
from procurement.notices.models import ForwardedMail
from procurement.notices.pasted.taking import facts_of_text, reading_of
from procurement.tenders.facts import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. Fields by their names, with their plain values; refusals as name, msgid and parameters."""

    subject: str
    known: bool
    """Whether the tender was here already, and the mail changed nothing."""
    read: Sequence[tuple[str, Any]] = ()
    left: Sequence[str] = ()
    refused: Sequence[tuple[str, str, dict[str, Any]]] = ()


def answer_to(event: Event, mail: ForwardedMail | None) -> Answer:
    """What to answer whoever forwarded `mail`, read again from the text of its draft. One statement."""
    refused = [
        (name, *refusal) for name, refusal in zip(mail.attachments, mail.refusals, strict=False)
    ] if mail else []  # fmt: skip
    subject = mail.subject if mail else ""
    reading = None if event.facts["known"] else reading_of(event.subject_id)
    if reading is None:
        return Answer(subject, known=bool(event.facts["known"]), refused=refused)
    values = plain(facts_of_text(reading, ""))
    return Answer(
        subject,
        known=False,
        read=[(name, values[name]) for name in reading.said],
        left=reading.missing,
        refused=refused,
    )
