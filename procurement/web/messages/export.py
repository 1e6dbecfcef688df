"""Messages as the cells of a spreadsheet."""

from datetime import datetime

from flask_babel import gettext

from procurement.core.clock import PARIS
from procurement.web.labels import label
from procurement.web.messages.lines import Told


def heads(*, texts: bool) -> list[str]:
    """The first line: what each column is."""
    columns = [
        gettext("Written down (Paris time)"),
        gettext("To leave at (Paris time)"),
        gettext("Left at (Paris time)"),
        gettext("Came back at (Paris time)"),
        gettext("State"),
        gettext("What"),
        gettext("About"),
        gettext("To whom, and why"),
        gettext("Person"),
        gettext("Structures then"),
        gettext("Address"),
        gettext("Attempts"),
        gettext("Why it didn’t leave"),
        gettext("What the mail server said"),
    ]
    return [*columns, gettext("Subject"), gettext("Text")] if texts else columns


def row(told: Told, *, texts: bool) -> list[str]:
    """A message as cells, in the order of `heads`."""
    line = told.line
    cells = [
        _moment(line.created_at),
        _moment(line.due_at),
        _moment(line.sent_at),
        _moment(line.returned_at),
        label(line.state),
        told.what,
        told.about,
        told.whom,
        line.name,
        line.structures,
        line.address,
        str(line.attempts),
        told.reason,
        line.error,
    ]
    if not texts:
        return cells
    if line.shared:
        return [*cells, "", gettext("(It speaks of other tenders too: see it on its page.)")]
    return [*cells, line.subject, line.text]


def _moment(value: datetime | None) -> str:
    """Sorted as text, understood as a date."""
    return value.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S") if value else ""
