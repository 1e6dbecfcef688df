"""Who may do what with accounts and roles."""

from procurement.accounts.models import User
from procurement.core.policy import Actor, Policy, Role, delegate_or_admin

see_people: Policy = delegate_or_admin
"""The network's office sees everybody's account."""


def create_account(actor: Actor) -> bool:
    """Open an account without an invitation: the network's office, or the product itself."""
    return actor.is_delegate or actor.is_admin


def manage_roles(actor: Actor) -> bool:
    """Give or end a role in the network, close or reopen an account: the administrator."""
    return actor.is_admin


def reset_second_factor(actor: Actor, user: User) -> bool:
    """Take away the second factor of somebody who lost their telephone: the network's office, never for oneself.

    An administrator's, only another administrator: the delegate must not open what they may not reach.
    """
    return actor.user_id != user.id and (
        actor.is_admin or (actor.is_delegate and Role.NETWORK_ADMIN not in user.held_roles)
    )


def needs_second_factor(actor: Actor) -> bool:
    """Who reaches everything, and whose password alone must not: the legal delegate and the administrator."""
    return actor.signed_in and (actor.is_delegate or actor.is_admin)


def change_address(actor: Actor, user: User) -> bool:
    """Want another e-mail address: the person, or the administrator for somebody whose mailbox is gone."""
    return actor.is_admin or actor.user_id == user.id


def edit_account(actor: Actor, user: User) -> bool:
    """Change name, telephone, language, password: the person alone, or the product itself."""
    return actor.system or actor.user_id == user.id
