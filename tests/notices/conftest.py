"""Samples of each shape of record, made by hand, and the real ones where the shared folder is there."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "boamp"

Record = dict[str, Any]


def as_served(record: Record) -> Record:
    """`record` with its inner parts as texts, as the interface serves them; the samples keep them legible."""
    served = deepcopy(record)
    for name in ("gestion", "donnees"):
        if isinstance(served.get(name), dict):
            served[name] = json.dumps(served[name], ensure_ascii=False)
    return served


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Record]:
    """Give one sample by its name, as the interface would serve it."""

    def read(name: str) -> Record:
        return as_served(json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")))

    return read


@pytest.fixture(scope="session")
def samples() -> list[Record]:
    """All samples, as the interface would serve them."""
    return [
        as_served(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(SAMPLES.glob("*.json"))
    ]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout; the test is skipped where it isn't there."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real notices, ../shared/data/boamp, isn't beside this checkout")
    return SHARED
