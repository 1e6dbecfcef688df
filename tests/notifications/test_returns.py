"""Mail that comes back: attributed by its own address, counted once, suspended, told, revived (N30)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.operations import request_sign_in_link
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden
from procurement.core.events import Event
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Reply, Stage
from procurement.notifications import mailbox, returns
from procurement.notifications.models import Bounce, Notification, Outcome
from procurement.notifications.operations import returning
from procurement.notifications.returns import Verdict
from tests.dovecot import dovecot
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    paris,
)
from tests.worker import recipients, subject_of, text_of
from workers import notifications as jobs

BOX = "retours@marches-groupes.example"
NOON = paris(2026, 12, 2, 12)
CLOSE = DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(NOON):
        yield


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
    return db.session.scalars(select(Bounce.verdict).order_by(Bounce.id)).all()


def verbs(user):
    own = select(Event.verb).where(Event.subject_type == "user_account", Event.subject_id == user.id)
    return [
        verb for verb in db.session.scalars(own.order_by(Event.id)) if "mail" in verb or "address" in verb
    ]


# What reports say


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("failed", "5.1.1", Verdict.HARD),
        ("failed", "5.1.10", Verdict.HARD),
        ("failed", "5.2.1", Verdict.HARD),
        ("failed", "5.0.0", Verdict.HARD),
        ("failed", "5.2.2", Verdict.SOFT),  # a full mailbox exists
        ("failed", "5.7.1", Verdict.SOFT),  # policy: what we sent, not to whom
        ("failed", "5.3.4", Verdict.SOFT),
        ("failed", "4.4.7", Verdict.SOFT),
        ("delayed", "4.4.1", Verdict.DELAYED),
        ("delivered", "2.0.0", Verdict.UNREAD),
        ("failed", "nonsense", Verdict.HARD),  # the server's own words say 5.1.1
    ],
)
def test_a_report_blames_the_address_or_the_mail(worker, action, status, verdict):
    _, mail = mailed(worker)
    assert returning.take(report(mail.sender, action, status), BOX) is verdict


def test_a_report_without_its_machine_readable_part_is_read_by_its_wording(worker):
    _, mail = mailed(worker)
    exim = f"""From: Mail Delivery System <Mailer-Daemon@mx.example>
To: {mail.sender}
X-Failed-Recipients: somebody@example.org
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

  somebody@example.org
    unknown user
