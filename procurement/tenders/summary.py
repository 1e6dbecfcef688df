"""A tender on one page, as the delegate reads it in the rules: pieces, criteria, bans, form of the group, with pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, StaleVersion, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.tenders import policy
from procurement.tenders.models import Summary, Tender
from procurement.tenders.queries import visible_tender

PARTS = ("pieces", "criteria", "bans", "group_form", "others")
"""The parts of a summary, in the order they are read; `criteria` have weights."""
LINES, LENGTH, PAGE_LENGTH = 60, 400, 20
WHOLE = 100
"""What the weights of all criteria come to, in percent."""

_PAGE = re.compile(r"(?i)^(?:pages?|p)\b\.?\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary: what, its weight in percent (of a criterion), and the page where the rules say it."""

    what: str
    weight: Decimal | None = None
    page: str = ""


Parts = Mapping[str, Sequence[Line]]
"""A summary, by part."""


def read_lines(text: str, *, weighted: bool = False) -> list[Line]:
    """The lines of `text`: "what ; page", or "what ; weight ; page" where they are `weighted`; page and weight may miss.

    Raises Invalid, naming the line, for one that can't be read.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > LINES:
        raise Invalid(N_("%(limit)s lines at most."), limit=LINES)
    return [_line(number, line, weighted=weighted) for number, line in lines]


def _line(number: int, line: str, *, weighted: bool) -> Line:
    what, *rest = [cell.strip() for cell in line.split(";")]
    if not what or len(rest) > (2 if weighted else 1):
        raise Invalid(
            N_("Line %(line)s can't be read: write “criterion ; weight ; page”.")
            if weighted
            else N_("Line %(line)s can't be read: write “what is asked ; page”."),
            line=number,
        )
    weight = _weight(rest.pop(0), number) if weighted and rest else None
    page = _PAGE.sub("", rest[0]) if rest else ""
    if len(what) > LENGTH or len(page) > PAGE_LENGTH:
        raise Invalid(N_("Line %(line)s is too long."), line=number)
    return Line(what, weight, page)


def _weight(text: str, number: int) -> Decimal | None:
    digits = text.rstrip("% ").replace(",", ".")
    if not digits:
        return None
    try:
        weight = Decimal(digits)
    except InvalidOperation:
        weight = Decimal(-1)
    if not weight.is_finite() or not 0 <= weight <= WHOLE:
        raise Invalid(
            N_("Line %(line)s: “%(weight)s” isn't a weight in percent."), line=number, weight=text[:20]
        )
    return weight


def written(lines: Sequence[Line], *, weighted: bool = False) -> str:
    """Lines as `read_lines` takes them, to be edited."""
    return "\n".join(_written(line, weighted=weighted) for line in lines)


def _written(line: Line, *, weighted: bool) -> str:
    cells = [line.what]
    if weighted and (line.weight is not None or line.page):
        cells.append("" if line.weight is None else f"{line.weight.normalize():f}".replace(".", ","))
    if line.page:
        cells.append(f"p. {line.page}")
    return " ; ".join(cells)


def total_weight(lines: Sequence[Line]) -> Decimal | None:
    """What the weights come to; None unless each criterion has one."""
    weights = [line.weight for line in lines if line.weight is not None]
    return sum(weights, Decimal()) if weights and len(weights) == len(lines) else None


def summary_of(actor: Actor, tender_id: int) -> Summary | None:
    """The summary of a tender, for the network's people; None where nobody wrote one. One statement."""
    return db.session.get(Summary, tender_id) if actor.in_network else None


def parts_of(summary: Summary | None) -> Parts:
    """What a summary says, by part; empty parts where it says nothing."""
    said = summary.parts if summary else {}
    return {
        name: [
            Line(what, None if weight is None else Decimal(weight), page)
            for what, weight, page in said.get(name, ())
        ]
        for name in PARTS
    }


def write_summary(actor: Actor, tender_id: int, parts: Parts, version: int) -> Summary:
    """Write a tender's summary, as filled on the version `version` (0: there was none); nothing where nothing differs.

    Records `summary_written` with the new version. Raises NotFound, Forbidden, TooLate for a cancelled tender,
    StaleVersion when somebody else wrote it meanwhile.
    """
    require(policy.write(actor))
    tender = _locked(actor, tender_id)
    summary = db.session.get(Summary, tender_id, populate_existing=True)
    stands = summary.version if summary else 0
    if stands != version:
        raise StaleVersion(stands)
    plain = {
        name: [
            [line.what, None if line.weight is None else str(line.weight), line.page]
            for line in parts.get(name, ())
        ]
        for name in PARTS
    }
    if summary is None:
        if not any(plain.values()):
            raise Invalid(
                N_("Write a line at least: the documents to provide, or the criteria."), field="pieces"
            )
        summary = Summary(tender_id=tender_id, version=0)
    elif summary.parts == plain:
        return summary
    summary.parts, summary.version = plain, stands + 1
    summary.updated_at, summary.updated_by = clock.now(), actor.user_id
    add(summary)
    events.record(actor, "summary_written", tender, facts={"version": summary.version})
    return summary


def _locked(actor: Actor, tender_id: int) -> Tender:
    tender = visible_tender(actor, tender_id)
    db.session.refresh(tender, ["cancelled_at"], with_for_update=True)
    if tender.cancelled_at is not None:
        raise TooLate(N_("This tender is cancelled: it can't be changed any more."))
    return tender
