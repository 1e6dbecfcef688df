"""What can be told to go wrong in an SMTP conversation, and the conversation that obeys."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 2.0.0 Message kept"
DISK_FULL = "452 4.3.1 The message can't be kept: "
BIGGEST_MESSAGE = 50 * 1024 * 1024


class Stage(StrEnum):
    """Where in the conversation a fault strikes."""

    CONNECT = "connect"  # instead of the greeting; whoever connects
    RCPT = "rcpt"  # at RCPT TO of that recipient
    DATA = "data"  # in the middle of the message's text; a reply comes instead of "354 go ahead"
    DOT = "dot"  # at the final dot, and the message isn't kept
    KEPT = "kept"  # after the final dot: the message is kept, and its sender doesn't learn it


@dataclass(frozen=True)
class Reply:
    """Answer with that code: 4xx for "try again", 5xx for "never"."""

    code: int
    text: str = "told to fail"


class Cut(StrEnum):
    """What gives no answer at all."""

    HANG = "hang"  # say nothing, and keep the connection open
    DROP = "drop"  # break the connection


@dataclass
class Fault:
    """One fault told: for whom, where, how, and how many times more (None: always)."""

    whom: str | Callable[[str], bool]
    stage: Stage
    how: Reply | Cut
    left: int | None

    def strikes(self, stage: Stage, recipients: list[str]) -> bool:
        """Tell whether it concerns this stage of a message to ``recipients``."""
        if stage != self.stage or self.left == 0:
            return False
        whom = self.whom
        return whom == "*" or any(matches(name, whom) for name in recipients)


def matches(address: str, whom: str | Callable[[str], bool]) -> bool:
    """Tell whether an address is like ``whom``: a pattern (``*@example.org``) or a function."""
    return whom(address) if callable(whom) else fnmatchcase(address.lower(), whom.lower())


class Keeper(Protocol):
    """Who keeps the messages and knows the faults."""

    def fault(self, stage: Stage, recipients: list[str]) -> Reply | Cut | None:
        """Return what is to go wrong now, if anything."""

    def keep(self, envelope: Envelope, *, acknowledged: bool) -> None:
        """Keep a message. Raises ``OSError`` when it can't be written."""

    def ended(self, conversation: "Conversation") -> None:
        """Take note that a connection is gone."""


class Conversation(SMTP):
    """One connection. The library speaks SMTP; this class breaks it where it was told to."""

    def __init__(self, keeper: Keeper, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            self, data_size_limit=BIGGEST_MESSAGE, enable_SMTPUTF8=True, hostname="localhost", loop=loop
        )
        self._keeper = keeper

    def break_off(self) -> None:
        """Break the connection."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the keeper."""
        super().connection_lost(error)
        self._keeper.ended(self)

    async def _handle_client(self) -> None:
        match self._keeper.fault(Stage.CONNECT, []):
            case Reply() as reply:
                await self.push(f"{reply.code} {reply.text}")
                self.break_off()
            case Cut() as cut:
                await self._cut(cut)
            case None:
                await super()._handle_client()

    async def _cut(self, how: Cut) -> None:
        """Break the connection or not, and never come back: its end cancels us."""
        if how is Cut.DROP:
            self.break_off()
        await asyncio.Event().wait()

    async def _fail(self, stage: Stage, recipients: list[str]) -> str | None:
        """Return the reply to give instead of the good one, if one was told."""
        match self._keeper.fault(stage, recipients):
            case Reply() as reply:
                return f"{reply.code} {reply.text}"
            case Cut() as cut:
                await self._cut(cut)
        return None

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Take the message's text, or fail in the middle of it."""
        recipients = list(self.envelope.rcpt_tos) if self.envelope is not None else []
        match self._keeper.fault(Stage.DATA, recipients) if recipients else None:
            case Reply() as reply:
                await self.push(f"{reply.code} {reply.text}")
            case Cut() as cut:
                await self.push("354 End data with <CR><LF>.<CR><LF>")
                await self._reader.readuntil(b"\r\n")
                await self._cut(cut)
            case None:
                await super().smtp_DATA(arg)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[Any]
    ) -> str:
        """Answer RCPT TO."""
        failure = await self._fail(Stage.RCPT, [address])
        if failure is not None:
            return failure
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer the final dot: only once the message is kept."""
        recipients = [name for name in envelope.rcpt_tos if name]
        failure = await self._fail(Stage.DOT, recipients)
        if failure is not None:
            return failure
        lost = self._keeper.fault(Stage.KEPT, recipients)
        try:
            self._keeper.keep(envelope, acknowledged=lost is None)
        except OSError as error:
            return f"{DISK_FULL}{error.strerror}"
        match lost:
            case Reply() as reply:
                return f"{reply.code} {reply.text}"
            case Cut() as cut:
                await self._cut(cut)
        return OK
