"""SIRET, phone, departments, kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from procurement.core.errors import Invalid
from procurement.core.phones import check_phone
from procurement.members.models import MemberKind
from procurement.members.rules import (
    check_siret,
    check_territory,
    format_siret,
    is_siae,
)


@pytest.mark.parametrize(
    "typed",
    ["73282932000074", "732 829 320 00074", " 732\u00a0829\u202f320\u00a000074 ", "732.829.320.00074"],
)
def test_spaces_of_a_siret_are_input_only(typed):
    assert check_siret(typed) == "73282932000074"


@pytest.mark.parametrize("siret", ["35600000000048", "35600000049837"])
def test_la_poste_passes_by_luhn_or_by_its_sum(siret):
    assert check_siret(siret) == siret


@given(st.integers(0, 99999))
def test_la_poste_is_refused_when_neither_holds(nic):
    siret = f"356000000{nic:05d}"
    if luhn.is_valid(siret) or sum(map(int, siret)) % 5 == 0:
        assert check_siret(siret) == siret
    else:
        with pytest.raises(Invalid):
            check_siret(siret)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("73282932000075", "digit wrong"),
        ("35600000049838", "digit wrong"),
        ("7328293200007", "14 digits; this one has 13"),
        ("732829320", "14 digits; this one has 9"),
        ("7328293200007A", "digits only"),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "digits only"),
        ("7328293200\x0074", "digits only"),
        ("", "digits only"),
        ("5" * 10_000_000, "14 digits"),
    ],
)
def test_a_wrong_siret_says_what_is_wrong(typed, says):
    with pytest.raises(Invalid) as refused:
        check_siret(typed)
    assert says in str(refused.value)
    assert refused.value.field == "siret"


@given(st.text(max_size=30))
def test_any_text_is_a_siret_or_is_refused(text):
    try:
        digits = check_siret(text)
    except Invalid:
        return
    assert len(digits) == 14
    assert digits.isascii()
    assert digits.isdigit()


def test_a_siret_is_shown_in_groups():
    assert format_siret("73282932000074") == "732\u00a0829\u00a0320\u00a000074"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0261910014", "02 61 91 00 14"),
        ("02.61.91.00.14", "02 61 91 00 14"),
        ("+33 2 61 91 00 14", "02 61 91 00 14"),
        ("+33 (0)2 61 91 00 14", "02 61 91 00 14"),
        ("+44 20 7946 0000", "+442079460000"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_phone_number_is_tidied(typed, kept):
    assert check_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12", "call me", "0061910014", "02 61 91 00 14 5", "0261\x00910014"])
def test_a_wrong_phone_number_is_refused(typed):
    with pytest.raises(Invalid):
        check_phone(typed)


def test_territory_is_of_the_network_in_order_and_once():
    assert check_territory(["61", "14", "61"]) == ["14", "61"]
    for wrong in ([], ["75"], ["\x00"]):
        with pytest.raises(Invalid):
            check_territory(wrong)


def test_siae_are_the_four_kinds_of_the_law():
    siae = {kind for kind in MemberKind if is_siae(kind)}
    assert siae == {MemberKind.AI, MemberKind.ETTI, MemberKind.ACI, MemberKind.EI}
