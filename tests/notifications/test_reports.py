"""What reports of undelivered mail say, and what our own server says: of the address, or of something else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.core import clock
from procurement.notifications import returns
from procurement.notifications.operations import returning
from procurement.notifications.returns import Verdict
from tests.returned import BOX, NOON, mailed, report


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(NOON):
        yield


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("failed", "5.1.1", Verdict.HARD),
        ("failed", "5.1.10", Verdict.HARD),
        ("failed", "5.2.1", Verdict.HARD),
        ("failed", "5.0.0", Verdict.HARD),
        ("failed", "5.2.2", Verdict.SOFT),  # a full mailbox exists
        ("failed", "5.7.1", Verdict.BLAMELESS),  # policy: what we sent, not to whom
        ("failed", "5.3.4", Verdict.BLAMELESS),
        ("failed", "5.1.8", Verdict.BLAMELESS),  # our own address
        ("failed (as asked)", "5.1.1 (no such user)", Verdict.HARD),
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


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("550 5.1.1 no such user", Verdict.HARD),
        ("550 no such user", Verdict.HARD),
        ("552 5.2.2 mailbox full", Verdict.SOFT),
        ("452 4.2.2 mailbox full", Verdict.SOFT),
        ("550 relaying denied", Verdict.BLAMELESS),
        ("550 5.7.1 relaying denied", Verdict.BLAMELESS),
        ("530 5.7.0 authentication required", Verdict.BLAMELESS),
        ("451 4.3.0 try again later", Verdict.BLAMELESS),
        ("450 greylisted", Verdict.BLAMELESS),
        ("DATA: 550 looks like spam", Verdict.BLAMELESS),
        ("DATA: 550 5.1.1 no such user", Verdict.HARD),
        ("MAIL: 550 5.1.1 no such user", Verdict.BLAMELESS),
        ("Connection unexpectedly closed", Verdict.BLAMELESS),
        ("", Verdict.BLAMELESS),
        ("55", Verdict.BLAMELESS),
    ],
)
def test_of_our_own_server_only_what_is_about_the_address_counts_against_it(said, verdict):
    assert returns.of_reply(said)[0] is verdict


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            [b"Action: failed", b"Status: 5.1.1", b"Diagnostic-Code: ", b"\r\n", b"\r\n\r\n", b"--b", b"\x00"]
        )
        | st.binary(max_size=20),
        max_size=30,
    )
)
def test_whatever_a_server_writes_is_read_and_can_be_kept(app, parts):
    address = returns.return_path(BOX, 1, NOON, "anne@example.org")
    head = f"To: {address}\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    content = head.encode() + b"Content-Type: message/delivery-status\r\n\r\nA: b\r\n\r\n" + b"".join(parts)
    found = returns.read(content, BOX)
    for kept in (found.said, found.status):
        assert len(kept) <= returns.SAID
        assert "\x00" not in kept
        kept.encode()
