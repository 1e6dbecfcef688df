"""Links by which one stops receiving a category without signing in (RFC 8058): signed, for one person (N26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from procurement.accounts import tokens
from procurement.notifications.categories import OFFERED, Category

PURPOSE = "leave"
PATH = "/desabonnement/{token}"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a well-signed link says: whose it is, when that account was opened, and what is to stop."""

    user_id: int
    opened_at: int
    """Microseconds since 1970 (UTC): an id given again after a backup was put back is somebody else's."""
    categories: tuple[Category, ...]


def token(user_id: int, opened_at: datetime, categories: Sequence[Category]) -> str:
    """The secret of the link by which this person stops receiving these categories; it doesn't expire."""
    return tokens.sign(
        PURPOSE, [user_id, tokens.microseconds(opened_at), *(category.value for category in categories)]
    )


def path(user_id: int, opened_at: datetime, categories: Sequence[Category]) -> str:
    """The path of that link: put the site's public address before it."""
    return PATH.format(token=token(user_id, opened_at, categories))


def read(given: str) -> Leave | None:
    """What a token says if we signed it for this; None for anything else, and for a category that can't be left."""
    match tokens.unsign(PURPOSE, given):
        case [int(user_id), int(opened_at), str(first), *more]:
            try:
                categories = tuple(Category(name) for name in (first, *more))
            except ValueError:
                return None
            return Leave(user_id, opened_at, categories) if set(categories) <= set(OFFERED) else None
    return None
