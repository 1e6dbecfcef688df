"""The mailbox of returns: a real IMAP server, or the folder of the embedded mail server."""

import pytest
from pydantic import ValidationError

from config import Settings
from procurement.core import clock
from procurement.notifications import mailbox, returns
from procurement.notifications.returns import Verdict
from procurement.notifications.watch import OUT_OF_REACH
from tests.dovecot import WORD, certified, dovecot
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
        assert jobs.read_returns() == {"returns": 3, OUT_OF_REACH: 0}
        assert box.unread() == 0
        assert jobs.read_returns() == {"returns": 0, OUT_OF_REACH: 0}
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


@pytest.mark.parametrize("url", ["imap://a:b@127.0.0.1:9/INBOX", "imaps://a:b@127.0.0.1:9"])
def test_a_mailbox_out_of_reach_is_said_and_stops_nothing(settings, monkeypatch, url):
    given = settings.model_copy(update={"imap_url": url})
    monkeypatch.setattr(jobs, "settings", lambda: given)
    assert jobs.read_returns() == {"returns": 0, OUT_OF_REACH: 1}


@pytest.mark.parametrize("wrong", [(WORD, "guessed"), ("/INBOX", "/Elsewhere")])
def test_a_wrong_password_or_folder_is_said_without_the_password(settings, wrong):
    with dovecot() as box:
        given = settings.model_copy(update={"imap_url": box.url.replace(*wrong)})
        with pytest.raises(mailbox.OutOfReach) as refused:
            list(mailbox.unread(given))
    assert WORD not in str(refused.value)
    assert "guessed" not in str(refused.value)


def test_a_server_that_breaks_off_keeps_what_was_counted(worker, settings, monkeypatch):
    _, mail = mailed(worker)
    with dovecot() as box:
        box.put(report(mail.sender))
        box.put(report(mail.sender, body="Once more."))
        reading = mailbox.unread(settings.model_copy(update={"imap_url": box.url}))
        next(reading)
        box.break_off()
        with pytest.raises(mailbox.OutOfReach):
            next(reading)


def test_the_password_goes_to_no_server_that_nobody_vouches_for(settings, tmp_path, monkeypatch):
    certificate = certified(tmp_path / "mailbox.pem")
    with dovecot(certificate) as box:
        box.put(b"Subject: Hello\r\n\r\nText\r\n")
        given = settings.model_copy(update={"imap_url": box.secure_url})
        with pytest.raises(mailbox.OutOfReach, match="certificate verify failed"):
            list(mailbox.unread(given))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert list(mailbox.unread(given)) == [b"Subject: Hello\r\n\r\nText\r\n"]


@pytest.mark.parametrize(
    "url", ["imap://a:b@mail.example/INBOX", "https://mail.example", "imaps:///INBOX", "mail"]
)
def test_an_address_that_would_say_the_password_in_the_clear_is_refused(settings, url):
    with pytest.raises(ValidationError, match="IMAP_URL is imaps") as refused:
        Settings(**settings.model_dump() | {"imap_url": url})
    assert url not in str(refused.value)


def test_a_message_within_a_thousand_others_stops_nothing(worker, settings, monkeypatch):
    """Deeper than any parser goes."""
    _, mail = mailed(worker)
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(2000))
    with dovecot() as box:
        given = settings.model_copy(update={"imap_url": box.url})
        monkeypatch.setattr(jobs, "settings", lambda: given)
        box.put(f"To: {mail.sender}\r\n{deep}".encode())
        box.put(report(mail.sender))
        assert jobs.read_returns() == {"returns": 2, OUT_OF_REACH: 0}
    assert verdicts() == [Verdict.UNREAD, Verdict.HARD]


def test_a_message_that_breaks_the_counting_is_set_aside_and_the_others_count(worker, settings, monkeypatch):
    user, mail = mailed(worker)
    read = returns.read

    def breaking(content, box):
        if b"breaks" in content:
            raise ZeroDivisionError
        return read(content, box)

    monkeypatch.setattr(returns, "read", breaking)
    with dovecot() as box:
        given = settings.model_copy(update={"imap_url": box.url})
        monkeypatch.setattr(jobs, "settings", lambda: given)
        box.put(b"Subject: breaks\r\n\r\nText\r\n")
        box.put(report(mail.sender))
        assert jobs.read_returns() == {"returns": 2, OUT_OF_REACH: 0}
        assert box.unread() == 0
    assert verdicts() == [Verdict.UNREAD, Verdict.HARD]
    assert verbs(user) == ["mail_undeliverable"]


def test_reports_to_the_embedded_server_are_read_from_its_folder(worker, settings, tmp_path, monkeypatch):
    user, mail = mailed(worker)
    given = settings.model_copy(update={"mailbox_dir": tmp_path, "imap_url": ""})
    monkeypatch.setattr(jobs, "settings", lambda: given)
    (tmp_path / "1.eml").write_bytes(
        f"X-Envelope-From: \r\nX-Envelope-To: {mail.sender}\r\n".encode() + report(mail.sender)
    )
    (
        tmp_path / "2.eml"
    ).write_bytes(  # one of ours on its way, which names the mailbox as the place it leaves from
        f"X-Envelope-From: {mail.sender}\r\nX-Envelope-To: anne@example.org\r\nSubject: Hello\r\n\r\nText\r\n".encode()
    )
    assert jobs.read_returns() == {"returns": 1, OUT_OF_REACH: 0}
    assert jobs.read_returns() == {"returns": 0, OUT_OF_REACH: 0}
    assert verbs(user) == ["mail_undeliverable"]
