"""What pages read of member structures and of who belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, ColumnElement, Select, Text, false, func, null, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager

from procurement.accounts.models import RoleGrant, User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor, MembershipRole, Role
from procurement.members import policy
from procurement.members.models import Mark, Member, MemberKind, MemberLabel, Membership, ServiceLine

PAGE = 60


def actor_of(user: User) -> Actor:
    """The actor that `user` is now: roles and structures not ended. One statement."""
    roles = select(null().cast(BigInteger).label("member_id"), RoleGrant.role.cast(Text).label("role")).where(
        RoleGrant.user_id == user.id, RoleGrant.ended_at.is_(None)
    )
    places = select(Membership.member_id, Membership.role.cast(Text)).where(
        Membership.user_id == user.id, Membership.ended_at.is_(None)
    )
    held = db.session.execute(roles.union_all(places)).all()
    return Actor(
        user_id=user.id,
        roles=frozenset(Role(row.role) for row in held if row.member_id is None),
        memberships={row.member_id: MembershipRole(row.role) for row in held if row.member_id is not None},
    )


def visible_to(actor: Actor) -> Select[Member]:
    """Structures that `actor` may see: those of the network now, for the network's people."""
    query = select(Member).where(Member.left_at.is_(None))
    return query if policy.see_directory(actor) else query.where(false())


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the directory is narrowed to; empty means all."""

    words: str = ""
    kind: MemberKind | None = None
    department: str = ""
    service: ServiceLine | None = None
    mark: Mark | None = None

    @property
    def any(self) -> bool:
        """Whether something is filtered."""
        return bool(self.words or self.kind or self.department or self.service or self.mark)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the directory: its structures, how many there are in all, and where the next page starts."""

    members: Sequence[Member]
    total: int
    following: int | None
    """The structure after which the next page goes on; None on the last."""


def _plain(text: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """`text` as compared and sorted: lower case, no accents."""
    return func.unaccent(func.lower(text))


def _matching(actor: Actor, filters: Filters) -> Select[Member]:
    query = visible_to(actor)
    for word in filters.words.split()[:8]:
        areas = func.array_to_string(Member.areas, " ")
        where = _plain(Member.name + " " + Member.town + " " + Member.skills + " " + areas)
        query = query.where(func.strpos(where, func.unaccent(word.lower())) > 0)
    if filters.kind:
        query = query.where(Member.kind == filters.kind)
    if filters.department:
        query = query.where(
            Member.territory.contains([filters.department]) | (Member.department == filters.department)
        )
    if filters.service:
        query = query.where(Member.services.contains([filters.service.value]))
    if filters.mark:
        holds = (
            select(MemberLabel.id)
            .where(MemberLabel.member_id == Member.id, MemberLabel.mark == filters.mark)
            .where(MemberLabel.until_on.is_(None) | (MemberLabel.until_on >= clock.today()))
        )
        query = query.where(holds.exists())
    return query


def by_department(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many structures that `filters` find work in each department, whichever is chosen. One statement."""
    found = _matching(actor, replace(filters, department="")).subquery()
    code = func.unnest(found.c.territory).label("code")
    rows = select(code, func.count()).group_by(code)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def everyone(actor: Actor, filters: Filters) -> Sequence[Member]:
    """All the structures that `filters` find, by name. One statement."""
    rows = _matching(actor, filters).order_by(_plain(Member.name), Member.id)
    return db.session.scalars(rows).all()


def own(actor: Actor) -> Sequence[Member]:
    """The structures that `actor` belongs to and that are in the network, by name: one statement."""
    return db.session.scalars(
        select(Member)
        .where(Member.id.in_(list(actor.memberships)), Member.left_at.is_(None))
        .order_by(_plain(Member.name))
    ).all()


def choices(actor: Actor) -> list[tuple[int, str]]:
    """Number and name of each structure, to choose among. One statement."""
    rows = (
        visible_to(actor).with_only_columns(Member.id, Member.name).order_by(_plain(Member.name), Member.id)
    )
    return [(row.id, row.name) for row in db.session.execute(rows)]


def directory(actor: Actor, filters: Filters, after: int | None = None) -> Page:
    """Structures by name, `PAGE` at a time, after the structure numbered `after`. Two statements.

    Each word looked for must stand in the name, the town, the skills or the communes served, accents and case forgiven. A department
    finds those that have their seat there and those that work there.
    """
    query = _matching(actor, filters)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(_plain(Member.name), Member.id).limit(PAGE + 1)
    if after is not None:
        last = aliased(Member)
        start = (select(c).where(last.id == after).scalar_subquery() for c in (_plain(last.name), last.id))
        rows = rows.where(tuple_(_plain(Member.name), Member.id) > tuple_(*start))
    members = db.session.scalars(rows).all()
    more = len(members) > PAGE
    return Page(members[:PAGE], total, members[PAGE - 1].id if more else None)


def find(actor: Actor, member_id: int) -> Member:
    """The structure numbered `member_id`, as `actor` may see it; raises NotFound. One statement."""
    member = db.session.scalar(visible_to(actor).where(Member.id == member_id))
    if member is None:
        raise NotFound
    return member


def people_of(actor: Actor, member: Member) -> Sequence[Membership]:
    """Who belongs to `member` now, managers first, each with its person. One statement; none for an outsider."""
    if not policy.see_directory(actor):
        return []
    return db.session.scalars(
        select(Membership)
        .join(Membership.user)
        .where(Membership.member_id == member.id, Membership.ended_at.is_(None), User.active)
        .options(contains_eager(Membership.user))
        .order_by(Membership.role.desc(), _plain(User.name), User.id)
    ).all()
