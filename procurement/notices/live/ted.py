"""TED live: the search interface names notices, page after page by its token; each is then fetched as XML.

A published notice never changes, so one that is known isn't fetched again.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from procurement.core import clock
from procurement.core.i18n import N_
from procurement.notices.live.web import NOT_UNDERSTOOD, Refused, Web
from procurement.notices.reading.files import DamagedRecord, NamedRecord, UnreadableFile
from procurement.notices.reading.markup import record_of
from procurement.notices.runs import Step

ADDRESS = "https://api.ted.europa.eu"
NOTICES = "https://ted.europa.eu"
SEARCH = "/v3/notices/search"
PAGE = 100
FIRST_DAYS = 30
OVERLAP = timedelta(days=3)
AT_ONCE = 10
"""Notices fetched in one step."""
NOT_GIVEN = N_("The source names this notice and doesn't give it.")
_NUMBER = re.compile(r"0*([1-9]\d{0,7}-\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ted:
    """The interface at `address` and the notices at `notices`, for these NUTS regions."""

    address: str
    notices: str
    regions: Sequence[str]

    def begin(self, last: Mapping[str, Any], began_at: datetime | None) -> Mapping[str, Any]:  # noqa: ARG002
        """Where a run begins: shortly before the last good one."""
        today = clock.today()
        since = (
            began_at.astimezone(clock.PARIS).date() - OVERLAP
            if began_at
            else today - timedelta(days=FIRST_DAYS)
        )
        return {"since": since.isoformat(), "until": today.isoformat(), "token": "", "left": []}

    def step(self, web: Web, cursor: Mapping[str, Any]) -> Step:
        """The XML of some of the notices named, or the next names. Raises TryLater, Refused."""
        if cursor["left"]:
            return self._fetch(web, cursor)
        question = {
            "query": self._query(cursor),
            "fields": ["publication-number"],
            "limit": PAGE,
            "paginationMode": "ITERATION",
            **({"iterationNextToken": cursor["token"]} if cursor["token"] else {}),
        }
        answer = web.post(f"{self.address}{SEARCH}", question)
        numbers, total, token = _page(answer.decoded())
        following = {**cursor, "token": token, "left": []}
        return Step(
            [], following, done=not (token and numbers), total=total, numbers=numbers, pause=answer.pause
        )

    def _fetch(self, web: Web, cursor: Mapping[str, Any]) -> Step:
        left: list[str] = list(cursor["left"])
        records: list[object] = []
        pause = 0.0
        while left and len(records) < AT_ONCE and not pause:
            number = left.pop(0)
            try:
                answer = web.get(f"{self.notices}/fr/notice/{number}/xml")
                records.append(NamedRecord(record_of(io.BytesIO(answer.body)), number))
            except (Refused, UnreadableFile):
                # One notice that isn't given holds up no other.
                records.append(DamagedRecord(number, raw=number, reason=NOT_GIVEN))
            else:
                pause = answer.pause
        return Step(records, {**cursor, "left": left}, done=not (left or cursor["token"]), pause=pause)

    def _query(self, cursor: Mapping[str, Any]) -> str:
        since, until = (date.fromisoformat(cursor[name]) for name in ("since", "until"))
        places = " ".join(self.regions)
        days = f"publication-date>={since:%Y%m%d} AND publication-date<={until:%Y%m%d}"
        return f"place-of-performance IN ({places}) AND {days} SORT BY publication-number ASC"


def _page(said: object) -> tuple[list[str], int, str]:
    """The numbers of a page's notices, how many there are in all, and the token of the next page. Raises Refused."""
    if not isinstance(said, dict):
        raise Refused(NOT_UNDERSTOOD)
    notices, total, token = said.get("notices"), said.get("totalNoticeCount"), said.get("iterationNextToken")
    if not isinstance(notices, list) or not isinstance(total, int):
        raise Refused(NOT_UNDERSTOOD)
    named = (one.get("publication-number") for one in notices if isinstance(one, dict))
    numbers = [match[1] for one in named if isinstance(one, str) and (match := _NUMBER.fullmatch(one))]
    return numbers, total, token if isinstance(token, str) else ""
