"""Who may have an account erased."""

from procurement.core.policy import Actor


def ask(actor: Actor, user_id: int) -> bool:
    """Ask for it, or think better of it: the person alone."""
    return actor.user_id == user_id


def erase(actor: Actor, user_id: int, *, bound: bool) -> bool:
    """Carry it out: the administrator; the person at once, where nothing binds (`bound`)."""
    return actor.is_admin or (actor.user_id == user_id and not bound)


def see_requests(actor: Actor) -> bool:
    """Who has asked: the administrator, who carries it out."""
    return actor.is_admin
