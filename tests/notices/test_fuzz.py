"""A small share of `dev.py fuzz notices`: mangled notices are read or refused, and what breaks is found."""

import pytest

from bench.fuzz import notices
from procurement.notices.parsed import UnreadableNotice


@pytest.mark.parametrize("source", list(notices.SOURCES))
def test_mangled_notices_are_read_or_refused(source: str) -> None:
    tally = notices.tries(source, 1_000_000, 150)
    assert tally.broken == []
    assert tally.read > 10
    assert tally.read + tally.refused == 150


def test_a_try_is_the_same_again() -> None:
    one, other = (notices.tries("boamp", 5, 20) for _ in range(2))
    assert (one.read, one.refused) == (other.read, other.refused)


def test_what_breaks_or_hangs_is_told(monkeypatch) -> None:
    def crash(_data: bytes) -> None:
        raise ZeroDivisionError

    def hang(_data: bytes) -> None:
        while True:
            pass

    def refuse(_data: bytes) -> None:
        raise UnreadableNotice("", "no")

    monkeypatch.setattr(notices, "SECONDS", 0.05)
    told = {}
    for name, reader in {"crash": crash, "hang": hang, "refuse": refuse}.items():
        monkeypatch.setattr(notices, "SOURCES", {"boamp": reader})
        tally = notices.Tally()
        notices._try("boamp", 1, tally)
        told[name] = tally
    assert "boamp 1: ZeroDivisionError" in told["crash"].broken[0]
    assert "HangError" in told["hang"].broken[0]
    assert (told["refuse"].broken, told["refuse"].refused) == ([], 1)
