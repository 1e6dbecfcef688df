"""Verbs on files: attach one to something, replace it by a newer version, remove it.

Who may is the caller's question: a file belongs to something that has its own rights. Bytes are in the store before
any of these is called, so that no transaction waits for a disk or a network.
"""

from typing import cast

from sqlalchemy import Table, select

from procurement.core import clock, events
from procurement.core.db import Base, add, db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor
from procurement.core.storage import Kept
from procurement.files.models import File, FileVersion


def attach(actor: Actor, subject: Base, kept: Kept) -> File:
    """Attach what the store has `kept` to `subject` (any row with an id), as a new file.

    Records `file_added` on the subject, with the facts `file_id` and `version`; its name, which may say whose it is,
    stands among the values. Returns the file.
    """
    table = cast("Table", subject.__table__)
    subject_id: int = subject.id  # type: ignore[attr-defined]
    file: File = add(
        File(
            subject_type=table.name, subject_id=subject_id, latest=1, created_at=clock.now(), removed_at=None
        )
    )
    _add_version(actor, file, kept)
    events.record(
        actor, "file_added", subject, facts={"file_id": file.id, "version": 1}, values={"name": kept.name}
    )
    return file


def replace(actor: Actor, subject: Base, file_id: int, kept: Kept) -> FileVersion:
    """Put a newer version of a file of `subject`; the earlier ones stay. The very same bytes change nothing.

    Records `file_replaced` on the subject. Raises NotFound where `subject` has no such file. Returns the latest version.
    """
    file = _locked(subject, file_id)
    latest = db.session.scalars(
        select(FileVersion).where(FileVersion.file_id == file.id, FileVersion.number == file.latest)
    ).one()
    if latest.digest == kept.digest:
        return latest
    file.latest += 1
    version = _add_version(actor, file, kept)
    events.record(
        actor,
        "file_replaced",
        subject,
        facts={"file_id": file.id, "version": file.latest},
        values={"name": kept.name},
    )
    return version


def remove(actor: Actor, subject: Base, file_id: int) -> File:
    """Take a file of `subject` away: nobody gets it any more.

    Records `file_removed` on the subject. Raises NotFound where `subject` has no such file.
    """
    file = _locked(subject, file_id)
    file.removed_at = clock.now()
    db.session.flush()
    events.record(actor, "file_removed", subject, facts={"file_id": file.id})
    return file


def _locked(subject: Base, file_id: int) -> File:
    """The file, parent locked before child."""
    table = cast("Table", subject.__table__)
    subject_id: int = subject.id  # type: ignore[attr-defined]
    db.session.execute(select(table.c.id).where(table.c.id == subject_id).with_for_update())
    file = db.session.scalar(
        select(File)
        .where(
            File.id == file_id,
            File.subject_type == table.name,
            File.subject_id == subject_id,
            File.removed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if file is None:
        raise NotFound
    return file


def _add_version(actor: Actor, file: File, kept: Kept) -> FileVersion:
    version: FileVersion = add(
        FileVersion(
            file_id=file.id,
            number=file.latest,
            name=kept.name,
            digest=kept.digest,
            size=kept.size,
            media_type=kept.media_type,
            remarks=sorted(remark.value for remark in kept.remarks),
            uploaded_at=clock.now(),
            uploaded_by=actor.user_id,
        )
    )
    return version
