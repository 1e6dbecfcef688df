"""Outlines of the departments of metropolitan France, for maps; see `data/README.md` for their source."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "departments.csv"
_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Outline:
    """A department's path of SVG, and the box it stands in."""

    path: str
    left: float
    top: float
    right: float
    bottom: float


@lru_cache(maxsize=1)
def outlines() -> Mapping[str, Outline]:
    """The outlines by department; read once."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["department"]: _outline(row["path"]) for row in csv.DictReader(file)}


def _outline(path: str) -> Outline:
    points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", path)]
    across, down = [x for x, _ in points], [y for _, y in points]
    return Outline(path, min(across), min(down), max(across), max(down))


def view_of(departments: Iterable[str]) -> str:
    """The part of the map in which these departments stand, as SVG's `viewBox`."""
    shown = [outlines()[code] for code in departments]
    left, top = min(one.left for one in shown) - _MARGIN, min(one.top for one in shown) - _MARGIN
    width = max(one.right for one in shown) + _MARGIN - left
    height = max(one.bottom for one in shown) + _MARGIN - top
    return f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}"
