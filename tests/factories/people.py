"""People and structures."""

from collections.abc import Iterable, Mapping
from itertools import count
from uuid import uuid4

from stdnum import luhn

from procurement.accounts.models import RoleGrant, User
from procurement.accounts.passwords import hash_password
from procurement.core import clock
from procurement.core.db import add, db
from procurement.core.policy import SYSTEM, Actor, MembershipRole, Role
from procurement.members import queries
from procurement.members.models import Member, MemberKind, Membership
from procurement.members.operations import create_member

_numbers = count(1)


def next_siret() -> str:
    """A SIRET that passes the check and that no other call has given."""
    siren = f"9{next(_numbers):07d}"
    siren += luhn.calc_check_digit(siren)
    nic = siren + "0001"
    return nic + luhn.calc_check_digit(nic)


def make_user(
    *,
    roles: Iterable[Role] = (),
    memberships: Mapping[Member, MembershipRole] | None = None,
    email: str | None = None,
    name: str | None = None,
    locale: str = "fr",
    password: str | None = None,
    **fields: object,
) -> User:
    """A person, with roles and places in structures that hold now. Without a password nothing is hashed."""
    number = next(_numbers)
    user = add(
        User(
            email=email or f"person{number}@example.org",
            name=name or f"Person {number}",
            locale=locale,
            password=hash_password(password) if password else None,
            fs_uniquifier=uuid4().hex,
            created_at=clock.now(),
            **fields,
        )
    )
    for role in roles:
        add(RoleGrant(user_id=user.id, role=role, granted_at=clock.now()))
    for member, role in (memberships or {}).items():
        add(Membership(user_id=user.id, member_id=member.id, role=role, granted_at=clock.now()))
    db.session.refresh(user)
    return user


def make_delegate(**fields: object) -> User:
    """A legal delegate."""
    return make_user(roles=[Role.LEGAL_DELEGATE], **fields)


def make_manager(member: Member | None = None, **fields: object) -> User:
    """A manager of `member`, or of a new structure."""
    return make_user(memberships={member or make_member(): MembershipRole.MANAGER}, **fields)


def actor_of(user: User | None) -> Actor:
    """The actor that `user` is now, for verbs; None: a visitor."""
    return queries.actor_of(user) if user else Actor()


def make_member(kind: MemberKind = MemberKind.AI, *, actor: Actor = SYSTEM, **fields: object) -> Member:
    """A member structure, of the Calvados unless told otherwise."""
    number = next(_numbers)
    defaults = {
        "name": f"{kind.value.upper()} {number}",
        "siret": next_siret(),
        "department": "14",
        "town": "Caen",
    }
    return create_member(actor, kind=kind, **(defaults | fields))
