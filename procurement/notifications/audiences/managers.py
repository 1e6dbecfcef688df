"""Who hears that a structure changes hands, or that nobody may commit it any more."""

from sqlalchemy import and_, exists, or_

from procurement.accounts.models import RoleGrant
from procurement.core.events import Event
from procurement.core.policy import MembershipRole
from procurement.members.models import Member, Membership
from procurement.members.people import lacks_manager
from procurement.notifications.audiences.pieces import MANAGES, People, delegates, fact, of_events


def successor() -> list[People]:
    """Who took over, while they manage the structure."""
    place = and_(
        Membership.user_id == fact("successor_id"), Membership.member_id == Event.subject_id, MANAGES
    )
    return [of_events(Membership.user_id).join(Membership, place)]


def without_manager() -> list[People]:
    """The delegate, while a structure whose manager left or whose manager's account was shut has no other."""
    left = and_(
        Event.subject_type == "member",
        exists().where(
            Membership.id == fact("membership_id"),
            Membership.role == MembershipRole.MANAGER,
            Member.id == Membership.member_id,
            Member.left_at.is_(None),
            lacks_manager(Member.id),
        ),
    )
    shut = and_(
        Event.subject_type == "user_account",
        exists().where(
            Membership.user_id == Event.subject_id,
            MANAGES,
            Member.id == Membership.member_id,
            Member.left_at.is_(None),
            lacks_manager(Member.id),
        ),
    )
    return [delegates(of_events(RoleGrant.user_id)).where(or_(left, shut))]
