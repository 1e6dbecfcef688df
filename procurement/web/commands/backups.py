"""`flask backup` and `flask restore`: the whole installation into one archive, and back."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from psycopg import Connection

from config import Settings
from procurement.backups import tables
from procurement.backups.loading import load_files, load_rows
from procurement.backups.manifest import Manifest, marks_of
from procurement.backups.reading import Archive, whole
from procurement.backups.writing import written
from procurement.core import clock
from procurement.core.clock import PARIS
from procurement.core.db import db, transaction
from procurement.core.errors import Conflict, Refusal
from procurement.core.i18n import DEFAULT_LOCALE, LOCALES, N_, format_instant, translate
from procurement.files.queries import kept_bytes
from procurement.notifications.operations.restored import hold_back

ONE_INSTANT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

language_option = click.option(
    "--language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Of what is said."
)


def _in_words(command: Callable[..., None]) -> Callable[..., None]:
    """`command`, its refusals told in a line, with status 1."""

    @wraps(command)
    def told(*args: Any, language: str, **kwargs: Any) -> None:
        try:
            command(*args, language=language, **kwargs)
        except Refusal as refusal:
            raise click.ClickException(translate(refusal.message, language, **refusal.params)) from refusal
        except OSError as error:
            words = N_(
                "The disk or the store of files doesn't take this: %(why)s. Make room or mend it, then again."
            )
            raise click.ClickException(
                translate(words, language, why=error.strerror or str(error))
            ) from error

    return told


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@language_option
@with_appcontext
@_in_words
def backup(file: Path, language: str) -> None:
    """Write everything, rows and files, into one archive; the product may run meanwhile.

    The archive shows one instant. It is read again and checked before it gets its name. It holds people's data: keep
    it where nobody else reads. Status 1 if a file that rows name was lost: the archive is there, without it.
    """
    with written(file) as archive:
        made_at = clock.now()
        with transaction():
            archive.add_rows(driver(db.session.connection(execution_options=ONE_INSTANT)))
            files = kept_bytes()
        archive.add_files(files)
        manifest = archive.finish(made_at, _marks())
    _tell(manifest, language)
    if manifest.lost:
        words = N_(
            "%(count)s files were missing or damaged in the store, and aren't in the archive: %(files)s"
        )
        lost = ", ".join(manifest.lost)
        raise click.ClickException(translate(words, language, count=len(manifest.lost), files=lost))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Only read the archive and say whether it is whole.")
@click.option("--replace", is_flag=True, help="Replace what the database holds: it is lost.")
@click.option("--nothing-left", is_flag=True, help="No mail has left since the backup: send what became due.")
@language_option
@with_appcontext
@_in_words
def restore(file: Path, *, check: bool, replace: bool, nothing_left: bool, language: str) -> None:
    """Put back what an archive holds, into an empty database and the store of files.

    Web, worker and beat must be stopped. The archive is read to its end first; if anything is amiss, nothing is
    changed. Mails due between the backup and now are put in doubt, not sent again: they are listed under Messages.
    Tables of an older version are brought to this one's.
    """
    with whole(file) as archive:
        _tell(archive.manifest, language)
        _tell_keys(archive.manifest, language)
        if check:
            return
        newest = _made_ready(archive.manifest, replace=replace)
        load_files(archive)
        held = 0
        with transaction():
            load_rows(driver(db.session.connection()), archive)
            if newest:
                held = _hold_back(archive, nothing_left=nothing_left)
        if not newest:
            upgrade()
            with transaction():
                held = _hold_back(archive, nothing_left=nothing_left)
    click.echo(
        translate(N_("Restored. Mails in doubt, for the office to look at: %(held)s."), language, held=held)
    )


def _made_ready(manifest: Manifest, *, replace: bool) -> bool:
    """See that the database can take the archive's tables, and make them where there are none.

    Returns whether they are this version's. Raises Conflict.
    """
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        scripts.get_revision(manifest.schema_version)
    except CommandError as error:
        raise Conflict(
            N_("The archive was made by a newer version of this application: install that one first.")
        ) from error
    with transaction():
        cursor = driver(db.session.connection()).cursor()
        here, filled, others = tables.version(cursor), tables.filled(cursor), tables.others(cursor)
    if others:
        raise Conflict(
            N_(
                "Somebody is connected to the database: stop web, worker and beat, and close other programs first."
            )
        )
    if filled and not replace:
        raise Conflict(
            N_(
                "The database isn't empty: %(tables)s. Restore into a new one, or add --replace to lose what it holds."
            ),
            tables=", ".join(filled[:5]),
        )
    if here is None:
        upgrade(revision=manifest.schema_version)
    elif here != manifest.schema_version:
        raise Conflict(
            N_(
                "The tables of this database are of another version than the archive's. Restore into a new, empty database."
            )
        )
    return manifest.schema_version == scripts.get_current_head()


def _hold_back(archive: Archive, *, nothing_left: bool) -> int:
    return 0 if nothing_left else hold_back(archive.manifest.made_at)


def driver(connection: Any) -> Connection:
    """PostgreSQL's own connection below SQLAlchemy's, in the same transaction."""
    driver: Connection = connection.connection.driver_connection
    return driver


def _marks() -> Sequence[str]:
    given: Settings = current_app.config["SETTINGS"]
    return marks_of([given.secret_key, *given.seal_keys.split()])


def _tell_keys(manifest: Manifest, language: str) -> None:
    """Say which of the backup's keys aren't this installation's."""
    secret, *seals = manifest.marks
    ours = _marks()
    if secret != ours[0]:
        words = N_(
            "SECRET_KEY isn't the one of the backup: everybody signs in again, and links sent before open nothing."
        )
        click.echo(translate(words, language), err=True)
    if set(seals) - set(ours[1:]):
        words = N_(
            "SEAL_KEYS lacks a key of the backup: what it sealed can't be read. Add that key behind the others."
        )
        click.echo(translate(words, language), err=True)


def _tell(manifest: Manifest, language: str) -> None:
    words = N_(
        "Whole: %(tables)s tables with %(rows)s rows, %(files)s files of %(mb)s MB, as of %(when)s, version %(version)s."
    )
    click.echo(
        translate(
            words,
            language,
            tables=len(manifest.tables),
            rows=manifest.rows,
            files=len(manifest.files),
            mb=round(sum(manifest.files.values()) / 1e6, 1),
            when=format_instant(manifest.made_at, language, PARIS),
            version=manifest.schema_version,
        )
    )
