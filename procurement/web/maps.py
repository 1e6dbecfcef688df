"""Departments drawn with a count each: shades, outlines and where each leads. Pages say what is counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from procurement.members.departments import DEPARTMENTS
from procurement.tenders.outlines import outlines
from procurement.tenders.words import department

SHADES = 4
"""Shades of the map, the darkest for the department of most; none for none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A department: how many, its shade, its outline and its middle, and where it leads."""

    name: str
    words: str
    count: int
    shade: int
    url: str
    path: str
    x: float
    y: float


def places(
    codes: Iterable[str],
    counts: Mapping[str, int],
    url_of: Callable[[str], str],
    counted: Callable[[int], str],
) -> list[Place]:
    """The departments `codes` as they are drawn; `counted` says a number in words: "3 tenders"."""
    most = max(counts.values(), default=0)
    drawn = []
    for code in codes:
        outline, count = outlines()[code], counts.get(code, 0)
        drawn.append(
            Place(
                name=DEPARTMENTS[code],
                words=f"{department(code)} – {counted(count)}",
                count=count,
                shade=-(-count * SHADES // most) if count else 0,
                url=url_of(code),
                path=outline.path,
                x=round((outline.left + outline.right) / 2, 1),
                y=round((outline.top + outline.bottom) / 2, 1),
            )
        )
    return drawn
