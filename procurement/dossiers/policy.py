"""Who may see and change a structure's file."""

from procurement.core.policy import Actor


def visit(actor: Actor) -> bool:
    """Have a page of files at all: people of a structure, and the legal delegate."""
    return actor.is_delegate or actor.is_member


def read(actor: Actor, member_id: int) -> bool:
    """See a structure's file: its own people, and the legal delegate who builds the answers."""
    return actor.is_delegate or member_id in actor.memberships


def edit(actor: Actor, member_id: int) -> bool:
    """Fill it in: whoever belongs to the structure, and the legal delegate."""
    return read(actor, member_id)


def see_iban(actor: Actor, member_id: int) -> bool:
    """The bank account, whole and to change: the structure's manager, and the legal delegate."""
    return actor.is_delegate or actor.manages(member_id)
