"""What the database holds and must not tell: sealed by the server's keys, opened only by who has them.

A column of type `SealedText` is written sealed and read open. Each purpose has keys of its own, drawn from the
server's, so that a value moved from one column to another doesn't open. The first key seals; all of them open: a
new key is put first, `reseal` seals anew what an older one sealed, and only then is the older taken away.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import cache
from typing import cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Dialect, Table, Text, literal, select, type_coerce, update
from sqlalchemy.types import TypeDecorator

from procurement.core.db import Base, db

KEY_MIN = 32
"""Characters of a key, drawn at random."""


class UnreadableSeal(RuntimeError):  # noqa: N818 - says what is wrong
    """No key of this process opens a sealed value: a key was taken away too early, or the value isn't ours."""


class _Keys:
    """The server's keys, given once by who starts the process."""

    def __init__(self) -> None:
        self.secrets: tuple[str, ...] = ()


_keys = _Keys()


def use_keys(secrets: Sequence[str]) -> None:
    """Seal with the first of `secrets` and open with any of them from now on, in this process.

    Raises ValueError where there is none, or one is shorter than `KEY_MIN`.
    """
    if not secrets or any(len(secret) < KEY_MIN for secret in secrets):
        raise ValueError(f"keys that seal have {KEY_MIN} characters at least, and there is one at least")
    _keys.secrets = tuple(secrets)


def seal(purpose: str, text: str) -> str:
    """`text` so that only a holder of the keys reads it, for this purpose; never twice the same."""
    return _ring(purpose, _keys.secrets).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The text that was sealed for this purpose. Raises UnreadableSeal when no key opens it."""
    try:
        return _ring(purpose, _keys.secrets).decrypt(sealed).decode()
    except InvalidToken:
        raise UnreadableSeal(f"no key opens a value sealed for {purpose}") from None


def reseal(purpose: str, sealed: str) -> str:
    """A sealed value under the first key, whichever sealed it. Raises UnreadableSeal when no key opens it."""
    try:
        return _ring(purpose, _keys.secrets).rotate(sealed).decode()
    except InvalidToken:
        raise UnreadableSeal(f"no key opens a value sealed for {purpose}") from None


def reseal_all() -> int:
    """Seal anew whatever any table holds sealed, under the first key; how many values that was.

    Rows are locked while it lasts. Raises UnreadableSeal, with nothing changed, when no key opens one of them.
    """
    count = 0
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                count += _reseal_column(table, column)
    return count


def _reseal_column(table: Table, column: Column[str]) -> int:
    purpose = cast("SealedText", column.type).purpose
    keys = list(table.primary_key)
    as_written = select(*keys, type_coerce(column, Text).label("written")).where(column.is_not(None))
    rows = db.session.execute(as_written.order_by(*keys).with_for_update()).all()
    for row in rows:
        where = [key == value for key, value in zip(keys, row, strict=False)]
        anew = literal(reseal(purpose, row.written), Text())
        db.session.execute(update(table).where(*where).values({column: anew}))
    return len(rows)


@cache
def _ring(purpose: str, secrets: tuple[str, ...]) -> MultiFernet:
    if not secrets:
        raise RuntimeError("no key to seal with: call use_keys first")
    return MultiFernet([Fernet(_drawn(secret, purpose)) for secret in secrets])


def _drawn(secret: str, purpose: str) -> bytes:
    """The key of one purpose, as Fernet writes keys."""
    drawn = HKDF(SHA256(), 32, salt=None, info=f"sealed:{purpose}".encode()).derive(secret.encode())
    return urlsafe_b64encode(drawn)


class SealedText(TypeDecorator[str]):
    """A text that is sealed in the database, and plain in Python: `mapped_column(SealedText("iban"))`.

    It can't be searched or sorted: keep beside it what has to be (a digest, the last four figures).
    """

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Sealed, on its way into the database."""
        return None if value is None else seal(self.purpose, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Open, on its way out."""
        return None if value is None else unseal(self.purpose, value)
