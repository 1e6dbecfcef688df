"""Addresses, names, passwords, paths: what is taken and what isn't."""

from datetime import timedelta

import pytest

from procurement.accounts import rules
from procurement.core import clock
from procurement.core.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Responsable@AI-Caen.example", "responsable@ai-caen.example"),
        ("  a.b+c@demo.example\n", "a.b+c@demo.example"),
        ("ACCUEIL@structure-été.fr", "accueil@xn--structure-t-kbbb.fr"),
    ],
)
def test_an_address_is_kept_in_one_form(typed, kept):
    assert rules.normalise_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nobody",
        "a@b",
        "a b@demo.example",
        "a@demo.example\x00",
        "a\x00@demo.example",
        "a@demo.example, b@demo.example",
        "a@demo.example\nBcc: b@demo.example",
        "x" * 300 + "@demo.example",
        "été@demo.example",
    ],
)
def test_what_no_mail_reaches_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        rules.normalise_email(typed)
    assert refusal.value.field == "email"


def test_a_name_is_one_readable_line():
    assert rules.check_name("  Responsable –\n AI  Caen ") == "Responsable – AI Caen"
    for typed in ("", "   ", "a\x00b", "x" * 121):
        with pytest.raises(Invalid) as refusal:
            rules.check_name(typed)
        assert refusal.value.field == "name"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "password1234",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "azertyuiop12",
        "motdepasse123",
        "MotDePasse2026",
        "marchesgroupes",
        "passwordpassword",
        "qwertyuiop123",
        "Bonjour123456!",
        "Caen14000Caen",
        "x" * 129,
        "long enough\x00 horse",
    ],
)
def test_easy_passwords_are_refused(password):
    with pytest.raises(Invalid) as refusal:
        rules.check_password(password)
    assert refusal.value.field == "password"


def test_a_password_made_of_oneself_is_refused():
    personal = ("Célestine Vauquelin", "celestine.vauquelin@demo.example")
    for password in ("celestine.vauquelin", "Vauquelin2026", "celestinevauquelin1"):
        with pytest.raises(Invalid):
            rules.check_password(password, personal)


def test_a_sentence_is_a_password_whatever_the_keyboard():
    composed, apart = "quatre chevaux étaient là", "quatre chevaux e\u0301taient la\u0300"
    assert rules.check_password(composed) == rules.check_password(apart)


@pytest.mark.parametrize("path", ["/", "/marches/3?x=1#lots", "/compte"])
def test_a_path_of_this_site_is_kept(path):
    assert rules.safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        " /compte",
        "/a b",
        "/\x00",
        "compte",
        "/" + "a" * 600,
        "/\u2028x",
    ],
)
def test_a_path_that_leads_elsewhere_is_dropped(path):
    assert rules.safe_path(path) == ""


def test_a_link_is_over_at_the_very_instant():
    now = clock.now()
    assert rules.link_state(expires_at=now + timedelta(microseconds=1), used_at=None, now=now) == "open"
    assert rules.link_state(expires_at=now, used_at=None, now=now) == "expired"
    assert rules.link_state(expires_at=now + timedelta(hours=1), used_at=now, now=now) == "used"
