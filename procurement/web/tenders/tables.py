"""What a search finds as a file for a spreadsheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from procurement.core import clock
from procurement.core.clock import PARIS
from procurement.core.policy import anyone
from procurement.deadlines.rules import read_zone
from procurement.tenders import cpv
from procurement.tenders.models import Reservation
from procurement.tenders.queries.table import TableLine, table
from procurement.web.edge import current_actor
from procurement.web.labels import departments, label
from procurement.web.spreadsheets import sent, workbook, written
from procurement.web.tenders.blueprint import room
from procurement.web.tenders.filters import read_search


@room.get("/marches/liste.<any(csv, xlsx):ending>", may=anyone)
def as_table(ending: str) -> ResponseReturnValue:
    """The tenders that the address asks for, as `index` lists them: CSV piece by piece, or XLSX."""
    now = clock.now()
    rows = _rows(table(current_actor(), read_search(request.args), now))
    name = f"marches-{now.astimezone(PARIS):%Y-%m-%d}.{ending}"
    if ending == "csv":
        return sent(written(_heads(), rows), name)
    return sent(workbook(gettext("Tenders"), _heads(), rows), name)


def _heads() -> list[str]:
    return [
        gettext("Title"),
        gettext("Buyer"),
        gettext("SIRET"),
        gettext("Buyer's reference"),
        gettext("Where it is performed"),
        gettext("CPV code"),
        gettext("What it stands for"),
        gettext("Kind"),
        gettext("Reserved"),
        gettext("State"),
        gettext("Answers due"),
        gettext("Zone of the hour"),
        gettext("To be checked"),
        gettext("Registrations until (Paris time)"),
        gettext("Notice published on"),
        gettext("The official notice"),
        gettext("Page here"),
    ]


def _rows(lines: Iterator[TableLine]) -> Iterator[Sequence[str]]:
    locale = str(get_locale())
    for line in lines:
        row = line.row
        reserved = row.reservation not in {Reservation.NONE, Reservation.UNKNOWN}
        published = line.notice_published_on
        yield [
            row.title,
            row.buyer,
            line.siret,
            row.reference,
            departments(row.departments),
            line.cpv,
            cpv.said(line.cpv, locale) if line.cpv else "",
            label(row.kind),
            label(row.reservation) if reserved else "",
            label(row.state),
            _there(row.due_at, row.due_zone),
            row.due_zone if row.due_at else "",
            gettext("yes") if row.due_doubtful else "",
            _there(row.registrations_close_at, "Europe/Paris"),
            published.isoformat() if published else "",
            line.source_url,
            url_for("tenders.show", tender_id=row.id, _external=True),
        ]


def _there(instant: datetime | None, zone: str) -> str:
    """An instant as clocks show it in its zone: sorted as text, understood as a date."""
    return f"{instant.astimezone(read_zone(zone)):%Y-%m-%d %H:%M:%S}" if instant else ""
