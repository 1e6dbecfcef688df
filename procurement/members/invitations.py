"""Verbs on who belongs to a structure: invite, accept, revoke; join, change place, leave."""

from datetime import timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from procurement.accounts import tokens
from procurement.accounts.models import User
from procurement.accounts.operations import create_user, grant_role
from procurement.accounts.rules import NAME_MAX as NAME_LENGTH
from procurement.accounts.rules import check_locale, clean_line, normalise_email
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound, StaleVersion, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import SYSTEM, Actor, MembershipRole, Role, require
from procurement.members import policy
from procurement.members.models import Invitation, Member, Membership
from procurement.members.people import may_still_invite
from procurement.members.queries import find

INVITATION_LASTS = timedelta(days=7)


def start_membership(actor: Actor, user: User, member: Member, role: MembershipRole) -> Membership:
    """Give `user` a place in a structure from now on.

    Raises Conflict when they have one there already, TooLate when the structure has left the network, Forbidden but
    for its manager and the network's office.
    """
    require(policy.invite(actor, member.id))
    _lock(member)
    if _place(user.id, member.id) is not None:
        raise Conflict(N_("This person belongs to this structure already."))
    place: Membership = add(
        Membership(
            user_id=user.id,
            member_id=member.id,
            role=role,
            granted_at=clock.now(),
            granted_by=actor.user_id,
        )
    )
    events.record(
        actor,
        "membership_started",
        member,
        facts={"user_id": user.id, "role": role.value, "membership_id": place.id},
    )
    return place


def end_membership(actor: Actor, membership: Membership) -> Membership:
    """Somebody leaves a structure; the row stays, with its dates. Ended already: nothing happens.

    What this person had sent or been sent as invitations to that structure is withdrawn with it. Raises Forbidden
    but for the person, the structure's manager and the network's office, Conflict for the only manager's own leave.
    """
    require(policy.end_membership(actor, membership.user_id, membership.member_id))
    member = db.session.get_one(Member, membership.member_id)
    db.session.refresh(member, with_for_update=True)
    db.session.refresh(membership, with_for_update=True)
    if membership.ended_at is not None:
        return membership
    _keep_a_manager(actor, membership)
    return _end(actor, member, membership)


