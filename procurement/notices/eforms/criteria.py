"""By what a European notice says that offers are judged: BT-539, BT-540, BT-734, BT-541 and BT-5421, lot by lot."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from procurement.notices.eforms.paths import EXTENSION
from procurement.notices.parsed import ReadCriterion
from procurement.notices.reading.criteria import LIMIT, NAME_LIMIT, WHOLE, criteria_in_prose, percent_of
from procurement.notices.reading.nodes import attribute, raw_text, reach, text
from procurement.notices.reading.text import one_line

_CRITERIA = ("TenderingTerms", "AwardingTerms", "AwardingCriterion", "SubordinateAwardingCriterion")
_SORTS = frozenset({"price", "cost", "quality"})
_PERCENT, _POINTS = frozenset({"per-exa", "per-mid"}), frozenset({"poi-exa", "poi-mid"})
"""BT-5421: how a weight is meant; of a range, its middle."""


def criteria_of_lots(lots: Mapping[str, object]) -> list[ReadCriterion]:
    """The criteria of these lots, by their numbers; said once where all lots have the same ones."""
    alike: dict[tuple[ReadCriterion, ...], list[str]] = defaultdict(list)
    for number, lot in lots.items():
        alike[_criteria(lot)].append(number)
    found = {criteria: numbers for criteria, numbers in alike.items() if criteria}
    if len(found) == 1 and len(alike) == 1:
        return list(*found)
    each = [
        ReadCriterion(one.name, one.sort, one.weight, tuple(numbers))
        for criteria, numbers in found.items()
        for one in criteria
    ]
    return each[:LIMIT]


def _criteria(lot: object) -> tuple[ReadCriterion, ...]:
    read, points, words = [], [], []
    for node in reach(lot, *_CRITERIA)[:LIMIT]:
        sort = text(node, "AwardingCriterionTypeCode").strip()
        said = text(node, "Name") or text(node, "Description")
        name = one_line(said, NAME_LIMIT)
        if name or sort in _SORTS:
            weight, point = _weight(node)
            read.append(ReadCriterion(name, sort if sort in _SORTS else "", weight))
            points.append(point)
            words.append(said)
    if None not in points and sum(filter(None, points)) == WHOLE:
        # A hundred points in all: a point is a percent.
        return tuple(
            ReadCriterion(one.name, one.sort, point) for one, point in zip(read, points, strict=True)
        )
    if any(one.weight is not None for one in read):
        return tuple(read)
    # Many buyers leave the weight's own place empty and write it among the words.
    return tuple(criteria_in_prose("\n".join(["critères :", *words])) or read)


def _weight(node: object) -> tuple[Decimal | None, Decimal | None]:
    """A criterion's weight in percent, or in points; None for what it hasn't."""
    for parameter in reach(node, *EXTENSION, "AwardCriterionParameter"):
        [code] = reach(parameter, "ParameterCode")[:1] or [{}]
        if attribute(code, "listName") == "number-weight":
            number, means = percent_of(text(parameter, "ParameterNumeric")), raw_text(code).strip()
            return number if means in _PERCENT else None, number if means in _POINTS else None
    return None, None
