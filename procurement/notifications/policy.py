"""Who may see what others were told."""

from sqlalchemy import ColumnElement, false, true

from procurement.core.policy import Actor
from procurement.notifications.models import Notification

OPEN_TO_OFFICE = frozenset({"tender_published", "registration_closing", "deadline_moved", "tender_cancelled"})
"""Kinds whose recipients tell nothing of who answers with whom. All others stand behind the wall (G3), a new one too."""


def read_texts(actor: Actor) -> bool:
    """Read what messages say, to whomever they went: the legal delegate."""
    return actor.is_delegate


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The notifications that exist for `actor`, as a condition on `Notification`.

    The delegate: all. The administrator, who helps when mail doesn't arrive: those that name no group's people.
    Nobody else: any.
    """
    if actor.is_delegate:
        return true()
    if actor.is_admin:
        return Notification.kind.in_(OPEN_TO_OFFICE)
    return false()
