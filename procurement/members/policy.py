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
