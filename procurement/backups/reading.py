"""An archive, read: whole or not at all."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from procurement.backups.manifest import FORMAT, NAME, Manifest, file_piece, table_piece
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.core.storage import sha256_of

_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
)
"""What reading a ZIP raises when bytes of it are missing or changed."""


class Archive:
    """An archive all of whose pieces have been found whole."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def table(self, name: str) -> IO[bytes]:
        """The rows of a table, to be read and closed."""
        return self._archive.open(table_piece(name))

    def file(self, digest: str) -> IO[bytes]:
        """A file, to be read and closed."""
        return self._archive.open(file_piece(digest))


@contextmanager
def whole(path: Path) -> Iterator[Archive]:
    """The archive at `path`, once all of it has been read and compared with what it says it holds.

    Raises Invalid, in plain words, for a file that is no archive of ours, is cut short, damaged, or too new.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise Invalid(N_("%(path)s can't be opened: %(why)s"), path=path, why=error.strerror) from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGES as error:
            raise Invalid(
                N_("%(path)s is no archive of this application, or its end is missing. Take another one."),
                path=path,
            ) from error
        with archive:
            manifest = _manifest(archive, path)
            _compare(archive, manifest, path)
            yield Archive(archive, manifest)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(archive.read(NAME))
    except (*_DAMAGES, ValidationError) as error:
        raise _damaged(path, NAME) from error
    if manifest.format > FORMAT:
        raise Invalid(
            N_("%(path)s was made by a newer version of this application: install that one first."), path=path
        )
    return manifest


def _compare(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    found = archive.namelist()
    if len(found) != len(set(found)) or set(found) != manifest.names:
        odd = sorted(set(found) ^ manifest.names) or [NAME]
        raise _damaged(path, odd[0])
    digests = {table_piece(name): table.sha256 for name, table in manifest.tables.items()}
    digests |= {file_piece(digest): digest for digest in manifest.files}
    for name, digest in digests.items():
        try:
            with archive.open(name) as piece:
                same = sha256_of(piece) == digest
        except _DAMAGES as error:
            raise _damaged(path, name) from error
        if not same:
            raise _damaged(path, name)


def _damaged(path: Path, name: str) -> Invalid:
    return Invalid(
        N_(
            "%(path)s is damaged: %(piece)s isn't what was written. Nothing was changed. Take another archive."
        ),
        path=path,
        piece=name,
    )
