"""Days and hours as French people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.notices.pasted.moments import MIDNIGHT, NO_YEAR, OTHER_WEEKDAY, moments

TODAY = date(2026, 11, 24)


def written(text: str) -> list[str]:
    return [one.written() for one in moments(text, TODAY)]


@pytest.mark.parametrize(
    "text",
    [
        "12/01/2027 à 12h00",
        "12/01/2027 12:00",
        "12.01.2027 à 12 h",
        "12-01-2027, 12h",
        "12 / 01 / 27 - 12H00",
        "2027-01-12 12:00",
        "mardi 12 janvier 2027 à 12 h 00",
        "le mardi 12 janvier 2027, avant 12 heures",
        "12 janv. 2027 à 12:00 (heure de Paris)",
        "Mardi 12 JANVIER 2027 à midi",
        "12 janvier 2027 au plus tard à 12h00",
        "12 janvier 2027, délai de rigueur : 12h",
        "avant 12h00 le 12 janvier 2027",
        "à midi, le mardi 12 janvier 2027",
        "12/01/2027\nHeure limite : 12h00",
        "12\u00a0janvier 2027 à 12\u202fh\u202f00".replace("\u00a0", " ").replace("\u202f", " "),
    ],
)
def test_one_noon_in_all_its_shapes(text):
    assert written(text) == ["12/01/2027 12:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le 1er décembre 2026 à 17h30", ["01/12/2026 17:30"]),
        ("le 1 février 2027 à 9 heures 05", ["01/02/2027 09:05"]),
        ("le 3 août 2027", ["03/08/2027"]),
        ("du 04/01/2027 au 08/01/2027 à 16h", ["04/01/2027", "08/01/2027 16:00"]),
        ("le 12/01/2027. Mairie ouverte dès 9h00", ["12/01/2027"]),
        ("le 12/01/2027 à la mairie, puis réunion à 9h", ["12/01/2027"]),
        ("31/02/2027 à 12h", []),
        ("12/13/2027", []),
        ("tél. 02.31.12.01.27", []),
        ("SIRET 211 403 660 00016, 14100 Lisieux", []),
        ("lot 12, 25 h par semaine", []),
        ("12/01/2027 à 25h", ["12/01/2027"]),
        ("le 12 mai", ["12/05/2027"]),
    ],
)
def test_what_is_a_day_and_its_hour_and_what_isn_t(text, expected):
    assert written(text) == expected


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("le 12 janvier à 12h", NO_YEAR),
        ("lundi 12 janvier 2027 à 12h", OTHER_WEEKDAY),
        ("mardi 12 janvier 2027 à minuit", MIDNIGHT),
        ("mardi 12 janvier 2027 à 12h", ""),
    ],
)
def test_what_is_in_doubt_is_said(text, doubt):
    [one] = moments(text, TODAY)
    assert one.doubt == doubt
    assert one.day == date(2027, 1, 12)


def test_where_it_stands_covers_the_hour_too():
    text = "Offres avant 12h00 le 12/01/2027."
    [one] = moments(text, TODAY)
    assert text[one.start : one.end] == "12h00 le 12/01/2027"


@given(st.text(alphabet="0123456789/.-:hH 1er jan vier midi à\n", max_size=300))
def test_no_text_breaks_it(text):
    moments(text, TODAY)
