"""What pages and mails read of people: where each belongs or belonged, who is invited, the network's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload, selectinload

from procurement.accounts import policy as account_policy
from procurement.accounts import tokens
from procurement.accounts.models import RoleGrant, SecondFactor, User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor, MembershipRole, Role
from procurement.members import policy
from procurement.members.models import Invitation, Member, Membership
from procurement.members.queries import actor_of

PAGE = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in a structure, held now or in the past, and who gave and ended it."""

    id: int
    user_id: int
    user_name: str
    member_id: int
    member_name: str
    role: MembershipRole
    granted_at: datetime
    granted_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    member_phone: str


def places_of(user_id: int) -> Sequence[Place]:
    """All places of a person, the present ones first, then the latest. One statement."""
    return _places(Membership.user_id == user_id)


def team(actor: Actor, member_id: int) -> Sequence[Place]:
    """All places in a structure, the present ones first, for whoever may see them; else none. One statement."""
    return _places(Membership.member_id == member_id) if policy.see_people(actor, member_id) else []


def _places(where: ColumnElement[bool]) -> Sequence[Place]:
    giver, ender = aliased(User), aliased(User)
    rows = db.session.execute(
        select(
            Membership.id,
            Membership.user_id,
            User.name,
            Membership.member_id,
            Member.name,
            Membership.role,
            Membership.granted_at,
            giver.name,
            Membership.ended_at,
            ender.name,
            Member.phone,
        )
        .join(User, User.id == Membership.user_id)
        .join(Member, Member.id == Membership.member_id)
        .outerjoin(giver, giver.id == Membership.granted_by)
        .outerjoin(ender, ender.id == Membership.ended_by)
        .where(where)
        .order_by(Membership.ended_at.is_not(None), Membership.granted_at.desc(), Membership.id.desc())
    )
    return [Place(*tuple(row)) for row in rows]


