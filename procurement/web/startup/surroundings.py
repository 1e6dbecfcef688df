"""What the product leans on, tried: folders, store of files, database, Valkey, mail server. Needs the application's context."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO

from alembic.script import ScriptDirectory
from botocore.exceptions import BotoCoreError, ClientError
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from procurement.accounts.models import User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.i18n import N_
from procurement.core.storage import put_back
from procurement.core.storage.stores import the_store
from procurement.demo.people import ACCOUNTS
from procurement.notifications.post import Post, Unreachable
from procurement.web.startup.findings import Finding, is_public

APART = timedelta(seconds=30)
"""How far the machine's clock may be from the database's."""


def folders(settings: Settings) -> Iterator[Finding]:
    """Folders in which nothing can be written."""
    for name in ("storage_dir", "spool_dir"):
        folder = getattr(settings, name)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            yield Finding(
                name.upper(),
                N_("Nothing can be written in %(folder)s: %(why)s. Give it to the user the product runs as."),
                params={"folder": folder, "why": error.strerror},
            )


def demo_accounts(settings: Settings) -> Iterator[Finding]:
    """Accounts of the demo, that many people know, where others than those of this machine come.

    A database that can't be asked is no finding here: people are told by a page.
    """
    if settings.allow_demo or not is_public(settings):
        return
    known = select(func.count()).where(User.email.in_([one.address for one in ACCOUNTS]), User.active)
    try:
        found = db.session.scalar(known)
    except SQLAlchemyError:
        return
    finally:
        db.session.rollback()
    if found:
        yield Finding(
            "ALLOW_DEMO",
            N_(
                "%(count)s accounts of the demo are open, whose password is shown around: use an empty database. For a demonstration, set ALLOW_DEMO=1."
            ),
            params={"count": found},
        )


def everything(settings: Settings) -> Sequence[Finding]:
    """All of it, whoever may come: what answers nothing is a finding."""
    return [
        *folders(settings),
        *_store(settings),
        *_database(settings),
        *demo_accounts(settings),
        *_valkey(settings),
        *_mail(settings),
    ]


def _store(settings: Settings) -> Iterator[Finding]:
    """Put something into the store and take it away again."""
    content = b"whether anything can be kept"
    digest = hashlib.sha256(content).hexdigest()
    try:
        put_back(BytesIO(content), digest)
        the_store().remove(digest)
    except (OSError, BotoCoreError, ClientError) as error:
        name = "STORAGE_URL" if settings.storage_url else "STORAGE_DIR"
        yield Finding(name, N_("The store takes no file: %(why)s"), params={"why": _short(error)})


def _database(settings: Settings) -> Iterator[Finding]:
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        stands = db.session.scalar(text("SELECT to_regclass('alembic_version')")) and db.session.scalar(
            text("SELECT version_num FROM alembic_version")
        )
        theirs = db.session.scalar(
            text("SELECT query_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        )
        ours = clock.now()
    except SQLAlchemyError as error:
        yield Finding(
            "DATABASE_URL", N_("The database doesn't answer: %(why)s"), params={"why": _short(error)}
        )
        return
    finally:
        db.session.rollback()
    if stands != script.get_current_head():
        yield Finding(
            "DATABASE_URL",
            N_("The tables aren't this version's: run the process “release” (flask db upgrade)."),
        )
    if not settings.embedded and theirs is not None and abs(theirs - ours) > APART:
        yield Finding(
            "DATABASE_URL",
            N_("The clock of this machine and the database's differ by over %(seconds)s s: set both by NTP."),
            params={"seconds": round(APART.total_seconds())},
        )


def _valkey(settings: Settings) -> Iterator[Finding]:
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as valkey:
            valkey.ping()
    except (RedisError, OSError, ValueError) as error:
        yield Finding(
            "REDIS_URL", N_("Redis or Valkey doesn't answer: %(why)s"), params={"why": _short(error)}
        )


def _mail(settings: Settings) -> Iterator[Finding]:
    try:
        with Post(settings.smtp_url) as post:
            post.open()
    except Unreachable as error:
        yield Finding(
            "SMTP_URL", N_("The mail server doesn't take us: %(why)s"), params={"why": _short(error)}
        )


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
