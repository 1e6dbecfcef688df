"""Whom links that open a door are for, and who looks after accounts."""

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, null, select
from sqlalchemy.orm import InstrumentedAttribute

from procurement.accounts.models import AddressChange, PasswordReset, RoleGrant, SignInLink, User
from procurement.core.events import Event
from procurement.core.policy import Role
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
    return [_at(Invitation.email).join(Invitation, stands)]


def silent() -> list[People]:
    """The person whose account closes for want of use, while they have not come back."""
    still = and_(
        Event.subject_type == "user_account",
        User.id == Event.subject_id,
        User.active,
        func.coalesce(User.last_seen_at, User.created_at) < Event.at,
    )
    return [of_events(User.id).join(User, still)]


def wanted_address() -> list[People]:
    """The address that somebody wants for their account, while its link opens something."""
    return [_at(AddressChange.email).join(AddressChange, _change(AddressChange.used_at.is_(None)))]


def present_address() -> list[People]:
    """The person for whose account another address is wanted, by them or not, as long as its link opens something."""
    return [of_events(AddressChange.user_id).join(AddressChange, _change(AddressChange.used_at.is_(None)))]


def former_address() -> list[People]:
    """The address that an account had until now."""
    return [_at(AddressChange.former).join(AddressChange, _change(AddressChange.used_at.is_not(None)))]


def erasing_office() -> list[People]:
    """The administrators, as long as whoever asked to be erased isn't yet."""
    asked = and_(
        Event.subject_type == User.__tablename__, User.id == Event.subject_id, User.erased_at.is_(None)
    )
    holds = and_(RoleGrant.role == Role.NETWORK_ADMIN, RoleGrant.ended_at.is_(None))
    return [of_events(RoleGrant.user_id).join(User, asked).join(RoleGrant, holds)]


def _change(stands: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(AddressChange.id == fact("change_id"), AddressChange.dropped_at.is_(None), stands)


def _at(address: InstrumentedAttribute[str]) -> People:
    """An address, with or without an account, that events are about."""
    return select(
        Event.id.label("source_id"), cast(null(), BigInteger).label("user_id"), address.label("address")
    ).select_from(Event)
