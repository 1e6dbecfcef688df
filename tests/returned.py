"""Mail that comes back, as tests make it: mails that left, the reports that servers write of them, what was counted."""

from sqlalchemy import select

from procurement.accounts.operations import request_sign_in_link
from procurement.core.db import db
from procurement.core.events import Event
from procurement.notifications.models import Bounce
from tests.factories import make_manager, paris

BOX = "retours@marches-groupes.example"
NOON = paris(2026, 12, 2, 12)


def mailed(worker, user=None):
    """A mail that left for a manager: the person, and what the server received."""
    user = user or make_manager()
    request_sign_in_link(user.email)
    worker.tick()
    return user, [mail for mail in worker.smtp.messages if mail.recipients == (user.email,)][-1]


def report(to, action="failed", status="5.1.1", said="smtp; 550 5.1.1 no such user", body="Sorry."):
    """A delivery status notification as servers write it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

{body}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; somebody@example.org
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--b--
""".replace("\n", "\r\n").encode()


def verdicts():
    """What was counted, in order."""
    return db.session.scalars(select(Bounce.verdict).order_by(Bounce.id)).all()


def verbs(user):
    """What the trail says of the person's address."""
    own = select(Event.verb).where(Event.subject_type == "user_account", Event.subject_id == user.id)
    return [
        verb for verb in db.session.scalars(own.order_by(Event.id)) if "mail" in verb or "address" in verb
    ]