"""
    assert returning.take(exim.encode(), BOX) is Verdict.HARD


# Bad input


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"To: somebody@else.example\r\n\r\nHello",
        b"To: retours@marches-groupes.example\r\n\r\nHello",
        report("retours+1@marches-groupes.example"),
        report("retours+x-0123456789abcdef@marches-groupes.example"),
        b"To: retours+1-0123456789abcdef@marches-groupes.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b",
        b"x" * (returns.MAX_BYTES + 1),
    ],
)
def test_what_cannot_be_understood_counts_against_nobody(worker, content):
    user, _ = mailed(worker)
    assert returning.take(content, BOX) in {Verdict.UNREAD, Verdict.FORGED}
    assert db.session.scalars(select(Bounce.user_id)).all() == [None]
    assert verbs(user) == []


def test_a_report_forged_for_somebody_else_counts_against_nobody(worker):
    """It may name any mail: without our signature in the address it came to, it proves nothing."""
    user, mail = mailed(worker)
    path, _, domain = mail.sender.partition("@")
    forged = [
        f"{path[:-1]}{'0' if path[-1] != '0' else '1'}@{domain}",
        f"retours+999999-{path[-16:]}@{domain}",
        f"retours+{int(path.split('+')[1].split('-')[0]) + 1}-{path[-16:]}@{domain}",
    ]
    for address in forged:
        assert returning.take(report(address, body=mail.sender), BOX) is Verdict.FORGED
    assert verdicts() == [Verdict.FORGED] * 3
    assert verbs(user) == []


def test_the_same_report_twice_counts_once_and_so_does_one_mail(worker):
    user, mail = mailed(worker)
    for body in ("Sorry.", "Sorry.", "Sorry, once more."):
        returning.take(report(mail.sender, body=body), BOX)
    assert verdicts() == [Verdict.HARD]
    assert user.mail_suspended_at is None


def test_an_address_that_was_changed_since_is_not_to_blame(worker):
    user, mail = mailed(worker)
    user.email = "new@example.org"
    db.session.flush()
    returning.take(report(mail.sender), BOX)
    assert verbs(user) == []


# Scores


def test_two_hard_ones_suspend_and_nothing_is_lost(worker):  # N30
    user = make_manager()
    for _ in range(2):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)
    db.session.refresh(user)
    assert user.mail_suspended_at == NOON
    assert user.mail_fault == "smtp; 550 5.1.1 no such user"
    assert verbs(user) == ["mail_undeliverable", "address_suspended"]
    before = len(worker.smtp.messages)
    make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    worker.tick()
    assert [mail for mail in worker.smtp.messages[before:] if mail.recipients == (user.email,)] == []
    last = db.session.scalars(
        select(Notification).where(Notification.recipient_id == user.id).order_by(Notification.id.desc())
    ).first()
    assert (last.outcome, last.reason) == (Outcome.IN_APP, "suspended")


def test_four_soft_ones_suspend_and_three_do_not(worker):
    user = make_manager()
    for count in range(1, 5):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender, status="4.2.2"), BOX)
        db.session.refresh(user)
        assert (user.mail_suspended_at is not None) is (count == 4)


def test_what_is_older_than_a_month_counts_no_more(worker):
    user, mail = mailed(worker)
    returning.take(report(mail.sender), BOX)
    with clock.at(NOON + timedelta(days=31)):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)
    db.session.refresh(user)
    assert user.mail_suspended_at is None


def test_a_refusal_at_our_own_server_counts_like_a_report(worker):
    user = make_manager()
    worker.smtp.fail(user.email, Stage.RCPT, Reply(550, "5.1.1 no such user"))
    for _ in range(2):
        request_sign_in_link(user.email)
        worker.tick()
        worker.prepare()
    db.session.refresh(user)
    assert user.mail_suspended_at == NOON


def test_a_link_to_sign_in_is_sent_even_to_a_suspended_address(worker):
    user = make_manager()
    user.mail_suspended_at = clock.now()
    db.session.flush()
    request_sign_in_link(user.email)
    assert recipients(worker.tick()) == [user.email]


# Who is told


def test_the_delegate_hears_at_once_of_a_member_in_a_live_answer_with_the_phone(worker):  # N30
    delegate, member = make_delegate(), make_member(name="AI Bayeux", phone="0231000014")
    manager = make_manager(member, name="Manager of Bayeux")
    make_bid(make_tender(), members=[member])
    with clock.at(paris(2026, 12, 6, 22)):  # a Sunday night
        _, mail = mailed(worker, manager)
        returning.take(report(mail.sender), BOX)
        [told] = [one for one in worker.tick() if one.recipients == (delegate.email,)]
    assert subject_of(told) == "Appelez Manager of Bayeux : nos messages n’arrivent pas"
    assert "0231000014" in text_of(told).replace(" ", "")


def test_of_somebody_without_a_live_answer_nobody_hears(worker):
    delegate = make_delegate()
    _, mail = mailed(worker)
    returning.take(report(mail.sender), BOX)
    assert [one for one in worker.tick() if one.recipients == (delegate.email,)] == []


# Revival


def test_a_person_or_the_office_revives_the_address(worker):  # N30
    delegate = make_delegate()
    for actor_of_whom in ("self", "office"):
        user = make_manager()
        for _ in range(2):
            _, mail = mailed(worker, user)
            returning.take(report(mail.sender), BOX)
        with pytest.raises(Forbidden):
            returning.revive(actor_of(make_manager()), user)
        returning.revive(actor_of(user if actor_of_whom == "self" else delegate), user)
        assert user.mail_suspended_at is None
        assert verbs(user)[-1] == "address_revived"
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)  # what it refused before counts no more
        db.session.refresh(user)
        assert user.mail_suspended_at is None


# The mailbox


def test_reports_are_read_over_imap_once_each(worker, settings, monkeypatch):
    user, mail = mailed(worker)
    with dovecot() as box:
        given = settings.model_copy(update={"imap_url": box.url, "embedded": False})
        monkeypatch.setattr(jobs, "settings", lambda: given)
        box.put(report(mail.sender))
        box.put(b"Subject: Hello\r\n\r\nNot a report.\r\n")
        box.put(b"To: " + mail.sender.encode() + b"\r\n\r\n" + b"x" * (returns.MAX_BYTES + 1))
        assert jobs.read_returns() == {"returns": 3}
        assert box.unread() == 0
        assert jobs.read_returns() == {"returns": 0}
    assert sorted(verdicts()) == [Verdict.HARD, Verdict.UNREAD, Verdict.UNREAD]
    assert verbs(user) == ["mail_undeliverable"]


def test_a_message_that_was_not_counted_is_given_again(settings):
    with dovecot() as box:
        box.put(report("retours+1-0123456789abcdef@marches-groupes.example"))
        given = settings.model_copy(update={"imap_url": box.url})
        reading = mailbox.unread(given)
        next(reading)
        reading.close()  # as when the worker dies before it has counted it
        assert box.unread() == 1


def test_a_mailbox_out_of_reach_stops_nothing(settings):
    given = settings.model_copy(update={"imap_url": "imap://a:b@127.0.0.1:9/INBOX"})
    assert list(mailbox.unread(given)) == []


def test_reports_to_the_embedded_server_are_read_from_its_folder(worker, settings, tmp_path, monkeypatch):
    user, mail = mailed(worker)
    given = settings.model_copy(update={"mailbox_dir": tmp_path, "imap_url": ""})
    monkeypatch.setattr(jobs, "settings", lambda: given)
    (tmp_path / "1.eml").write_bytes(
        f"X-Envelope-From: \r\nX-Envelope-To: {mail.sender}\r\n".encode() + report(mail.sender)
    )
    (tmp_path / "2.eml").write_bytes(b"X-Envelope-To: anne@example.org\r\nSubject: Hello\r\n\r\nText\r\n")
    assert jobs.read_returns() == {"returns": 1}
    assert jobs.read_returns() == {"returns": 0}
    assert verbs(user) == ["mail_undeliverable"]
