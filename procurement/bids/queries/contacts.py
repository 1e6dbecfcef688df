"""How those of a group reach each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from procurement.accounts.models import User
from procurement.bids import policy
from procurement.core.db import db
from procurement.core.policy import Actor, MembershipRole
from procurement.members.models import Membership


@dataclass(frozen=True, slots=True)
class Contact:
    """A manager of a member; `email` is empty for whoever may not write to them."""

    user_id: int
    name: str
    email: str


def contacts_of(actor: Actor, places: Mapping[int, bool], *, seated: bool) -> dict[int, Sequence[Contact]]:
    """The managers of structures with a live place (by structure, and whether it is confirmed), by structure.

    Names are the directory's, for the whole network; addresses are told inside the group (`policy.may_write_to`).
    `seated`: whether a structure of `actor` has confirmed its place. One statement.
    """
    rows = db.session.execute(
        select(Membership.member_id, User.id, User.name, User.email)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.member_id.in_(list(places)),
            Membership.role == MembershipRole.MANAGER,
            Membership.ended_at.is_(None),
            User.active,
        )
        .order_by(User.name, User.id)
    )
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    for row in rows:
        may = policy.may_write_to(actor, row.member_id, confirmed=places[row.member_id], seated=seated)
        found[row.member_id].append(Contact(row.id, row.name, row.email if may else ""))
    return dict(found)


def addresses(
    actor: Actor, contacts: Iterable[Sequence[Contact]], coordinator: User | None, *, seated: bool
) -> tuple[str, ...]:
    """The addresses of all others in the group, the coordinator's among them, each once, for whoever is in it.

    None for a structure that is only asked.
    """
    if not actor.is_delegate and not seated:
        return ()
    people = {one.user_id: one.email for managers in contacts for one in managers if one.email}
    if coordinator is not None and people:
        people[coordinator.id] = coordinator.email
    return tuple(email for user_id, email in people.items() if user_id != actor.user_id)
