"""Files, the only way in and out: looked at, then kept under the SHA-256 of what they hold.

Text people typed is no path here and a file is never run: what is kept is found by its digest alone.
"""

from procurement.core.storage.arrivals import LARGEST, Kept, take_in
from procurement.core.storage.bucket import BucketStore
from procurement.core.storage.kinds import MEDIA_TYPES, Remark
from procurement.core.storage.stores import (
    LocalStore,
    drop_kept,
    drop_partial,
    is_kept,
    kept_before,
    open_kept,
    put_back,
    sha256_of,
    use,
)
from procurement.core.storage.viruses import search_with

__all__ = [
    "LARGEST",
    "MEDIA_TYPES",
    "BucketStore",
    "Kept",
    "LocalStore",
    "Remark",
    "drop_kept",
    "drop_partial",
    "is_kept",
    "kept_before",
    "open_kept",
    "put_back",
    "search_with",
    "sha256_of",
    "take_in",
    "use",
]
