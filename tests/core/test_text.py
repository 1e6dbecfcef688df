"""Text made fit for calendars and XML."""

import pytest

from procurement.core.i18n import of
from procurement.core.text import one_line, seen


@pytest.mark.parametrize("code", [0x00, 0x01, 0x08, 0x0B, 0x0C, 0x1F, 0x7F, 0x9F, 0xD800, 0xFFFE, 0xFFFF])
def test_what_no_format_takes_is_left_out(code):
    assert seen(f"a{chr(code)}b") == "ab"


def test_what_can_be_read_stays():
    text = "« Œuvre » n° 1 : 12 h 00 – œ\t😀"
    assert seen(text) == text


def test_one_line_keeps_no_break_spaces():
    assert one_line("  Lot\u00a0: un \r\n\n deux\x0b\u2028trois ") == "Lot\u00a0: un deux trois"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AI Bayeux", "d’AI Bayeux"),
        ("Évreux Emploi", "d’Évreux Emploi"),
        ("GES Caen", "de GES Caen"),
        ("", "de "),
    ],
)
def test_de_loses_its_e_before_a_vowel(name, said):
    assert of(name, "fr") == said
    assert of(name, "en") == f"of {name}"
