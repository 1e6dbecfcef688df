"""Who may. The actor, its roles, and the few gates that pages and operations share. Deny is the default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from procurement.core.errors import Forbidden


class Role(StrEnum):
    """Roles in the network, beside membership of a structure (design vocabulary)."""

    LEGAL_DELEGATE = "legal_delegate"
    NETWORK_ADMIN = "network_admin"
    OBSERVER = "observer"


class MembershipRole(StrEnum):
    """What a person may do for a member structure: a manager commits it, a contributor helps."""

    MANAGER = "manager"
    CONTRIBUTOR = "contributor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person signed in, a visitor (`user_id` None) or the product itself (`system`).

    `memberships` gives, by member id, the person's role in that structure.
    """

    user_id: int | None = None
    roles: frozenset[Role] = frozenset()
    memberships: Mapping[int, MembershipRole] = field(default_factory=dict)
    system: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether this is a person with an account."""
        return self.user_id is not None

    @property
    def is_delegate(self) -> bool:
        """Whether this person supports members on public procurement."""
        return self.system or Role.LEGAL_DELEGATE in self.roles

    @property
    def is_admin(self) -> bool:
        """Whether this person administers accounts and roles."""
        return self.system or Role.NETWORK_ADMIN in self.roles

    @property
    def is_observer(self) -> bool:
        """Whether this person sees the network's figures only."""
        return Role.OBSERVER in self.roles

    @property
    def is_member(self) -> bool:
        """Whether this person belongs to at least one member structure."""
        return bool(self.memberships)

    @property
    def in_network(self) -> bool:
        """Whether what is shared inside the network is open to this person."""
        return self.is_delegate or self.is_admin or self.is_member

    def manages(self, member_id: int) -> bool:
        """Whether this person may commit that structure."""
        return self.memberships.get(member_id) is MembershipRole.MANAGER


VISITOR = Actor()
SYSTEM = Actor(system=True)

Policy = Callable[[Actor], bool]


def anyone(actor: Actor) -> bool:  # noqa: ARG001 - a policy takes the actor
    """Open to all, visitors included."""
    return True


def signed_in(actor: Actor) -> bool:
    """Open to whoever has an account."""
    return actor.signed_in


def in_network(actor: Actor) -> bool:
    """Open to members, delegate and administrator; not to an observer, who sees figures only."""
    return actor.in_network


def member(actor: Actor) -> bool:
    """Open to people of a member structure."""
    return actor.is_member


def delegate(actor: Actor) -> bool:
    """Open to the legal delegate."""
    return actor.is_delegate


def admin(actor: Actor) -> bool:
    """Open to the network's administrator."""
    return actor.is_admin


def delegate_or_admin(actor: Actor) -> bool:
    """Open to the network's office: legal delegate or administrator."""
    return actor.is_delegate or actor.is_admin


def require(allowed: bool, message: str | None = None) -> None:  # noqa: FBT001 - reads as a sentence
    """Go on only if `allowed`; raises Forbidden otherwise, with `message` (a msgid) if one is given."""
    if not allowed:
        raise Forbidden(message) if message else Forbidden()
