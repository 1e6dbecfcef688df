"""Which sources are asked live on this installation, and where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from config import Settings
from procurement.notices.live import boamp, ted
from procurement.notices.live.web import Web
from procurement.notices.reading.nuts import regions_of
from procurement.notices.runs import Step
from procurement.notices.sources import BOAMP, TED

OFF = "off"


class Live(Protocol):
    """A source that is asked step by step."""

    def begin(self, last: Mapping[str, Any], began_at: datetime | None) -> Mapping[str, Any]:
        """Where a run begins."""

    def step(self, web: Web, cursor: Mapping[str, Any]) -> Step:
        """What comes next. Raises TryLater, Refused."""


def live_sources(given: Settings) -> Mapping[str, Live]:
    """The sources that are asked live, by name: none when embedded, unless their addresses are set."""
    departments = [] if given.notices_departments == "all" else given.notices_departments.split(",")
    addresses = {
        BOAMP: given.boamp_url or (OFF if given.embedded else boamp.ADDRESS),
        TED: given.ted_url or (OFF if given.embedded else ted.ADDRESS),
    }
    made: dict[str, Live] = {
        BOAMP: boamp.Boamp(addresses[BOAMP], departments),
        TED: ted.Ted(addresses[TED], given.ted_notices_url or ted.NOTICES, regions_of(departments)),
    }
    return {name: one for name, one in made.items() if addresses[name] != OFF}


def agent(given: Settings) -> str:
    """What we are called where we ask, with the address of this installation."""
    return f"marches-groupes (+{given.public_url})"
