"""The one clock."""

from datetime import UTC, datetime, timedelta

import pytest

from procurement.core import clock


def test_a_frozen_clock_stands_and_goes_on_afterwards():
    noon = datetime(2027, 3, 28, 11, 0, tzinfo=UTC)
    with clock.at(noon):
        assert clock.now() == noon
    assert clock.now() != noon


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"), clock.at(datetime(2027, 3, 28)):  # noqa: DTZ001
        pass


def test_an_offset_in_a_file_moves_every_process_that_follows_it(tmp_path):
    file = tmp_path / "offset"
    clock.follow_file(file)
    try:
        before = clock.now()
        file.write_text(str(timedelta(days=3).total_seconds()))
        assert timedelta(days=3) <= clock.now() - before < timedelta(days=3, minutes=5)
        file.write_text("nonsense")
        assert clock.now() - before < timedelta(minutes=5)
    finally:
        clock.follow_file(None)


def test_the_day_is_that_of_paris():
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert clock.today().isoformat() == "2027-01-01"
