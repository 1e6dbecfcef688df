"""Secrets of mailed links: signed when a mail is rendered, checked when it comes back, stored nowhere.

A token says which row it opens and when that row was made, and is signed with the server's key. Whether it still
opens anything (not used, not expired) is the row's to say. It can be minted again for a mail sent twice: it is the
same one.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LinkKind(StrEnum):
    """What a mailed link opens."""

    SIGN_IN = "sign_in"
    RESET = "reset"
    INVITATION = "invitation"
    ADDRESS = "address"


PATHS = {
    LinkKind.SIGN_IN: "/connexion/lien/{token}",
    LinkKind.RESET: "/connexion/mot-de-passe/{token}",
    LinkKind.INVITATION: "/invitation/{token}",
    LinkKind.ADDRESS: "/adresse/{token}",
}
"""Where each kind of link leads, after the site's public address."""


@dataclass(frozen=True)
class Claim:
    """What a well-signed token says: the row it opens, and when that row was made."""

    row_id: int
    made_at: datetime


class _Keys:
    """The server's key, given once by who starts the process."""

    def __init__(self) -> None:
        self.secret: str | None = None


_keys = _Keys()


def use_key(secret: str) -> None:
    """Sign and check with `secret` from now on, in this process."""
    _keys.secret = secret


def _serializer(purpose: str, key: str | None) -> URLSafeSerializer:
    secret = key or _keys.secret
    if secret is None:
        raise RuntimeError("no key to sign links with: call use_key first")
    return URLSafeSerializer(secret, salt=f"mailed-link-{purpose}")


def sign(purpose: str, values: list[Any], *, key: str | None = None) -> str:
    """Plain values as a token that says who signed it and for what; it hides nothing."""
    return str(_serializer(purpose, key).dumps(values))


def unsign(purpose: str, token: str, *, key: str | None = None) -> list[Any] | None:
    """The values of a token that we signed for this purpose; None for anything else. Compared in constant time."""
    try:
        values = _serializer(purpose, key).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return values if isinstance(values, list) else None


def mint(kind: LinkKind, row_id: int, made_at: datetime, *, key: str | None = None) -> str:
    """The secret of the link of `kind` whose row is `row_id`, made at `made_at` (aware).

    `key` is the server's, unless the process has set it. The instant is in it so that an id given again, after a
    backup was put back, opens nothing of somebody else's.
    """
    return sign(kind.value, [row_id, microseconds(made_at)], key=key)


def read(kind: LinkKind, token: str, *, key: str | None = None) -> Claim | None:
    """What `token` says if we signed it for this kind of link; None for anything else. Compared in constant time."""
    try:
        row_id, micros = unsign(kind.value, token, key=key) or [None, None]
        return Claim(int(row_id), _EPOCH + timedelta(microseconds=int(micros)))
    except (ValueError, TypeError, OverflowError):
        return None


def path(kind: LinkKind, row_id: int, made_at: datetime, *, key: str | None = None) -> str:
    """The path of the link, its secret in it: put the site's public address before it."""
    return PATHS[kind].format(token=mint(kind, row_id, made_at, key=key))


def mark(purpose: str, *values: int | str, key: str | None = None) -> str:
    """A short signature of values, in figures that no mail program changes: 16 hexadecimal digits (64 bits)."""
    secret = key or _keys.secret
    if secret is None:
        raise RuntimeError("no key to sign with: call use_key first")
    words = ":".join((purpose, *map(str, values)))
    return hmac.new(secret.encode(), words.encode(), sha256).hexdigest()[:16]


def microseconds(instant: datetime) -> int:
    """An instant as tokens write it: microseconds since 1970, UTC."""
    return (instant.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
