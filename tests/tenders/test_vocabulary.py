"""Words that are misspelt, and what they may stand for."""

import pytest

from procurement.tenders.vocabulary import alike, faults_between


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("remplacment", "remplacement"),
        ("netoyage", "nettoyage"),
        ("Netoiage", "nettoyage"),
        ("coleges", "collèges"),
        ("restauraton", "restauration"),
        ("entretein", "entretien"),
        ("ésapces", "espaces"),
        ("cleanning", "cleaning"),
    ],
)
def test_an_ordinary_word_that_is_misspelt_is_recognised(typed, meant):
    assert alike(typed, 4)[0].word == meant


@pytest.mark.parametrize("word", ["nettoyage", "MÉNAGE", "zzzzzz", "vtr", "", "…", "Ж" * 8, "x" * 200])
def test_what_is_right_or_unlike_all_is_left_alone(word):
    assert alike(word, 4) == []


@pytest.mark.parametrize(
    ("one", "other", "faults"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "xbcd", 2), ("", "ab", 2)],
)
def test_faults_are_counted(one, other, faults):
    assert faults_between(one, other) == faults_between(other, one) == faults
