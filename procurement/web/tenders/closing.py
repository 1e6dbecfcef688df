"""The end of registrations that is chosen when a draft is published."""

from collections.abc import Mapping
from datetime import datetime

from procurement.core.errors import Invalid
from procurement.core.i18n import N_

FIELD = "registrations"


def chosen_close(sent: Mapping[str, str]) -> datetime | None:
    """The instant that `templates/tenders/_publish.html` sends; None for no date of the network's own.

    Raises Invalid for what is no instant.
    """
    said = sent.get(FIELD, "")
    if not said:
        return None
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Invalid(N_("The end of registrations can't be read: choose it again."), field=FIELD)
    return instant
