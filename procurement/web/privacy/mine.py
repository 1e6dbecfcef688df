"""One's own data: taken away at once."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import clock, policy
from procurement.privacy.export import Section, take_away
from procurement.web.edge import current_actor
from procurement.web.privacy import columns
from procurement.web.privacy.room import room


@room.get("/compte/mes-donnees", may=policy.signed_in)
def mine() -> ResponseReturnValue:
    """What one can do with one's data."""
    return render_template("privacy/mine.html")


@room.post("/compte/mes-donnees/emporter", may=policy.signed_in)
def export() -> ResponseReturnValue:
    """All that stands here about whoever asks, as a ZIP: a page to read, and JSON for machines."""
    sections, made_at = take_away(current_actor()), clock.now()
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        packed.writestr(gettext("my-data") + ".json", _for_machines(sections, made_at))
        packed.writestr(
            gettext("my-data") + ".html",
            render_template("privacy/export.html", sections=sections, made_at=made_at, columns=columns),
        )
    archive.seek(0)
    response = send_file(
        archive,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{gettext('my-data')}-{made_at:%Y-%m-%d}.zip",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _for_machines(sections: Sequence[Section], made_at: datetime) -> str:
    told = {
        "made_at": made_at,
        "sections": [{"title": one.title, "table": one.table, "rows": one.rows} for one in sections],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> str:
    """What JSON has no form for: instants, days and hours as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
