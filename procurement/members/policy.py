"""Who may see and change member structures."""

from procurement.core.policy import Actor


def see_directory(actor: Actor) -> bool:
    """The network's people; a visitor or an observer doesn't see who works where."""
    return actor.in_network


def create(actor: Actor) -> bool:
    """The legal delegate or the administrator brings a structure in."""
    return actor.is_delegate or actor.is_admin


def edit_identity(actor: Actor) -> bool:
    """Name, kind, SIRET and seat: the legal delegate or the administrator."""
    return actor.is_delegate or actor.is_admin


def edit_profile(actor: Actor, member_id: int) -> bool:
    """Skills, phone and territory: the structure's manager too."""
    return edit_identity(actor) or actor.manages(member_id)


def invite(actor: Actor, member_id: int | None) -> bool:
    """Into a structure: its manager or the network's office; into the network itself: the administrator."""
    if member_id is None:
        return actor.is_admin
    return actor.is_delegate or actor.is_admin or actor.manages(member_id)


def see_people(actor: Actor, member_id: int) -> bool:
    """Who belongs to a structure and who is invited: its own people, and the network's office."""
    return actor.is_delegate or actor.is_admin or member_id in actor.memberships


def end_membership(actor: Actor, user_id: int, member_id: int) -> bool:
    """Whoever invites into the structure, or the person who leaves it."""
    return invite(actor, member_id) or actor.user_id == user_id
