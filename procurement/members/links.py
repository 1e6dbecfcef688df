"""Structures that aren't independent of each other: same director, sister structures, a standing group's members.

They may well answer together; in rival answers they are one economic interest, and identical offers from them are
irregular (domain 1.12 f).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from procurement.core import events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.members import policy
from procurement.members.models import LinkNature, Member, MemberKind, MemberLink
from procurement.members.queries import find


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as one of the two sees it: the other structure, and why."""

    id: int
    other: Member
    nature: LinkNature


def links_of(member: Member) -> Sequence[Linked]:
    """What `member` is linked with, by name, those that left aside. One statement."""
    rows = db.session.scalars(
        select(MemberLink)
        .where(or_(MemberLink.first_id == member.id, MemberLink.second_id == member.id))
        .options(joinedload(MemberLink.first), joinedload(MemberLink.second))
    ).all()
    linked = [
        Linked(row.id, row.second if row.first_id == member.id else row.first, row.nature) for row in rows
    ]
    here = [one for one in linked if one.other.left_at is None]
    return sorted(here, key=lambda one: (one.nature.value, one.other.name.casefold()))


def link(actor: Actor, member_id: int, other_id: int, nature: LinkNature) -> MemberLink:
    """Say that two structures are linked, and why. Saying it twice changes nothing.

    A standing group is a GES with one of its members. Records `members_linked` on both. Raises NotFound, Forbidden,
    Invalid with the field.
    """
    member, other = _both(actor, member_id, other_id)
    if nature is LinkNature.STANDING_GROUP and MemberKind.GES not in (member.kind, other.kind):
        raise Invalid(N_("Neither of the two is a GES: choose another reason."), field="nature")
    first, second = sorted((member.id, other.id))
    known = db.session.scalar(
        select(MemberLink).where(
            MemberLink.first_id == first, MemberLink.second_id == second, MemberLink.nature == nature
        )
    )
    if known is not None:
        return known
    made: MemberLink = add(MemberLink(first_id=first, second_id=second, nature=nature))
    _tell(actor, "members_linked", member, other, nature)
    return made


def unlink(actor: Actor, member_id: int, link_id: int) -> None:
    """Take a link away: it holds no more. Records `members_unlinked` on both. Raises NotFound, Forbidden."""
    found = db.session.get(MemberLink, link_id)
    if found is None or member_id not in (found.first_id, found.second_id):
        raise NotFound
    other_id = found.second_id if found.first_id == member_id else found.first_id
    member, other = _both(actor, member_id, other_id)
    nature = found.nature
    db.session.delete(found)
    db.session.flush()
    _tell(actor, "members_unlinked", member, other, nature)


def _both(actor: Actor, member_id: int, other_id: int) -> tuple[Member, Member]:
    """The two structures, locked in the order of their numbers."""
    member = find(actor, member_id)
    require(policy.edit_profile(actor, member.id))
    if member.id == other_id:
        raise Invalid(N_("Choose another structure than this one."), field="other")
    other = find(actor, other_id)
    for one in sorted((member, other), key=lambda each: each.id):
        db.session.refresh(one, with_for_update=True)
    return member, other


def _tell(actor: Actor, verb: str, member: Member, other: Member, nature: LinkNature) -> None:
    for subject, about in ((member, other), (other, member)):
        events.record(actor, verb, subject, facts={"member_id": about.id, "nature": nature.value})
