"""The demonstration mailbox: what the embedded mail server received, whoever it was for. Embedded mode only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy as email_policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from procurement.core import policy
from procurement.web.edge import Room
from procurement.web.libraries import talisman

LATEST = 100
"""Messages listed at most."""
HEAD = 64 * 1024
"""Bytes in which the headers of a message end."""

MAIL_POLICY = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-top-navigation-by-user-activation",
}
"""A mail brings its own styles and nothing else; its links lead the whole page, not the frame."""

_READ = email_policy.default

NAME = re.compile(r"\d{20}-\d+-\d+")
"""How the mail server names its files."""

room = Room("mailbox", __name__)


@dataclass(frozen=True)
class Line:
    """A message as it is listed."""

    name: str
    to: str
    subject: str
    at: datetime | None


def _folder() -> Path:
    folder: Path | None = current_app.config["SETTINGS"].mailbox_dir
    if folder is None:
        raise NotFound
    return folder


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None


def _lines() -> Sequence[Line]:
    """The latest messages, newest first."""
    folder = _folder()
    paths = sorted(folder.glob("*.eml"), reverse=True)[:LATEST] if folder.is_dir() else []
    lines = []
    for path in paths:
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=_READ).parsebytes(file.read(HEAD))
        lines.append(
            Line(path.stem, str(head["X-Envelope-To"] or ""), str(head["Subject"] or ""), _date(head))
        )
    return lines


def _message(name: str) -> EmailMessage:
    """The message of that name. Raises NotFound for any other, and for what is no name of a message."""
    if not NAME.fullmatch(name):
        raise NotFound
    try:
        content = (_folder() / f"{name}.eml").read_bytes()
    except OSError as error:
        raise NotFound from error
    return BytesParser(policy=_READ).parsebytes(content)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


@room.get("/dev/mailbox", may=policy.anyone)
def index() -> ResponseReturnValue:
    """What came, newest first, for everybody or for one address."""
    lines = _lines()
    addresses = sorted({line.to for line in lines if line.to})
    chosen = request.args.get("a", "")
    shown = [line for line in lines if not chosen or line.to == chosen]
    return render_template("mailbox/index.html", lines=shown, addresses=addresses, chosen=chosen)


@room.get("/dev/mailbox/<name>", may=policy.anyone)
def show(name: str) -> ResponseReturnValue:
    """One message: its headers, as it looks, and its text."""
    message = _message(name)
    return render_template(
        "mailbox/show.html",
        name=name,
        message=message,
        at=_date(message),
        text=_part(message, "plain"),
        has_html=message.get_body(("html",)) is not None,
    )


@room.get("/dev/mailbox/<name>/html", may=policy.anyone)
@talisman(content_security_policy=MAIL_POLICY, frame_options="SAMEORIGIN")  # type: ignore[untyped-decorator]
def html(name: str) -> ResponseReturnValue:
    """A message as it looks, for the frame of its page: nothing in it runs, and nothing is fetched."""
    said = _part(_message(name), "html").replace("<head>", '<head><base target="_top">', 1)
    return make_response(said)
