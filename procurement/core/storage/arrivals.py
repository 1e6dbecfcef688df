"""A file on its way in: written beside, measured, looked at, then kept under its digest. Memory stays flat."""

import hashlib
from dataclasses import dataclass
from typing import IO

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.core.storage.kinds import ALSO, MEDIA_TYPES, Remark, recognise
from procurement.core.storage.names import clean_name
from procurement.core.storage.stores import receiving, the_store
from procurement.core.storage.viruses import search

LARGEST = 50 * 1024 * 1024
"""Bytes a file."""

PIECE = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that the store has: by its digest (SHA-256, 32 bytes), under a name that is harmless everywhere."""

    digest: bytes
    size: int
    name: str
    media_type: str
    remarks: frozenset[Remark] = frozenset()


def take_in(source: IO[bytes], name: str) -> Kept:
    """Take what `source` holds into the store; `name` is what whoever sent it calls it.

    Nothing of it stays when it is refused, or when the machine stops on the way. Raises Invalid, in plain words:
    empty, over `LARGEST`, of a kind that isn't taken, damaged, or made to harm,
    a virus among these.
    """
    with receiving() as arrival:
        sum_so_far, size = hashlib.sha256(), 0
        while piece := source.read(PIECE):
            size += len(piece)
            if size > LARGEST:
                raise Invalid(
                    N_("This file is over %(limit)s MB: make it lighter, or split it in two."),
                    limit=LARGEST // (1024 * 1024),
                )
            sum_so_far.update(piece)
            arrival.file.write(piece)
        if not size:
            raise Invalid(N_("This file is empty: nothing reached us."))
        arrival.file.flush()
        kind = recognise(arrival.path, name)
        search(arrival.path)
        the_store().keep(arrival, sum_so_far.hexdigest())
    return Kept(
        digest=sum_so_far.digest(),
        size=size,
        name=clean_name(name, kind.extension, ALSO.get(kind.extension, ())),
        media_type=MEDIA_TYPES[kind.extension],
        remarks=kind.remarks,
    )
