"""The daily job of privacy: what is over is ended, as the register says."""

from datetime import timedelta
from itertools import islice
from time import monotonic

import structlog
from celery import shared_task

from procurement.core import clock, storage
from procurement.core.db import transaction
from procurement.privacy import retention, terms

log = structlog.get_logger(__name__)

TURN = 5.0
"""Seconds that a tick goes on while there is more to do; then others get the worker, and the next tick goes on."""
PARTIAL = timedelta(days=1)
"""After so long what is still arriving never will: a crash left it."""
BATCH = 100
"""Files of the store looked at together."""


@shared_task(name="privacy.retain")
def retain() -> dict[str, int]:
    """End what is over, once a day, some at a time; returns how many rows and files this turn ended.

    The store is swept last, outside any transaction: a file goes once nothing names it, and is named no more.
    """
    with transaction():
        if retention.is_over_for_today():
            return {"ended": 0}
    end, done, more = monotonic() + TURN, 0, 1
    while more and monotonic() < end:
        with transaction():
            more = retention.step()
        done += more
    if not more:
        spare = _drop_spare_files()
        with transaction():
            retention.finish(spare)
        done += spare
        log.info("retention done", ended=done)
    return {"ended": done}


def _drop_spare_files() -> int:
    """Rid the store of files that are old and that nothing names, or never arrived whole; returns how many."""
    dropped = storage.drop_partial(clock.now() - PARTIAL)
    old = storage.kept_before(terms.SPARE_FILES.ended(clock.now()))
    while digests := list(islice(old, BATCH)):
        with transaction():
            spare = retention.unnamed(digests)
        for digest in spare:
            storage.drop_kept(digest)
        dropped += len(spare)
    return dropped
