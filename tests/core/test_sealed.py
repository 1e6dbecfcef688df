"""Sealed values: read by whoever has a key, by nobody else, and whatever key sealed them."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from sqlalchemy import Text, cast, literal, select

from config import Settings
from procurement.core import sealed
from procurement.core.sealed import SealedText, UnreadableSeal

OLD, NEW = "an older key that sealed before 0123456789", "a newer key that seals from now on 0123456789"


@pytest.fixture(autouse=True)
def _keys_given_back(settings: Settings) -> Iterator[None]:
    yield
    sealed.use_keys(settings.seal_keys.split())


def test_what_is_sealed_opens_with_the_key_only():
    sealed.use_keys([OLD])
    twice = {sealed.seal("iban", "FR76"), sealed.seal("iban", "FR76")}
    assert len(twice) == 2, "two equal values don't show that they are"
    assert {sealed.unseal("iban", value) for value in twice} == {"FR76"}
    sealed.use_keys([NEW])
    for value in twice:
        with pytest.raises(UnreadableSeal):
            sealed.unseal("iban", value)


def test_a_value_moved_to_another_column_does_not_open():
    sealed.use_keys([OLD])
    with pytest.raises(UnreadableSeal):
        sealed.unseal("second factor", sealed.seal("iban", "FR76"))


def test_a_new_key_seals_and_the_older_still_opens_until_all_is_sealed_anew():
    sealed.use_keys([OLD])
    before = sealed.seal("iban", "FR76")
    sealed.use_keys([NEW, OLD])
    assert sealed.unseal("iban", before) == "FR76"
    after = sealed.reseal("iban", before)
    sealed.use_keys([NEW])
    assert sealed.unseal("iban", after) == "FR76"
    with pytest.raises(UnreadableSeal):
        sealed.reseal("iban", before)


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "short"]])
def test_keys_that_could_be_guessed_are_refused(keys, settings):
    with pytest.raises(ValueError, match="32"):
        sealed.use_keys(keys)
    with pytest.raises(ValidationError):
        Settings(**(settings.model_dump() | {"seal_keys": " ".join(keys)}))


def test_a_column_is_written_sealed_and_read_open(session):
    value = literal("FR76 – été", SealedText("iban"))
    assert session.scalar(select(value)) == "FR76 – été"
    written = session.scalar(select(cast(value, Text)))
    assert "FR76" not in written
    assert sealed.unseal("iban", written) == "FR76 – été"
    assert session.scalar(select(literal(None, SealedText("iban")))) is None
