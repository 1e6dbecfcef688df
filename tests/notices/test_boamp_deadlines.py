"""Deadlines: the Paris hour that the bulletin shows, and never a later one than the true one."""

import json
from datetime import UTC, date, datetime

import pytest

from procurement.core.clock import PARIS
from procurement.notices.boamp.reader import read_record
from procurement.notices.reading import deadlines
from procurement.notices.reading.deadlines import AbsurdDateError, read_deadline

PUBLISHED = date(2026, 9, 11)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("said", "served", "shown", "reminder", "doubt"),
    [
        # The six forms of the raw text, and what the open-data interface makes of each.
        ("2026-10-08T12:00:00", "2026-10-08T12:00:00+00:00", "2026-10-08 12:00", None, ""),
        ("2026-10-02T12:00:00+02:00", "2026-10-02T10:00:00+00:00", "2026-10-02 12:00", None, ""),
        ("2026-10-02T12:00:00.000", "2026-10-02T12:00:00+00:00", "2026-10-02 12:00", None, ""),
        ("2026-10-02T12:00:00.000+02:00", "2026-10-02T10:00:00+00:00", "2026-10-02 12:00", None, ""),
        ("2026-10-02T10:00:00Z", "2026-10-02T10:00:00+00:00", "2026-10-02 10:00", None, deadlines.OTHER_ZONE),
        ("2026-10-02T12:00:00-04:00", "", "2026-10-02 12:00", None, deadlines.OTHER_ZONE),
        # A wrong season's offset: the digits are shown, the earlier instant reminds.
        ("2026-10-09T15:30:00+01:00", "", "2026-10-09 15:30", None, deadlines.OTHER_ZONE),
        ("2027-02-26T12:00:00+02:00", "", "2027-02-26 12:00", "2027-02-26 11:00", deadlines.OTHER_ZONE),
        # Without the buyer's own text, UTC digits read in Paris are never too late.
        ("", "2026-10-02T10:00:00+00:00", "2026-10-02 10:00", None, deadlines.CONVERTED),
        ("", "2026-10-02T12:00:00+02:00", "2026-10-02 10:00", None, deadlines.CONVERTED),
        # The beginning of a day is not its end.
        ("2026-12-31T00:00:00", "", "2026-12-31 00:00", None, ""),
        ("2026-12-31", "", "2026-12-31 00:00", None, deadlines.NO_HOUR),
        ("2026-12-31T24:00:00", "", "2027-01-01 00:00", None, ""),
        ("2026-10-02 12:00:00+02:00", "", "2026-10-02 12:00", None, ""),
        ("02/10/2026 à 12h00", "", "2026-10-02 12:00", None, ""),
        # A dynamic purchasing system may stay open for fifteen years.
        ("2040-12-31T12:00:00", "", "2040-12-31 12:00", None, ""),
        ("2026-09-01T12:00:00", "", "2026-09-01 12:00", None, deadlines.BEFORE_PUBLICATION),
        # Sundays and holidays are not moved.
        ("2026-11-01T12:00:00", "", "2026-11-01 12:00", None, ""),
        # The interface contradicts the text: the earlier one reminds.
        ("2026-10-08T12:00:00", "2026-10-01T12:00:00+00:00", "2026-10-08 12:00", "2026-10-01 12:00",
         deadlines.PLACES_DIFFER),
    ],
)  # fmt: skip
def test_one_text(said: str, served: str, shown: str, reminder: str | None, doubt: str) -> None:
    read = read_deadline([said], served=served, published_on=PUBLISHED)
    assert read
    assert read.displayed == paris(shown)
    assert read.reminder == paris(reminder or shown)
    assert (read.doubt, read.doubtful) == (doubt, bool(doubt))
    assert read.raw == (said or served)


def test_ted_writes_a_winter_noon_with_the_summer_offset() -> None:
    read = read_deadline(["2024-02-28 12:00:00+02:00"])
    assert read
    assert read.doubtful
    assert (read.displayed, read.reminder) == (paris("2024-02-28 12:00"), paris("2024-02-28 11:00"))


