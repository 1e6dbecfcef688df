"""Passwords at rest: Argon2id, the only scheme."""

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from procurement.accounts.rules import normalise_password

TIME_COST = 2
MEMORY_COST = 32 * 1024
"""KiB: above OWASP's minimum, and eight at once still fit a small machine."""
PARALLELISM = 1

_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=PARALLELISM, type=Type.ID)


def hash_password(password: str) -> str:
    """The Argon2id hash of `password`, with a salt of its own."""
    return _hasher.hash(normalise_password(password))


def verify_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that `stored` came from.

    Takes as long for an account without password (`stored` None) as for a wrong one.
    """
    if stored is None:
        hash_password(password)
        return False
    try:
        return _hasher.verify(stored, normalise_password(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)
