"""The demonstration mailbox: what the embedded server received can be read, harmlessly, and in embedded mode only."""

import smtplib
from pathlib import Path

import pytest

from procurement import create_app
from procurement.embedded.smtp import SmtpServer

NAME = "01795397491676696629-10545-1"

MAIL = """\
X-Envelope-From: us@network.example
X-Envelope-To: {to}
From: us@network.example
To: {to}
Subject: {subject}
Date: Wed, 02 Dec 2026 07:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="x"

--x
Content-Type: text/plain; charset="utf-8"

Open this: http://localhost/connexion/lien/SECRET

--x
Content-Type: text/html; charset="utf-8"

<html><head><title>m</title></head><body><script>alert(1)</script><a href="http://localhost/x">Go</a></body></html>

--x--
"""


@pytest.fixture
def box(settings):
    for path in settings.mailbox_dir.glob("*.eml"):
        path.unlink()
    return settings.mailbox_dir


def receive(box: Path, number: int, to: str, subject: str) -> str:
    name = f"{number:020d}-1-1"
    (box / f"{name}.eml").write_text(MAIL.format(to=to, subject=subject), encoding="utf-8")
    return name


def test_messages_are_listed_newest_first_and_by_recipient(client, box):
    receive(box, 1, "anne@example.org", "First")
    receive(box, 2, "ben@example.org", "Second")
    page = client.get("/dev/mailbox").text
    assert page.index("Second") < page.index("First")
    assert "First" not in client.get("/dev/mailbox?a=ben@example.org").text


def test_an_empty_mailbox_says_so(client, box):
    assert "Pas encore de message." in client.get("/dev/mailbox").text


def test_a_message_is_read_and_its_links_can_be_followed(client, box):
    name = receive(box, 1, "anne@example.org", "Hello")
    page = client.get(f"/dev/mailbox/{name}").text
    assert "Hello" in page
    assert '<a href="http://localhost/connexion/lien/SECRET"' in page
    assert "sandbox=" in page


def test_the_message_as_it_looks_has_a_policy_of_its_own(client, box):
    name = receive(box, 1, "anne@example.org", "Hello")
    answer = client.get(f"/dev/mailbox/{name}/html")
    rules = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "style-src 'unsafe-inline'" in rules
    assert "sandbox" in rules
    assert "allow-scripts" not in rules
    assert "script-src" not in rules
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.text
    assert "unsafe-inline" not in client.get("/dev/mailbox").headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", [NAME, "..", "..%2f..%2fetc%2fpasswd", "x", "1.eml"])
def test_what_is_no_message_is_not_found(client, box, name):
    assert client.get(f"/dev/mailbox/{name}").status_code == 404
    assert client.get(f"/dev/mailbox/{name}/html").status_code == 404


def test_it_reads_what_the_embedded_server_writes(client, box):
    with SmtpServer(box) as server, smtplib.SMTP("127.0.0.1", server.port, timeout=5) as sender:
        sender.sendmail("us@network.example", ["anne@example.org"], b"Subject: Real\r\n\r\nText\r\n")
    assert "Real" in client.get("/dev/mailbox").text


def test_there_is_none_in_production(settings):
    app = create_app(settings.model_copy(update={"embedded": False}))
    assert "mailbox.index" not in app.view_functions
