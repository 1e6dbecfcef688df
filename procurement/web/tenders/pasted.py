"""Sites pasted as text, one a line, as a spreadsheet or a mail gives them."""

import re
from decimal import Decimal

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.tenders.facts import SiteFacts
from procurement.tenders.rules import NAME_LENGTH, SITES

_HOURS = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(?:h|heures?|hours?)?", re.IGNORECASE)


def read_sites(text: str) -> tuple[SiteFacts, ...]:
    """The sites of `text`: "name; town; hours a week" a line, or cells of a spreadsheet; town and hours may be missing.

    Raises Invalid, naming the line, for one that can't be read.
    """
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > SITES:
        raise Invalid(N_("At most %(sites)s sites at once."), sites=SITES)
    return tuple(_site(number, line) for number, line in lines)


def _site(number: int, line: str) -> SiteFacts:
    cells = [cell.strip() for cell in re.split(r"[;\t]", line)]
    name, town, hours, *more = [*cells, "", ""]
    if not name or any(more):
        raise Invalid(N_("Line %(line)s can't be read: write “name; town; hours a week”."), line=number)
    if len(name) > NAME_LENGTH or len(town) > NAME_LENGTH:
        raise Invalid(N_("Line %(line)s is too long."), line=number)
    match = _HOURS.fullmatch(hours) if hours else None
    if hours and match is None:
        raise Invalid(
            N_("Line %(line)s: “%(hours)s” isn't a number of hours."), line=number, hours=hours[:40]
        )
    weekly = Decimal(f"{match[1]}.{match[2] or 0}") if match else None
    return SiteFacts(name=name, town=town, weekly_hours=weekly)
