"""What pages and mails read of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from procurement.accounts import policy, rules, tokens
from procurement.accounts.models import PasswordReset, RoleGrant, SignInLink, User
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor, Role

Link = TypeVar("Link", SignInLink, PasswordReset)


@dataclass(frozen=True)
class MailedLink:
    """What a mail needs to carry a link: to whom, the path with its secret, until when."""

    user: User
    path: str
    expires_at: datetime


def sign_in_mail(link_id: int) -> MailedLink | None:
    """For the mail of event `sign_in_link_requested`; None when the link no longer opens anything. One statement."""
    return _mailed(SignInLink, tokens.LinkKind.SIGN_IN, link_id)


def reset_mail(reset_id: int) -> MailedLink | None:
    """For the mail of event `password_reset_requested`; None when the link no longer opens anything. One statement."""
    return _mailed(PasswordReset, tokens.LinkKind.RESET, reset_id)


def _mailed(table: type[Link], kind: tokens.LinkKind, row_id: int) -> MailedLink | None:
    row = db.session.scalar(select(table).where(table.id == row_id).options(joinedload(table.user)))
    if row is None or not row.user.active or _state(row) != "open":
        return None
    return MailedLink(row.user, tokens.path(kind, row.id, row.created_at), row.expires_at)


def _state(row: SignInLink | PasswordReset) -> str:
    return rules.link_state(expires_at=row.expires_at, used_at=row.used_at, now=clock.now())


def open_sign_in_link(token: str) -> SignInLink | None:
    """The link that `token` opens, its person loaded; None when it opens nothing. Reads only. One statement."""
    return _claimed(SignInLink, tokens.LinkKind.SIGN_IN, token)


def open_reset(token: str) -> PasswordReset | None:
    """The reset that `token` opens, its person loaded; None when it opens nothing. Reads only. One statement."""
    return _claimed(PasswordReset, tokens.LinkKind.RESET, token)


def _claimed(table: type[Link], kind: tokens.LinkKind, token: str) -> Link | None:
    claim = tokens.read(kind, token)
    if claim is None:
        return None
    row = db.session.scalar(
        select(table)
        .where(table.id == claim.row_id, table.created_at == claim.made_at)
        .options(joinedload(table.user))
    )
    return row if row is not None and row.user.active and _state(row) == "open" else None


def find_by_email(email: str) -> User | None:
    """The account of an address, as typed; None where there is none. Raises Invalid for what is no address."""
    return db.session.scalar(select(User).where(User.email == rules.normalise_email(email)))


def get_person(actor: Actor, user_id: int) -> User:
    """An account, for whom may see people; NotFound for anybody else, or where there is none. One statement."""
    user = db.session.get(User, user_id) if policy.see_people(actor) else None
    if user is None:
        raise NotFound
    return user


@dataclass(frozen=True)
class Granted:
    """A role of a person, by whom it was given and ended."""

    role: Role
    granted_at: datetime
    granted_by: str | None
    ended_at: datetime | None
    ended_by: str | None


def roles_of(user_id: int) -> Sequence[Granted]:
    """All roles a person has or had, the present ones first, then the latest. One statement."""
    giver, ender = aliased(User), aliased(User)
    rows = db.session.execute(
        select(
            RoleGrant.role,
            RoleGrant.granted_at,
            giver.name.label("giver"),
            RoleGrant.ended_at,
            ender.name.label("ender"),
        )
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .outerjoin(ender, ender.id == RoleGrant.ended_by)
        .where(RoleGrant.user_id == user_id)
        .order_by(RoleGrant.ended_at.is_not(None), RoleGrant.granted_at.desc(), RoleGrant.id.desc())
    )
    return [Granted(row.role, row.granted_at, row.giver, row.ended_at, row.ender) for row in rows]


def legal_delegates() -> Sequence[User]:
    """Who holds the role of legal delegate now: whom to call. One statement."""
    holds = select(RoleGrant.user_id).where(
        RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)
    )
    return db.session.scalars(select(User).where(User.id.in_(holds), User.active).order_by(User.name)).all()
