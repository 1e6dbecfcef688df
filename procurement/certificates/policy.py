"""Who may see, bring and check certificates."""

from procurement.core.policy import Actor


def visit(actor: Actor) -> bool:
    """Have a page of certificates at all: people of a structure, and the legal delegate."""
    return actor.is_delegate or actor.is_member


def read(actor: Actor, member_id: int) -> bool:
    """See a structure's certificates: its own people, and the legal delegate."""
    return actor.is_delegate or member_id in actor.memberships


def record(actor: Actor, member_id: int) -> bool:
    """Bring a structure's certificate: whoever belongs to it, and the legal delegate for whoever sends paper."""
    return read(actor, member_id)


def check(actor: Actor) -> bool:
    """Check or refuse a certificate, see them all, chase: the legal delegate."""
    return actor.is_delegate
