"""A toy checkout per module."""

from collections.abc import Iterator

import pytest

from tests.dev.toy import Toy


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    """A checkout, started and stopped by the tests of one module."""
    made = Toy(tmp_path_factory.mktemp("toy"))
    yield made
    made.close()
    assert made.dev("reset", "--yes")[0] == 0


@pytest.fixture(autouse=True)
def _nothing_left(toy: Toy) -> Iterator[None]:
    """Each test ends what it starts."""
    yield
    toy.close()
    assert toy.is_gone()
