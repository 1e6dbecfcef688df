"""Sources and their runs in words."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from procurement.notices.models import ImportRun, NoticeState, RunWay

SOURCES = {"boamp": "BOAMP", "ted": "TED"}
"""Names by which people know them."""

WAYS = {RunWay.LIVE: _l("asked of the source"), RunWay.FILES: _l("read from files")}

STATES = {
    NoticeState.IMPORTED: _l("A tender"),
    NoticeState.SKIPPED: _l("Left out"),
    NoticeState.UNREADABLE: _l("Unreadable"),
}


def name(source: str) -> str:
    """What people call a source."""
    return SOURCES.get(source, source.upper())


def why(run: ImportRun) -> str:
    """Why its last step failed, in the reader's language; "" where it didn't."""
    return str(gettext(run.error, **run.error_params)) if run.error else ""