def _keep_a_manager(actor: Actor, membership: Membership) -> None:
    """Refuse that a structure's only manager goes of itself: nobody could commit it any more. The office may."""
    if membership.role is not MembershipRole.MANAGER or actor.is_delegate or actor.is_admin:
        return
    others = select(Membership.id).where(
        Membership.member_id == membership.member_id,
        Membership.id != membership.id,
        Membership.role == MembershipRole.MANAGER,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(others.limit(1)) is None:
        raise Conflict(
            N_(
                "The structure would have no manager left: make somebody else a manager first, or call the legal delegate."
            )
        )


def _end(actor: Actor, member: Member, membership: Membership) -> Membership:
    """Write that the place has ended, and withdraw the invitations that hung on it."""
    membership.ended_at, membership.ended_by = clock.now(), actor.user_id
    db.session.flush()
    events.record(
        actor,
        "membership_ended",
        member,
        facts={"user_id": membership.user_id, "membership_id": membership.id},
    )
    email = select(User.email).where(User.id == membership.user_id).scalar_subquery()
    theirs = (Invitation.invited_by == membership.user_id) | (Invitation.email == email)
    for invitation in db.session.scalars(_pending().where(Invitation.member_id == member.id, theirs)):
        _withdraw(actor, invitation)
    return membership


def leave_network(actor: Actor, member_id: int, version: int) -> Member:
    """A structure leaves the network: its page and its places end, what it did stays.

    Whoever calls has seen to it that no group still counts on it (`bids.operations.leaving`). `version` is the one that was seen. Records `member_left`. Raises NotFound, Forbidden but for the network's
    office, StaleVersion.
    """
    member = find(actor, member_id)
    require(policy.edit_identity(actor))
    db.session.refresh(member, with_for_update=True)
    if member.version != version:
        raise StaleVersion(member.version)
    places = select(Membership).where(Membership.member_id == member.id, Membership.ended_at.is_(None))
    for membership in db.session.scalars(places.order_by(Membership.id)).all():
        _end(actor, member, membership)
    for invitation in db.session.scalars(_pending().where(Invitation.member_id == member.id)):
        _withdraw(actor, invitation)
    member.left_at = clock.now()
    member.version += 1
    db.session.flush()
    events.record(actor, "member_left", member)
    return member


def change_place(actor: Actor, membership: Membership, role: MembershipRole) -> Membership:
    """Make a contributor a manager, or the reverse: the present place ends and another starts.

    Raises TooLate when it has ended, Forbidden but for the structure's manager and the network's office.
    """
    require(policy.invite(actor, membership.member_id))
    db.session.refresh(membership)
    if membership.ended_at is not None:
        raise TooLate(N_("This person no longer belongs to the structure."))
    if membership.role is role:
        return membership
    user, member = (
        db.session.get_one(User, membership.user_id),
        db.session.get_one(Member, membership.member_id),
    )
    end_membership(actor, membership)
    return start_membership(actor, user, member, role)


def invite(
    actor: Actor,
    *,
    email: str,
    name: str = "",
    locale: str = "fr",
    member: Member | None = None,
    role: MembershipRole | Role | None = None,
) -> Invitation:
    """Invite an address into a structure (`member` and a place in it), or into the network (a role).

    An invitation that was still pending for the same address and purpose is withdrawn: the new one replaces it.
    Raises Invalid for the address, Conflict for somebody who is there already, TooLate for a structure that left,
    Forbidden for whoever may not.
    """
    require(policy.invite(actor, member.id if member else None))
    if isinstance(role, MembershipRole) != (member is not None) or role is None:
        raise Invalid(N_("Choose what this person will do."), field="role")
    address = normalise_email(email)
    if member is not None:
        _lock(member)
        taken = select(Membership.id).join(User, User.id == Membership.user_id)
        taken = taken.where(
            User.email == address, Membership.member_id == member.id, Membership.ended_at.is_(None)
        )
        if db.session.scalar(taken) is not None:
            raise Conflict(N_("This person belongs to this structure already."))
    elif role in _roles_of(address):
        raise Conflict(N_("This person already has this role."))
    same = _pending().where(
        Invitation.email == address, Invitation.member_id.is_not_distinct_from(member.id if member else None)
    )
    for earlier in db.session.scalars(same):
        _withdraw(actor, earlier)
    now = clock.now()
    invitation: Invitation = add(
        Invitation(
            email=address,
            name=clean_line(name, NAME_LENGTH, "name"),
            locale=check_locale(locale),
            member_id=member.id if member else None,
            membership_role=role if isinstance(role, MembershipRole) else None,
            role=role if isinstance(role, Role) else None,
            invited_by=actor.user_id,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
    )
    events.record(
        actor,
        "invitation_sent",
        invitation,
        facts={"member_id": invitation.member_id, "role": role.value},
    )
    return invitation


def revoke_invitation(actor: Actor, invitation_id: int) -> Invitation:
    """Withdraw an invitation that wasn't accepted.

    Raises NotFound for whoever may not invite there, TooLate when it was accepted in between.
    """
    invitation = db.session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if invitation is None or not policy.invite(actor, invitation.member_id):
        raise NotFound
    if invitation.used_at is not None:
        raise TooLate(N_("This invitation has been accepted in the meantime."))
    if invitation.revoked_at is None:
        _withdraw(actor, invitation)
    return invitation


def accept_invitation(token: str, name: str, password: str | None = None) -> User:
    """Consume an invitation: of two that come at once, one gets in.

    Opens the account (`name`, and `password` unless the person prefers links by mail), or adds to the one the
    address has, whose name and password stay. Returns the person to sign in. Raises NotFound for what we never
    signed, TooLate when it was used, withdrawn or is over, Invalid for a name or a password that can't be taken
    (the link stays good: the transaction is rolled back).
    """
    claim = tokens.read(tokens.LinkKind.INVITATION, token)
    if claim is None:
        raise NotFound(N_("This link is not complete. Copy it whole from the e-mail."))
    now = clock.now()
    taken = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == claim.row_id,
            Invitation.created_at == claim.made_at,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.id)
    )
    if taken is None:
        raise TooLate(N_("This invitation has been used or withdrawn, or is too old. Ask for another."))
    invitation = db.session.scalars(
        select(Invitation)
        .where(Invitation.id == taken)
        .options(joinedload(Invitation.member), joinedload(Invitation.inviter))
        .execution_options(populate_existing=True)
    ).one()
    if not may_still_invite(invitation):
        raise TooLate(N_("Whoever invited you may no longer do so: ask for another invitation."))
    user = _account(invitation, name, password)
    invitation.user_id = user.id
    db.session.flush()
    _admit(user, invitation)
    events.record(Actor(user_id=user.id), "invitation_accepted", invitation, facts={"user_id": user.id})
    return user


def _account(invitation: Invitation, name: str, password: str | None) -> User:
    user = db.session.scalar(select(User).where(User.email == invitation.email))
    if user is None:
        return create_user(
            SYSTEM, email=invitation.email, name=name, locale=invitation.locale, password=password
        )
    if not user.active:
        raise TooLate(N_("This account is closed: write to the network to have it opened again."))
    return user


def _admit(user: User, invitation: Invitation) -> None:
    """What the inviter had the right to give, given now: a place in the structure, or a role."""
    if invitation.member is not None and invitation.membership_role is not None:
        if _place(user.id, invitation.member.id) is None:
            start_membership(SYSTEM, user, invitation.member, invitation.membership_role)
    elif invitation.role is not None and invitation.role not in user.held_roles:
        grant_role(SYSTEM, user, invitation.role)


def _lock(member: Member) -> None:
    """Others who change who belongs there wait until we are done."""
    db.session.refresh(member, with_for_update=True)
    if member.left_at is not None:
        raise TooLate(N_("This structure has left the network."))


def _place(user_id: int, member_id: int) -> Membership | None:
    return db.session.scalar(
        select(Membership).where(
            Membership.user_id == user_id,
            Membership.member_id == member_id,
            Membership.ended_at.is_(None),
        )
    )


def _roles_of(address: str) -> frozenset[Role]:
    user = db.session.scalar(select(User).where(User.email == address))
    return user.held_roles if user else frozenset()


def _pending() -> Select[Invitation]:
    return (
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _withdraw(actor: Actor, invitation: Invitation) -> None:
    invitation.revoked_at = clock.now()
    db.session.flush()
    events.record(actor, "invitation_revoked", invitation, facts={"member_id": invitation.member_id})
