"""Who may see and write tenders."""

from sqlalchemy import ColumnElement, and_, true

from procurement.core.policy import Actor
from procurement.tenders.models import Tender, Visibility


def write(actor: Actor) -> bool:
    """Write, publish, edit and cancel tenders, and move their dates: the legal delegate."""
    return actor.is_delegate


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The tenders that exist for `actor`, as a condition on `Tender`.

    The delegate: all, drafts included. The network: all that is published. Anybody else, observers included: those
    published for the public.
    """
    if actor.is_delegate:
        return true()
    if actor.in_network:
        return Tender.published_at.is_not(None)
    return and_(Tender.published_at.is_not(None), Tender.visibility == Visibility.PUBLIC)


def may_see(actor: Actor, tender: Tender) -> bool:
    """The same rule on a row at hand."""
    if actor.is_delegate:
        return True
    if tender.published_at is None:
        return False
    return actor.in_network or tender.visibility is Visibility.PUBLIC


def read_documents(actor: Actor) -> bool:
    """Read the documents of the tenders one sees: the network's people, who answer them."""
    return actor.in_network
