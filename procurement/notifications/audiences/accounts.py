"""Whom links that open a door are for."""

from sqlalchemy import BigInteger, and_, cast, null, select

from procurement.accounts.models import PasswordReset, SignInLink
from procurement.core.events import Event
from procurement.members.models import Invitation
from procurement.notifications.audiences.pieces import People, fact, of_events


def sign_in_link() -> list[People]:
    """The person who asked, while the link opens something."""
    unused = and_(SignInLink.id == fact("link_id"), SignInLink.used_at.is_(None))
    return [of_events(SignInLink.user_id).join(SignInLink, unused)]


def password_reset() -> list[People]:
    """The person who asked, while the link opens something."""
    unused = and_(PasswordReset.id == fact("reset_id"), PasswordReset.used_at.is_(None))
    return [of_events(PasswordReset.user_id).join(PasswordReset, unused)]


def invited() -> list[People]:
    """The address invited, while the invitation stands."""
    stands = and_(
        Invitation.id == Event.subject_id,
        Event.subject_type == "invitation",
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return [
        select(
            Event.id.label("source_id"),
            cast(null(), BigInteger).label("user_id"),
            Invitation.email.label("address"),
        )
        .select_from(Event)
        .join(Invitation, stands)
    ]