def find_place(actor: Actor, membership_id: int) -> Membership:
    """A place that `actor` may end or change; NotFound for any other. One statement."""
    place = db.session.get(Membership, membership_id)
    if place is None or not policy.end_membership(actor, place.user_id, place.member_id):
        raise NotFound
    return place


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that nobody has answered; `over` says that its seven days have passed."""

    id: int
    email: str
    name: str
    member_id: int | None
    member_name: str | None
    purpose: MembershipRole | Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    over: bool


def pending_invitations(actor: Actor, member_id: int | None = None) -> Sequence[Pending]:
    """Invitations without answer: of one structure, or of all for the network's office; else none. One statement."""
    allowed = account_policy.see_people(actor) if member_id is None else policy.see_people(actor, member_id)
    if not allowed:
        return []
    rows = db.session.execute(
        select(Invitation, Member.name, User.name)
        .outerjoin(Member, Member.id == Invitation.member_id)
        .join(User, User.id == Invitation.invited_by)
        .where(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .where(true() if member_id is None else Invitation.member_id == member_id)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    now = clock.now()
    return [
        Pending(
            id=invitation.id,
            email=invitation.email,
            name=invitation.name,
            member_id=invitation.member_id,
            member_name=structure,
            purpose=_purpose(invitation),
            invited_by=inviter,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            over=invitation.expires_at <= now,
        )
        for invitation, structure, inviter in rows
    ]


def _purpose(invitation: Invitation) -> MembershipRole | Role:
    purpose = invitation.membership_role or invitation.role
    if purpose is None:
        raise ValueError(f"invitation {invitation.id} is for nothing")
    return purpose


@dataclass(frozen=True, slots=True)
class Invited:
    """What a mail or a page says of an open invitation, and the path of its link with its secret."""

    invitation: Invitation
    inviter: str
    member: Member | None
    purpose: MembershipRole | Role
    path: str


def invitation_mail(invitation_id: int) -> Invited | None:
    """For the mail of event `invitation_sent`; None when it no longer opens anything. One statement."""
    return _invited(Invitation.id == invitation_id)


def open_invitation(token: str) -> Invited | None:
    """The invitation that `token` opens; None when it opens nothing. Reads only."""
    claim = tokens.read(tokens.LinkKind.INVITATION, token)
    if claim is None:
        return None
    invited = _invited((Invitation.id == claim.row_id) & (Invitation.created_at == claim.made_at))
    return invited if invited is not None and may_still_invite(invited.invitation) else None


def may_still_invite(invitation: Invitation) -> bool:
    """Whether whoever sent `invitation` (loaded) has an open account and the right to give what it gives, now."""
    inviter = invitation.inviter
    return inviter.active and policy.invite(actor_of(inviter), invitation.member_id)


def _invited(where: ColumnElement[bool]) -> Invited | None:
    row = db.session.scalar(
        select(Invitation)
        .where(where, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .where(Invitation.expires_at > clock.now())
        .options(joinedload(Invitation.member), joinedload(Invitation.inviter))
    )
    if row is None:
        return None
    path = tokens.path(tokens.LinkKind.INVITATION, row.id, row.created_at)
    return Invited(row, row.inviter.name, row.member, _purpose(row), path)


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the network's list of people: the account, and the structures it belongs to now."""

    user: User
    places: Sequence[tuple[MembershipRole, int, str]]
    """Role, number and name of each structure."""


@dataclass(frozen=True, slots=True)
class People:
    """A page of that list, how many people there are in all, and where the next page starts."""

    people: Sequence[Person]
    total: int
    following: int | None


def _plain(text: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    return func.unaccent(func.lower(text))


class AccountStanding(StrEnum):
    """How an account stands, for whoever looks after them."""

    NEVER = "never"
    QUIET = "quiet"
    UNREACHABLE = "unreachable"
    PASSWORD_ONLY = "password_only"  # noqa: S105 - no password
    CLOSED = "closed"


QUIET_AFTER = timedelta(days=182)
"""An account that nobody used for half a year is worth a look: has the person left?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list of people is narrowed to; empty means all."""

    words: str = ""
    role: Role | MembershipRole | None = None
    member_id: int | None = None
    standing: AccountStanding | None = None

    @property
    def any(self) -> bool:
        """Whether something is filtered."""
        return bool(self.words or self.role or self.member_id or self.standing)


def _standing(wanted: AccountStanding) -> ColumnElement[bool]:
    if wanted is AccountStanding.NEVER:
        return and_(User.active, User.last_seen_at.is_(None))
    if wanted is AccountStanding.QUIET:
        return and_(User.active, User.last_seen_at <= clock.now() - QUIET_AFTER)
    if wanted is AccountStanding.UNREACHABLE:
        return User.mail_suspended_at.is_not(None)
    if wanted is AccountStanding.PASSWORD_ONLY:
        return and_(User.active, ~exists().where(SecondFactor.user_id == User.id))
    return User.active.is_(False)


def _filtered(filters: Filters) -> Select[User]:
    query = _matching(filters.words)
    places = [Membership.user_id == User.id, Membership.ended_at.is_(None)]
    if isinstance(filters.role, Role):
        query = query.where(
            exists().where(
                RoleGrant.user_id == User.id, RoleGrant.role == filters.role, RoleGrant.ended_at.is_(None)
            )
        )
    elif filters.role is not None:
        places.append(Membership.role == filters.role)
    if filters.member_id is not None:
        places.append(Membership.member_id == filters.member_id)
    if len(places) > 2:
        query = query.where(exists().where(*places))
    return query.where(_standing(filters.standing)) if filters.standing else query


def _matching(words: str) -> Select[User]:
    query = select(User).where(User.erased_at.is_(None))
    for word in words.split()[:8]:
        wanted = func.unaccent(word.lower())
        belongs = exists().where(
            Membership.user_id == User.id,
            Membership.ended_at.is_(None),
            Membership.member_id == Member.id,
            func.strpos(_plain(Member.name), wanted) > 0,
        )
        query = query.where((func.strpos(_plain(User.name + " " + User.email), wanted) > 0) | belongs)
    return query


def people(actor: Actor, filters: Filters | None = None, after: int | None = None) -> People:
    """Everybody with an account, by name, `PAGE` at a time, for the network's office; else nobody.

    Each word of the filters must stand in the name, the address or a structure's name, accents and case forgiven. Four statements.
    """
    if not account_policy.see_people(actor):
        return People([], 0, None)
    query = _filtered(filters or Filters())
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(_plain(User.name), User.id).limit(PAGE + 1).options(selectinload(User.grants))
    if after is not None:
        last = aliased(User)
        start = (select(c).where(last.id == after).scalar_subquery() for c in (_plain(last.name), last.id))
        rows = rows.where(tuple_(_plain(User.name), User.id) > tuple_(*start))
    users = db.session.scalars(rows).all()
    shown, more = users[:PAGE], len(users) > PAGE
    places: dict[int, list[tuple[MembershipRole, int, str]]] = {user.id: [] for user in shown}
    belonging = db.session.execute(
        select(Membership.user_id, Membership.role, Member.id, Member.name)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.user_id.in_(places), Membership.ended_at.is_(None))
        .order_by(_plain(Member.name))
    )
    for user_id, role, member_id, name in belonging:
        places[user_id].append((role, member_id, name))
    return People([Person(user, places[user.id]) for user in shown], total, shown[-1].id if more else None)


def lacks_manager(member_id: Any) -> ColumnElement[bool]:
    """Whether nobody with an open account may commit that structure any more."""
    return ~exists().where(
        Membership.member_id == member_id,
        Membership.role == MembershipRole.MANAGER,
        Membership.ended_at.is_(None),
        User.id == Membership.user_id,
        User.active,
    )


def without_manager(actor: Actor) -> Sequence[Member]:
    """The network's structures that had people and that nobody may commit any more, for its office. One statement."""
    if not account_policy.see_people(actor):
        return []
    had = exists().where(Membership.member_id == Member.id)
    return db.session.scalars(
        select(Member)
        .where(Member.left_at.is_(None), had, lacks_manager(Member.id))
        .order_by(_plain(Member.name))
    ).all()


def structures_to_invite_into(actor: Actor) -> Sequence[tuple[int, str]]:
    """Number and name of the structures into which `actor` may invite, by name. One statement."""
    query = select(Member.id, Member.name).where(Member.left_at.is_(None)).order_by(_plain(Member.name))
    if not account_policy.see_people(actor):
        query = query.where(Member.id.in_([number for number in actor.memberships if actor.manages(number)]))
    return [(number, name) for number, name in db.session.execute(query)]
