"""Names of people and of structures by their ids, for a trail that holds ids only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import literal, select, union_all

from procurement.accounts.models import User
from procurement.core.db import db
from procurement.members.models import Member


@dataclass(frozen=True)
class Names:
    """Names by id; an id that is gone has none."""

    users: dict[int, str] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)


def names_of(users: Iterable[int], members: Iterable[int]) -> Names:
    """The names of these people and structures: one statement, none if there is nothing to name."""
    people, structures = list(users), list(members)
    names = Names()
    if people or structures:
        rows = union_all(
            select(literal("user").label("what"), User.id, User.name).where(User.id.in_(people)),
            select(literal("member"), Member.id, Member.name).where(Member.id.in_(structures)),
        )
        for what, number, name in db.session.execute(rows):
            (names.users if what == "user" else names.members)[number] = name
    return names
