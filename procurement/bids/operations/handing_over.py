"""A manager leaves and somebody takes over: in one step, so that a structure is never without whoever may commit it."""

from sqlalchemy import select

from procurement.accounts.models import User
from procurement.bids.queries.holdings import followed_live
from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import Invalid, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, MembershipRole, require
from procurement.members import policy
from procurement.members.invitations import change_place, end_membership
from procurement.members.models import Member, Membership
from procurement.tenders.models import Following


def hand_over(actor: Actor, leaving: Membership, successor_id: int) -> Membership:
    """End a manager's place once somebody of the structure holds it: the successor's place is returned.

    A contributor becomes manager first. What the structure holds (groups, registrations, certificates) stays with it;
    the live tenders that the manager followed are followed by the successor too, who hears of it. Records
    `handed_over` beside what each step records. Raises Invalid (field "successor") for anybody who isn't another
    person of the structure with an open account, TooLate when the place has ended or isn't a manager's, Forbidden
    but for the person, the structure's other managers and the network's office.
    """
    require(policy.end_membership(actor, leaving.user_id, leaving.member_id))
    member = db.session.get_one(Member, leaving.member_id)
    db.session.refresh(member, with_for_update=True)
    db.session.refresh(leaving)
    if leaving.ended_at is not None or leaving.role is not MembershipRole.MANAGER:
        raise TooLate(N_("This person is no longer a manager of the structure."))
    place = _place_of(leaving, successor_id)
    if place.role is not MembershipRole.MANAGER:
        place = change_place(actor, place, MembershipRole.MANAGER)
    tender_ids = _follow_on(actor, leaving.user_id, successor_id)
    end_membership(actor, leaving)
    events.record(
        actor,
        "handed_over",
        member,
        facts={
            "user_id": leaving.user_id,
            "successor_id": successor_id,
            "member_id": member.id,
            "tender_ids": tender_ids,
        },
    )
    return place


def _place_of(leaving: Membership, successor_id: int) -> Membership:
    place = db.session.scalar(
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.member_id == leaving.member_id, Membership.ended_at.is_(None), User.active)
        .where(Membership.user_id == successor_id, Membership.user_id != leaving.user_id)
    )
    if place is None:
        raise Invalid(N_("Choose somebody of the structure, or invite a successor first."), field="successor")
    return place


def _follow_on(actor: Actor, user_id: int, successor_id: int) -> list[int]:
    """Have the successor follow the live tenders that the one who leaves followed; which those are."""
    wanted = [tender.id for tender in followed_live(user_id)]
    chosen = set(db.session.scalars(select(Following.tender_id).where(Following.user_id == successor_id)))
    added = [tender_id for tender_id in wanted if tender_id not in chosen]
    successor = db.session.get_one(User, successor_id)
    for tender_id in added:
        db.session.add(Following(user_id=successor_id, tender_id=tender_id, muted=False, since=clock.now()))
        db.session.flush()
        events.record(actor, "tender_followed", successor, facts={"tender_id": tender_id})
    return added
