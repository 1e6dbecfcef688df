"""BOAMP live: the open-data interface (Opendatasoft, version 2.1), a window of days at a time, page after page.

A page has a hundred records at most, and none stands beyond the ten-thousandth: of a window that holds more, a few
days at a time are taken by the export route, which has no such bound.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from procurement.core import clock
from procurement.notices.boamp.records import iter_records
from procurement.notices.live.web import CUT, NOT_UNDERSTOOD, Refused, TryLater, Web
from procurement.notices.reading.files import DamagedRecord, UnreadableFile
from procurement.notices.runs import Step

ADDRESS = "https://boamp-datadila.opendatasoft.com"
DATASET = "/api/explore/v2.1/catalog/datasets/boamp"
PAGE = 100
LAST_OFFSET = 10_000
"""Offset and size of a page together go no further."""
FIRST_DAYS = 30
"""How far back the first run goes."""
OVERLAP = timedelta(days=2)
"""A run begins so long before the last good one: what was published late, or mended, comes in too."""
WINDOW = timedelta(days=31)
EXPORT_DAYS = timedelta(days=6)
EXPORT_LIMIT = 500_000_000
EXPORT_SECONDS = 120.0
EXPORT_PIECE = 3000
"""Records of an export that one step hands over: a week of the whole country has fewer."""


@dataclass(frozen=True, slots=True)
class Boamp:
    """The interface at `address`, asked for notices that concern these departments (all, where none is named)."""

    address: str
    departments: Sequence[str] = ()

    def begin(self, last: Mapping[str, Any], began_at: datetime | None) -> Mapping[str, Any]:
        """Where a run begins: shortly before the last good one, which also tells what it was given last."""
        today = clock.today()
        since = (
            began_at.astimezone(clock.PARIS).date() - OVERLAP
            if began_at
            else today - timedelta(days=FIRST_DAYS)
        )
        until = min(since + WINDOW, today)
        cursor = {"since": since.isoformat(), "until": until.isoformat(), "offset": 0, "counted": 0}
        # The same question as last time may have the same answer: then nothing is sent again.
        if last.get("asked") == self._asked(cursor) and last.get("etag"):
            cursor |= {"etag": last["etag"], "asked": last["asked"]}
        return cursor

    def step(self, web: Web, cursor: Mapping[str, Any]) -> Step:
        """The next page, or the next piece of an export. Raises TryLater, Refused."""
        if cursor.get("export"):
            return self._export(web, cursor)
        offset = int(cursor["offset"])
        fresh = self._asked(cursor) != cursor.get("asked")
        answer = web.get(
            f"{self.address}{DATASET}/records",
            {**self._question(cursor), "limit": str(PAGE), "offset": str(offset)},
            etag="" if fresh or offset else cursor["etag"],
        )
        if answer.unchanged:
            return Step([], cursor, done=True, total=0)
        total, records = _page(answer.decoded())
        counted = int(cursor["counted"])
        if total > LAST_OFFSET:
            until = min(
                date.fromisoformat(cursor["since"]) + EXPORT_DAYS, date.fromisoformat(cursor["until"])
            )
            narrowed = {**cursor, "until": until.isoformat(), "export": True, "offset": 0}
            return Step([], narrowed, done=False, total=counted + total)
        begun = {**cursor, "etag": answer.etag, "asked": self._asked(cursor)} if not offset else cursor
        offset += len(records)
        if records and offset < total:
            return Step(
                records,
                {**begun, "offset": offset},
                done=False,
                total=counted + total,
                pause=answer.pause,
            )
        return self._next_window(records, begun, counted + total, answer.pause)

    def _export(self, web: Web, cursor: Mapping[str, Any]) -> Step:
        """A piece of the export, which is asked for anew each time: what was handed over is passed by."""
        offset = int(cursor["offset"])
        with tempfile.TemporaryFile() as file:
            web.save(
                f"{self.address}{DATASET}/exports/json",
                self._question(cursor),
                file,
                EXPORT_LIMIT,
                EXPORT_SECONDS,
            )
            file.seek(0)
            records = list(islice(_whole(iter_records(file)), offset, offset + EXPORT_PIECE + 1))
        counted = int(cursor["counted"])
        piece = records[:EXPORT_PIECE]
        if len(records) > EXPORT_PIECE:
            return Step(piece, {**cursor, "offset": offset + len(piece)}, done=False)
        return self._next_window(piece, cursor, counted + offset + len(piece), 0.0)

    def _next_window(
        self, records: Sequence[object], cursor: Mapping[str, Any], counted: int, pause: float
    ) -> Step:
        """These records are the last of their window: the days after it come next, up to today."""
        today = clock.today()
        until = date.fromisoformat(cursor["until"])
        if until >= today:
            return Step(records, cursor, done=True, total=counted, pause=pause)
        following = {
            "since": (until + timedelta(days=1)).isoformat(),
            "until": min(until + WINDOW, today).isoformat(),
            "offset": 0,
            "counted": counted,
        }
        return Step(records, following, done=False, total=counted, pause=pause)

    def _question(self, cursor: Mapping[str, Any]) -> dict[str, str]:
        """The notices of the cursor's days, the oldest first: what is published meanwhile comes at the end."""
        since, until = (date.fromisoformat(cursor[name]) for name in ("since", "until"))
        where = f"dateparution >= date'{since}' AND dateparution <= date'{until}'"
        if self.departments:
            # The interface writes the first nine without their zero.
            codes = dict.fromkeys(form for one in self.departments for form in (one, one.lstrip("0")))
            where += " AND (" + " OR ".join(f'code_departement = "{code}"' for code in codes) + ")"
        return {"where": where, "order_by": "dateparution asc, idweb asc"}

    def _asked(self, cursor: Mapping[str, Any]) -> str:
        """The first question of a window, to be compared with another run's."""
        return self._question(cursor)["where"]


def _page(said: object) -> tuple[int, list[object]]:
    """How many records there are in all, and those of this page. Raises Refused."""
    if isinstance(said, dict):
        total, records = said.get("total_count"), said.get("results")
        if isinstance(total, int) and isinstance(records, list):
            return total, records
    raise Refused(NOT_UNDERSTOOD)


def _whole(records: Iterator[object]) -> Iterator[object]:
    """The records of an export. Raises TryLater where it breaks off."""
    try:
        for record in records:
            if isinstance(record, DamagedRecord):
                raise TryLater(CUT)
            yield record
    except UnreadableFile as error:
        raise TryLater(CUT) from error
