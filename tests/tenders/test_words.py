"""Two versions side by side: only what isn't the same."""

from procurement.tenders.words import BULLET, differing


def test_lines_that_differ_with_the_title_they_stand_under():
    before = ["Lot 1 – Caen", f"{BULLET}A", f"{BULLET}B", "Lot 2 – Bessin", f"{BULLET}C"]
    theirs = ["Lot 1 – Caen", f"{BULLET}A", f"{BULLET}B, 12 h", "Lot 2 – Bessin", f"{BULLET}C"]
    assert differing([before, theirs, before]) == [
        ["Lot 1 – Caen", f"{BULLET}B"],
        ["Lot 1 – Caen", f"{BULLET}B, 12 h"],
        ["Lot 1 – Caen", f"{BULLET}B"],
    ]


def test_a_title_alone():
    assert differing([["Lot 1 – A", f"{BULLET}x"], ["Lot 1 – B", f"{BULLET}x"]]) == [
        ["Lot 1 – A"],
        ["Lot 1 – B"],
    ]


def test_nothing_left():
    assert differing([["Lot 1 – A"], []]) == [["Lot 1 – A"], []]
