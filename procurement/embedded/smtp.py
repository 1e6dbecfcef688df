"""A real SMTP server on loopback that keeps each message, and fails when told to.

In a test, in this process::

    with SmtpServer() as smtp:                       # smtp.url → smtp://127.0.0.1:53817
        smtp.fail("anne@*", Stage.RCPT, Reply(451), times=2)
        ...
        received = smtp.wait_for(3)                  # list[Received], or TimeoutError

As a process: ``python -m procurement.embedded.smtp --port 2525 --dir instance/mailbox``. Each
message is then a file ``<time>-<number>.eml`` that appears whole or not at all, with the
envelope in front as ``X-Envelope-From`` and ``X-Envelope-To``.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from aiosmtpd.smtp import Envelope

from .smtp_faults import Conversation, Cut, Fault, Reply, Stage, matches

__all__ = ["Cut", "Received", "Reply", "SmtpServer", "Stage"]

HOST = "127.0.0.1"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Received:
    """A message that was kept: its envelope, its bytes, and whether its sender was told so."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    acknowledged: bool

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        if not isinstance(parsed, EmailMessage):
            raise TypeError(type(parsed))
        return parsed


class SmtpServer:
    """The server, in a thread of this process: ``start()``, ``url``, ``stop()``; a context manager.

    ``folder``: keep each message there as a file too. ``remember=False``: only there. ``port`` 0 takes a free one, which a
    ``start()`` after a ``stop()`` takes again. ``connections`` counts those opened so far.
    """

    def __init__(self, folder: Path | None = None, *, port: int = 0, remember: bool = True) -> None:
        self.port = port
        self._remember = remember
        self.connections = 0
        self._folder = folder
        self._received: list[Received] = []
        self._faults: list[Fault] = []
        self._changed = threading.Condition()
        self._protocols: set[Conversation] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closing: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address, as ``SMTP_URL`` takes it."""
        return f"smtp://{HOST}:{self.port}"

    @property
    def messages(self) -> list[Received]:
        """The messages kept so far, oldest first (a copy)."""
        with self._changed:
            return list(self._received)

    def wait_for(self, count: int, timeout: float = 20.0, *, to: str = "*") -> list[Received]:
        """Wait until ``count`` messages to ``to`` (a pattern) are kept and return them all.

        Raises ``TimeoutError`` after ``timeout`` seconds, telling what came.
        """

        def wanted() -> list[Received]:
            return [one for one in self._received if any(matches(name, to) for name in one.recipients)]

        with self._changed:
            if not self._changed.wait_for(lambda: len(wanted()) >= count, timeout):
                came = [one.recipients for one in wanted()]
                raise TimeoutError(f"{len(came)} messages of {count} to {to} in {timeout} s: {came}")
            return wanted()

    def clear(self) -> None:
        """Forget the messages kept so far (files stay)."""
        with self._changed:
            self._received.clear()

    def fail(
        self,
        whom: str | Callable[[str], bool] = "*",
        stage: Stage = Stage.RCPT,
        how: Reply | Cut = Reply(451),  # noqa: B008 - frozen
        *,
        times: int | None = None,
    ) -> None:
        """From now on, fail ``how`` at ``stage`` for recipients like ``whom``; the first told wins.

        ``whom`` is a pattern (``*@example.org``) or a function of the address; a message with
        several recipients is concerned when one of them is. ``times``: only so often.
        """
        with self._changed:
            self._faults.append(Fault(whom, stage, how, times))

    def heal(self) -> None:
        """Forget the faults. Conversations that hang go on hanging until their client gives up."""
        with self._changed:
            self._faults.clear()

    @contextlib.contextmanager
    def kept_in(self, folder: Path) -> Iterator[None]:
        """Within the block, keep each message in ``folder`` as a file too: a disk that is full refuses it."""
        before, self._folder = self._folder, folder
        try:
            yield
        finally:
            self._folder = before

    def start(self) -> None:
        """Listen on the port and return. Raises ``OSError`` when it is taken."""
        listening = socket.create_server((HOST, self.port))
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self.serve(listening),), name="smtp", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Break every connection and stop; harmless when it isn't running. What was kept stays."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self.close)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    async def serve(self, listening: socket.socket) -> None:
        """Serve connections to ``listening`` until ``close`` is called in this loop."""
        loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        listener = await loop.create_server(self._connected, sock=listening)
        await self._closing.wait()
        listener.close()
        for protocol in list(self._protocols):
            protocol.break_off()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Transports that were broken off call back once more before they are gone.
        await asyncio.sleep(0)

    def close(self) -> None:
        """End ``serve``; to be called in its loop."""
        if self._closing is not None:
            self._closing.set()

    def _connected(self) -> Conversation:
        self.connections += 1
        protocol = Conversation(self, asyncio.get_running_loop())
        self._protocols.add(protocol)
        return protocol

    def fault(self, stage: Stage, recipients: list[str]) -> Reply | Cut | None:
        """Return what is to go wrong now, if anything, and count it."""
        with self._changed:
            for fault in self._faults:
                if fault.strikes(stage, recipients):
                    if fault.left is not None:
                        fault.left -= 1
                    return fault.how
        return None

    def keep(self, envelope: Envelope, *, acknowledged: bool) -> None:
        """Keep a message. Raises ``OSError`` when it can't be written."""
        content = (
            envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        )
        received = Received(
            envelope.mail_from or "", tuple(name or "" for name in envelope.rcpt_tos), content, acknowledged
        )
        if self._folder is not None:
            write(self._folder, received)
        with self._changed:
            if self._remember:
                self._received.append(received)
            self._changed.notify_all()

    def ended(self, protocol: Conversation) -> None:
        """Take note that a connection is gone."""
        self._protocols.discard(protocol)


def write(folder: Path, received: Received) -> Path:
    """Write a message to a file of its own in ``folder`` and return it; whole or not at all."""
    name = f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers)}.eml"
    envelope = [("X-Envelope-From", received.sender), ("X-Envelope-To", ", ".join(received.recipients))]
    head = "".join(f"{field}: {value}\r\n" for field, value in envelope).encode("utf-8", "replace")
    partial = folder / f".{name}.part"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        partial.write_bytes(head + received.content)
        return partial.rename(folder / name)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


async def _serve_process(server: SmtpServer, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, server.close)
    await server.serve(listening)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="A loopback SMTP server that keeps each message as a file.")
    parser.add_argument("--dir", type=Path, required=True, help="where the messages are kept")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="loopback port")
    where.add_argument("--fd", type=int, help="descriptor of a socket that listens already")
    options = parser.parse_args()
    for partial in options.dir.glob(".*.part"):
        # What a killed server left half written was never acknowledged.
        with contextlib.suppress(OSError):
            partial.unlink()
    if options.fd is not None:
        listening = socket.socket(fileno=options.fd)
    else:
        listening = socket.create_server((HOST, options.port))
    asyncio.run(_serve_process(SmtpServer(options.dir, remember=False), listening))


if __name__ == "__main__":
    main()