def test_an_hour_that_comes_twice_counts_as_the_first_one() -> None:
    read = read_deadline(["2026-10-25T02:30:00"], published_on=PUBLISHED)
    assert read
    assert read.doubt == deadlines.CLOCK_CHANGE
    assert read.reminder.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    settled = read_deadline(["2026-10-25T02:30:00+01:00"], published_on=PUBLISHED)
    assert settled
    assert not settled.doubtful
    assert settled.displayed.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_hour_that_does_not_exist_counts_as_the_earlier_reading() -> None:
    read = read_deadline(["2027-03-28T02:30:00"], published_on=PUBLISHED)
    assert read
    assert read.doubt == deadlines.CLOCK_CHANGE
    assert read.reminder.astimezone(UTC) == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)


def test_two_places_that_differ_keep_the_first_and_remind_by_the_earlier() -> None:
    read = read_deadline(["2026-10-09T16:00:00", "2026-10-08T12:00:00"], published_on=PUBLISHED)
    assert read
    assert read.doubt == deadlines.PLACES_DIFFER
    assert (read.displayed, read.reminder) == (paris("2026-10-09 16:00"), paris("2026-10-08 12:00"))


def test_a_place_without_hour_says_nothing_against_one_with_it() -> None:
    read = read_deadline(["2026-10-09", "2026-10-09T16:00:00"], published_on=PUBLISHED)
    assert read
    assert not read.doubtful
    assert read.displayed == paris("2026-10-09 16:00")


@pytest.mark.parametrize("said", ["7017-07-24T12:00:00", "2924-10-01T12:00", "0206-10-01", "20266-10-01"])
def test_years_that_no_contract_can_have_are_refused(said: str) -> None:
    with pytest.raises(AbsurdDateError):
        read_deadline([said], published_on=PUBLISHED)
    with pytest.raises(AbsurdDateError):
        read_deadline([said])


@pytest.mark.parametrize(
    "said", ["", "   ", "voir DCE", "2026-13-01", "2026-02-30T12:00", "2026-10-01T25:00", "1"]
)
def test_what_is_no_date_is_none(said: str) -> None:
    assert read_deadline([said]) is None


def test_lots_that_end_at_different_hours_make_the_earliest_the_tenders(sample) -> None:
    record = sample("eforms_two_lots")
    for indexed in ("2026-10-16T12:00:00+02:00", "2026-10-23T16:30:00+02:00"):
        record["gestion"] = json.dumps({"INDEXATION": {"DATE_LIMITE_REPONSE": indexed}})
        record["datelimitereponse"] = None
        deadline = read_record(record).submission_deadline
        assert deadline
        assert not deadline.doubtful
        assert deadline.displayed == paris("2026-10-16 12:00")


def test_each_real_deadline_is_the_hour_expected(shared) -> None:
    """Every case of the shared table, through a whole record where there is one, else through its raw text."""
    records = {
        record["idweb"]: record
        for name in ("api_real_records.json", "api_derived_from_dila_xml.json")
        for record in json.loads((shared / name).read_text(encoding="utf-8"))["results"]
    }
    cases = json.loads((shared / "deadline_cases.json").read_text(encoding="utf-8"))
    assert len(cases) >= 6
    for case in cases:
        expected = case["attendu_paris"]
        if case["idweb"] in records:
            read = read_record(records[case["idweb"]]).submission_deadline
        elif case["idweb"].startswith("TED"):
            day, hour = case["brut"].split(" / ")
            read = read_deadline([f"{day[:10]} {hour}"])
        else:
            read = read_deadline([case["brut"]], served=case["api"])
        if expected is None:
            assert read is None
        else:
            assert read
            assert read.displayed == paris(expected[:16])
            assert read.doubtful == ("(" in expected)
            assert read.reminder == paris("2024-02-28 11:00" if read.doubtful else expected[:16])
