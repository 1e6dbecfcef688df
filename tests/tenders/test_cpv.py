"""The vocabulary of contracts: whole, in two languages, found by words and by digits."""

import pytest

from procurement.tenders import cpv


def test_the_list_is_whole():
    assert len(cpv.codes()) == 9454
    assert len(cpv.divisions()) == 45
    assert all(len(code.digits) == 8 and len(code.check) == 1 for code in cpv.codes().values())
    assert all(code.fr and code.en for code in cpv.codes().values())


@pytest.mark.parametrize(
    ("digits", "fr", "en"),
    [
        ("90919200", "Services de nettoyage de bureaux", "Office cleaning services"),
        ("90919299", "Services de nettoyage de bureaux", "Office cleaning services"),
        ("00000000", "", ""),
    ],
)
def test_a_code_is_said_in_words_or_by_the_nearest_above_it(digits, fr, en):
    assert (cpv.said(digits, "fr"), cpv.said(digits, "en")) == (fr, en)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("nettoyage", "90910000"),
        ("NETTOYAGES", "90910000"),
        ("nettoyage de bureaux", "90919200"),
        ("bureau nettoy", "90919200"),
        ("ecoles nettoyage", "90919300"),
        ("office cleaning", "90919200"),
        ("espaces verts", "77310000"),
        ("7962", "79620000"),
        ("79620000-6", "79620000"),
        ("7962 0000", "79620000"),
    ],
)
def test_found_by_words_or_digits(text, first):
    assert cpv.look_for(text)[0].digits == first


@pytest.mark.parametrize("text", ["", "  ", "?", "zzzz", "99999999", "s"])
def test_what_finds_nothing_or_much_stays_short(text):
    assert len(cpv.look_for(text)) <= cpv.MOST


@pytest.mark.parametrize(
    "text", ["services de nettoyage de bureaux", "Office cleaning services", "90919200-4"]
)
def test_a_code_said_in_full_is_that_code(text):
    assert cpv.named(text).digits == "90919200"


def test_words_that_say_no_code_in_full_are_none():
    assert cpv.named("nettoyage") is None
    assert cpv.named("") is None
