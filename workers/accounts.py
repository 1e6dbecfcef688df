"""Jobs of the accounts: those that nobody uses are warned, then closed."""

from celery import shared_task

from procurement.accounts import silence
from procurement.core.db import transaction


@shared_task(name="accounts.silence")
def close_silent() -> dict[str, int]:
    """Warn who has been away for nearly two years, close who stayed away; returns how many of each."""
    done = {"warned": 0, "closed": 0}
    taken = silence.BATCH
    while taken >= silence.BATCH:
        with transaction():
            taken = silence.warn_silent()
        done["warned"] += taken
    while done["closed"] < silence.BATCH:
        with transaction():
            if not silence.close_silent():
                break
        done["closed"] += 1
    return done
