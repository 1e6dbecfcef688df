"""Sources and their runs in words."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from procurement.notices.models import Aside, ImportRun, NoticeState, RunWay

SOURCES = {
    "boamp": "BOAMP",
    "ted": "TED",
    "typed": _l("Typed in"),
    "pasted": _l("Pasted text"),
    "mail": _l("Forwarded e-mail"),
}
"""Where tenders come from, by the names people know."""

WAYS = {RunWay.LIVE: _l("asked of the source"), RunWay.FILES: _l("read from files")}

STATES = {
    NoticeState.IMPORTED: _l("A tender"),
    NoticeState.SKIPPED: _l("Left out"),
    NoticeState.UNREADABLE: _l("Unreadable"),
}

ASIDE = {
    Aside.STRANGER: _l("Nobody has an open account under this address."),
    Aside.NOT_ALLOWED: _l("This person has an account, but may not write tenders."),
    Aside.UNPROVEN: _l("The address is known, but nothing proves that this e-mail comes from it."),
    Aside.AUTOMATIC: _l("A program sent it: an answer in absence, or a report."),
    Aside.EMPTY: _l("It has no text."),
    Aside.TOO_LARGE: _l("It is over 30 MB: it was not read. Open it in its mailbox."),
    Aside.UNREADABLE: _l("It couldn’t be read. Open it in its mailbox, with care."),
}
"""Why a mail wasn't made a draft by itself."""


def name(source: str) -> str:
    """What people call a source."""
    return str(SOURCES.get(source, source.upper()))


def why(run: ImportRun) -> str:
    """Why its last step failed, in the reader's language; "" where it didn't."""
    return str(gettext(run.error, **run.error_params)) if run.error else ""
