"""What pages read of files. Rights are those of what a file belongs to: the caller asks for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from procurement.core.db import db
from procurement.files.models import File, FileVersion


def files_of(subject_type: str, subject_ids: Iterable[int]) -> Mapping[int, Sequence[File]]:
    """The files of these subjects (ids in the table `subject_type`), by subject, in the order they came.

    Each with all its versions, newest first, and who brought them. One statement; none where there is no subject.
    """
    wanted = list(subject_ids)
    found: dict[int, list[File]] = defaultdict(list)
    if wanted:
        rows = db.session.scalars(
            select(File)
            .join(File.versions)
            .where(File.subject_type == subject_type, File.subject_id.in_(wanted), File.removed_at.is_(None))
            .options(contains_eager(File.versions).joinedload(FileVersion.uploader))
            .order_by(File.id, FileVersion.number.desc())
            .execution_options(populate_existing=True)
        )
        for file in rows.unique():
            found[file.subject_id].append(file)
    return found


def find_version(version_id: int) -> FileVersion | None:
    """A version with its file, whatever its age; None where there is none, or its file was removed. One statement."""
    return db.session.scalar(
        select(FileVersion)
        .join(FileVersion.file)
        .where(FileVersion.id == version_id, File.removed_at.is_(None))
        .options(contains_eager(FileVersion.file), joinedload(FileVersion.uploader))
    )


def kept_bytes() -> Mapping[bytes, int]:
    """All that versions name, of whatever file, removed ones too: size in bytes by SHA-256. One statement."""
    rows = select(FileVersion.digest, FileVersion.size).distinct().order_by(FileVersion.digest)
    return {row.digest: row.size for row in db.session.execute(rows)}
