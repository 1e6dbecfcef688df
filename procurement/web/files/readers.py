"""Who gets a file: whoever may read what it belongs to. What stands in no line here, nobody gets."""

from collections.abc import Callable, Mapping

from procurement.certificates.queries import may_read as may_read_certificate
from procurement.core.errors import NotFound
from procurement.core.policy import Actor
from procurement.files.models import FileVersion
from procurement.files.queries import find_version
from procurement.tenders.documents import may_read as may_read_tender

READERS: Mapping[str, Callable[[Actor, int], bool]] = {
    "certificate": may_read_certificate,
    "tender": may_read_tender,
}
"""By the table of what a file belongs to: whether this actor may read the row of that number."""


def readable_version(actor: Actor, version_id: int) -> FileVersion:
    """A version that `actor` may read now. Raises NotFound for any other."""
    version = find_version(version_id)
    reads = READERS.get(version.file.subject_type) if version else None
    if version is None or reads is None or not reads(actor, version.file.subject_id):
        raise NotFound
    return version
