"""Samples of each shape of notice, made by hand, and the real ones where the shared folder is there."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

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
def markup() -> Callable[[str], str]:
    """Give one sample of TED's XML by its name."""
    return lambda name: (SAMPLES / f"{name}.xml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of BOAMP's real records beside the checkout; the test is skipped where it isn't there."""
    return _beside("boamp")


@pytest.fixture(scope="session")
def shared_ted() -> Path:
    """The folder of TED's real notices beside the checkout; the test is skipped where it isn't there."""
    return _beside("ted")


def _beside(name: str) -> Path:
    if not (SHARED / name).is_dir():
        pytest.skip(f"the folder of real notices, ../shared/data/{name}, isn't beside this checkout")
    return SHARED / name
