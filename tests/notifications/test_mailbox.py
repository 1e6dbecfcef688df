"""The mailbox of returns: a real IMAP server, or the folder of the embedded mail server."""

import pytest

from procurement.core import clock
from procurement.notifications import mailbox, returns
from procurement.notifications.returns import Verdict
from tests.dovecot import dovecot
from tests.returned import NOON, mailed, report, verbs, verdicts
from workers import notifications as jobs


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(NOON):
        yield


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
