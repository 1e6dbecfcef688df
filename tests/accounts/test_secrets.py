"""Passwords at rest and secrets of links."""

from datetime import timedelta

import pytest

from procurement.accounts import passwords, tokens
from procurement.accounts.tokens import LinkKind
from procurement.core import clock

KEY = "a key for this test only, long enough"


def test_a_password_is_kept_as_argon2id():
    stored = passwords.hash_password("quatre chevaux étaient là")
    assert stored.startswith("$argon2id$")
    assert passwords.verify_password("quatre chevaux e\u0301taient la\u0300", stored)
    assert not passwords.verify_password("quatre chevaux étaient ici", stored)
    assert not passwords.needs_rehash(stored)
    assert stored != passwords.hash_password("quatre chevaux étaient là")


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$argon2id$v=19$broken"])
def test_no_password_opens_what_has_none(stored):
    assert not passwords.verify_password("", stored)
    assert not passwords.verify_password("anything at all", stored)


def test_a_token_says_what_it_opens_and_nothing_else_reads_it():
    made = clock.now()
    token = tokens.mint(LinkKind.SIGN_IN, 12, made, key=KEY)
    claim = tokens.read(LinkKind.SIGN_IN, token, key=KEY)
    assert claim == tokens.Claim(12, made)
    assert tokens.read(LinkKind.RESET, token, key=KEY) is None
    assert tokens.read(LinkKind.SIGN_IN, token, key=KEY + "x") is None
    assert tokens.mint(LinkKind.SIGN_IN, 12, made, key=KEY) == token, (
        "a mail sent twice carries the same link"
    )
    assert tokens.mint(LinkKind.SIGN_IN, 12, made + timedelta(microseconds=1), key=KEY) != token


@pytest.mark.parametrize("forged", ["", ".", "a.b", "WzEsMl0", "WzEsMl0.", "é", "x" * 5000, "WzEsMl0.\x00"])
def test_what_we_did_not_sign_is_nothing(forged):
    assert tokens.read(LinkKind.SIGN_IN, forged, key=KEY) is None


def test_a_changed_token_is_nothing():
    token = tokens.mint(LinkKind.RESET, 7, clock.now(), key=KEY)
    for place in (0, len(token) // 2, len(token) - 2):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert tokens.read(LinkKind.RESET, changed, key=KEY) is None
