"""The way out: one kept SMTP connection, and what the server answered for each message."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import Self
from urllib.parse import unquote, urlsplit

from procurement.core.text import seen
from procurement.notifications.journal import Journal
from procurement.notifications.letters import Letter
from procurement.notifications.returns import ABOUT_SENDER, ABOUT_TEXT

COMMAND_PATIENCE = 10.0
"""Seconds we wait for a connection and for the answer to a command."""
DOT_PATIENCE = 60.0
"""Seconds we wait for the answer to a message: a server may examine it first."""
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Answer(StrEnum):
    """What became of a message that we wanted to hand over."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    """Not now: it can be tried again, nothing was taken."""
    REFUSED = "refused"
    """Never: that recipient, or that message."""
    DOUBTFUL = "doubtful"
    """The connection was lost after the final dot: it may have been taken (N4)."""
    UNSPOKEN = "unspoken"
    """Its turn didn't come: the server is out of reach, or time is up."""


@dataclass(frozen=True, slots=True)
class Result:
    """An answer, and the server's own words."""

    answer: Answer
    said: str = ""


UNSPOKEN = Result(Answer.UNSPOKEN)


class Unreachable(Exception):  # noqa: N818 - it says where the server is, not what we did wrong
    """The mail server takes no connection, or not ours. The message says why."""


class Post:
    """A connection to the mail server: opened once for many messages, and again when it breaks."""

    def __init__(self, smtp_url: str, *, patience: float = COMMAND_PATIENCE) -> None:
        self._url = urlsplit(smtp_url)
        self._patience = patience
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Connect unless we are. Raises Unreachable."""
        if self._client is not None:
            return
        try:
            self._client = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(str(error)) from error

    def close(self) -> None:
        """Take leave of the server; harmless when we aren't connected."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.quit()
        except (OSError, smtplib.SMTPException):
            client.close()

    def send(self, letter: Letter, about_to: Callable[[], bool]) -> Result:
        """Hand one message over to the server. Raises Unreachable when there is none to speak to.

        `about_to` is asked just before the message itself is sent, once its recipient is taken: if it says no, the
        message is left unspoken.
        """
        self.open()
        client = self._client
        if client is None:
            raise Unreachable
        try:
            return self._converse(client, letter, about_to)
        except (OSError, smtplib.SMTPException) as error:
            # Before the whole message was out, dot included: nothing can have been taken.
            self._drop()
            return Result(Answer.DEFERRED, str(error))

    def _connect(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "", self._url.scheme == "smtps"
        port = self._url.port or (465 if secure else 25)
        name = "localhost" if host in _LOCAL else None
        client: smtplib.SMTP
        if secure:
            context = ssl.create_default_context()
            client = smtplib.SMTP_SSL(host, port, name, timeout=self._patience, context=context)
        else:
            client = smtplib.SMTP(host, port, name, timeout=self._patience)
        try:
            client.ehlo_or_helo_if_needed()
            if not secure and client.has_extn("starttls"):
                client.starttls(context=self._context())
                client.ehlo()
                secure = True
            if self._url.username:
                self._log_in(client, secret=secure or host in _LOCAL)
        except BaseException:
            client.close()
            raise
        return client

    def _log_in(self, client: smtplib.SMTP, *, secret: bool) -> None:
        if not secret:
            raise smtplib.SMTPNotSupportedError("the server offers no TLS: the password stays here")
        client.login(unquote(self._url.username or ""), unquote(self._url.password or ""))

    def _context(self) -> ssl.SSLContext:
        """Who the server is is checked when we tell it a password; otherwise TLS is better than none."""
        context = ssl.create_default_context()
        if not self._url.username:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _converse(self, client: smtplib.SMTP, letter: Letter, about_to: Callable[[], bool]) -> Result:
        """One message: MAIL, RCPT, DATA, text and dot."""
        code, said = client.mail(letter.sender)
        if code != 250:
            return self._no(client, Answer.DEFERRED, code, said, ABOUT_SENDER)
        code, said = client.rcpt(letter.recipient)
        if code not in {250, 251}:
            return self._no(client, _class_of(code), code, said)
        if not about_to():
            return self._no(client, Answer.UNSPOKEN, 0, b"it can't be noted that we speak")
        code, said = client.docmd("DATA")
        if code != 354:
            return self._no(client, _class_of(code), code, said, ABOUT_TEXT)
        client.send(_LEADING_DOT.sub(b"..", letter.content) + b".\r\n")
        return self._after_dot(client)

    def _after_dot(self, client: smtplib.SMTP) -> Result:
        if client.sock is not None:
            client.sock.settimeout(max(DOT_PATIENCE, self._patience))
        try:
            code, said = client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Result(Answer.DOUBTFUL, str(error))
        if client.sock is not None:
            client.sock.settimeout(self._patience)
        words = _words(code, said, ABOUT_TEXT)
        if 200 <= code < 300:
            return Result(Answer.ACCEPTED, words)
        if not 400 <= code < 600:
            self._drop()
            return Result(Answer.DOUBTFUL, words)
        if code == 421:
            self._drop()
        return Result(_class_of(code), words)

    def _no(self, client: smtplib.SMTP, answer: Answer, code: int, said: bytes, about: str = "") -> Result:
        """The server said no before the message: leave it ready for the next one."""
        try:
            if code == 421 or client.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()
        return Result(answer, _words(code, said, about))


def _class_of(code: int) -> Answer:
    """4xx and what isn't a code: not now; 5xx: never."""
    return Answer.REFUSED if 500 <= code < 600 else Answer.DEFERRED


def _words(code: int, said: bytes, about: str) -> str:
    """What the server said, fit for the database; `about` stands before it where that isn't the recipient."""
    return f"{about}{code} {seen(said.decode('utf-8', 'replace'))}"[:1000]


def hand_over(
    post: Post, letters: Iterable[Letter], journal: Journal, seconds: float
) -> Mapping[int, Result]:
    """Hand `letters` over one by one, for `seconds` at most; returns what was answered, by delivery id.

    Each is noted in the journal before its text leaves and after the answer, so that a kill leaves one message in
    doubt and no more. No transaction may be open: this is where the product speaks to the outside.
    """
    end = monotonic() + seconds
    results: dict[int, Result] = {}
    going = True
    for letter in letters:
        if not going or monotonic() > end:
            results[letter.delivery_id] = UNSPOKEN
            continue
        try:
            result = post.send(letter, partial(journal.speaking, letter.delivery_id))
        except Unreachable as error:
            result = Result(Answer.UNSPOKEN, str(error))
        journal.answered(letter.delivery_id, result.answer.value, result.said)
        results[letter.delivery_id] = result
        going = result.answer is not Answer.UNSPOKEN
    return results
