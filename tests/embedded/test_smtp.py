"""The SMTP server keeps what it acknowledges, and fails as it is told."""

import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from procurement.embedded import process
from procurement.embedded.smtp import Cut, Reply, SmtpServer, Stage

ANNE, BEN, CLEO = "anne@one.example", "ben@two.example", "cleo@two.example"
TEXT = b"Subject: hello\r\n\r\nFirst line\r\n.second line\r\n"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def send(server: SmtpServer, *recipients: str, text: bytes = TEXT) -> dict[str, tuple[int, bytes]]:
    """Send one message on a connection of its own; return the recipients refused."""
    client = smtplib.SMTP("127.0.0.1", server.port, timeout=5)
    try:
        return client.sendmail("us@network.example", list(recipients), text)
    finally:
        client.close()


def test_keeps_the_message_byte_for_byte(smtp: SmtpServer) -> None:
    send(smtp, ANNE, BEN)
    [received] = smtp.wait_for(1)
    assert received.content == TEXT
    assert received.sender == "us@network.example"
    assert received.recipients == (ANNE, BEN)
    assert received.acknowledged
    assert received.message["Subject"] == "hello"


def test_takes_several_messages_on_one_connection(smtp: SmtpServer) -> None:
    with smtplib.SMTP("127.0.0.1", smtp.port, timeout=5) as client:
        for _ in range(20):
            client.sendmail("us@network.example", [ANNE], TEXT)
    assert len(smtp.wait_for(20)) == 20
    assert smtp.connections == 1


def test_refuses_one_recipient_and_takes_the_others(smtp: SmtpServer) -> None:
    smtp.fail("*@two.example", Stage.RCPT, Reply(550, "5.1.1 unknown"), times=1)
    assert send(smtp, ANNE, BEN) == {BEN: (550, b"5.1.1 unknown")}
    assert smtp.wait_for(1)[0].recipients == (ANNE,)
    assert send(smtp, BEN) == {}


def test_a_function_may_choose_whom_to_fail(smtp: SmtpServer) -> None:
    smtp.fail(lambda address: address.startswith("b"), how=Reply(451))
    assert set(send(smtp, ANNE, BEN, CLEO)) == {BEN}


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.RCPT, Stage.DATA, Stage.DOT])
def test_a_reply_before_the_message_is_kept_keeps_nothing(smtp: SmtpServer, stage: Stage) -> None:
    smtp.fail("*", stage, Reply(451), times=1)
    with pytest.raises(smtplib.SMTPException):
        send(smtp, ANNE)
    assert smtp.messages == []
    send(smtp, BEN)
    assert [one.recipients for one in smtp.wait_for(1)] == [(BEN,)]


@pytest.mark.parametrize("stage", list(Stage))
def test_drops_the_connection(smtp: SmtpServer, stage: Stage) -> None:
    smtp.fail(ANNE if stage is not Stage.CONNECT else "*", stage, Cut.DROP, times=1)
    with pytest.raises((smtplib.SMTPException, ConnectionError)):
        send(smtp, ANNE)
    kept = [(one.recipients, one.acknowledged) for one in smtp.messages]
    assert kept == ([((ANNE,), False)] if stage is Stage.KEPT else [])
    send(smtp, ANNE)
    assert smtp.wait_for(len(kept) + 1)[-1].acknowledged


@pytest.mark.parametrize("stage", list(Stage))
def test_hangs_until_the_client_gives_up(smtp: SmtpServer, stage: Stage) -> None:
    smtp.fail("*", stage, Cut.HANG, times=1)
    with pytest.raises(OSError, match="timed out"):
        smtplib.SMTP("127.0.0.1", smtp.port, timeout=0.2).sendmail("us@network.example", [ANNE], TEXT)
    send(smtp, BEN)
    assert smtp.wait_for(1, to=BEN)


def test_stops_while_a_client_hangs(smtp: SmtpServer) -> None:
    smtp.fail("*", Stage.CONNECT, Cut.HANG)
    with pytest.raises(OSError, match="timed out"):
        smtplib.SMTP("127.0.0.1", smtp.port, timeout=0.05)
    smtp.stop()


def test_heals(smtp: SmtpServer) -> None:
    smtp.fail("*", Stage.RCPT, Reply(451))
    smtp.heal()
    assert send(smtp, ANNE) == {}


def test_listens_again_on_the_same_port(smtp: SmtpServer) -> None:
    port = smtp.port
    smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp, ANNE)
    smtp.start()
    assert smtp.port == port
    send(smtp, ANNE)
    assert smtp.wait_for(1)


def test_says_what_came_when_less_came_than_expected(smtp: SmtpServer) -> None:
    send(smtp, ANNE)
    with pytest.raises(TimeoutError, match=r"1 messages of 2 .*anne@one\.example"):
        smtp.wait_for(2, timeout=0.01)


def test_keeps_files_whole_with_their_envelope(tmp_path: Path) -> None:
    with SmtpServer(tmp_path) as server:
        send(server, ANNE, BEN)
        send(server, CLEO)
    first, second = sorted(tmp_path.iterdir())
    assert first.suffix == ".eml"
    head = b"X-Envelope-From: us@network.example\r\nX-Envelope-To: anne@one.example, ben@two.example\r\n"
    assert first.read_bytes() == head + TEXT
    assert b"cleo" in second.read_bytes()


def test_answers_452_when_the_message_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with SmtpServer(tmp_path / "file") as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(server, ANNE)
        assert refused.value.smtp_code == 452
        assert server.messages == []


def test_runs_as_a_process_and_ends_at_sigterm(tmp_path: Path) -> None:
    (tmp_path / ".half.eml.part").touch()
    with SmtpServer() as free:
        port = free.port
    command = [sys.executable, "-m", "devtools.mail", "--dir", str(tmp_path), "--port", str(port)]
    server = process.spawn(command, cwd=Path(__file__).parents[2], output=subprocess.DEVNULL)
    try:
        assert process.wait_until(lambda: _answers(port), server, 20)
        free.port = port
        send(free, ANNE)
        assert [path.suffix for path in tmp_path.iterdir()] == [".eml"]
        server.terminate()
        assert server.wait(5) == 0
    finally:
        process.stop(server, signal.SIGKILL, 1)


def _answers(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=1).close()
    except OSError:
        return False
    return True
