"""Verbs on one's data: ask to be erased, think better of it, be erased.

What proves a contract stays, under a number that leads back to nobody. The trail stays whole: its events say numbers
only, and the values that stand beside them can go, since the chain holds their salted digest.
"""

from collections.abc import Collection
from uuid import uuid4

from sqlalchemy import delete, select, update

from procurement.accounts.models import User
from procurement.accounts.operations import end_role
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, NotFound
from procurement.core.events import Event, EventDetail
from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.core.policy import SYSTEM, Actor, require
from procurement.members.invitations import end_membership, revoke_invitation
from procurement.members.models import Invitation, Member, Membership
from procurement.privacy import policy, queries
from procurement.privacy.holdings import HOLDINGS, Fate, Holding, addresses_of
from procurement.privacy.models import Erasure

NOBODY = "erased-{number}@erased.invalid"
"""An address that no mail can reach (RFC 2606), one for each account."""
NAME = N_("Erased account no. %(number)s")


def ask(actor: Actor) -> Erasure:
    """Ask to be erased; asking twice is asking once. Raises NotFound for whoever has no account."""
    user = _locked(actor.user_id)
    require(policy.ask(actor, user.id))
    request = queries.open_request(user.id)
    if request is None:
        request = add(Erasure(user_id=user.id, asked_at=clock.now()))
        events.record(actor, "erasure_asked", user, facts={"erasure_id": request.id})
    return request


def withdraw(actor: Actor) -> None:
    """Think better of it. Nothing asked: nothing happens. Raises NotFound for whoever has no account."""
    user = _locked(actor.user_id)
    require(policy.ask(actor, user.id))
    request = queries.open_request(user.id)
    if request is not None:
        request.withdrawn_at = clock.now()
        db.session.flush()
        events.record(actor, "erasure_withdrawn", user, facts={"erasure_id": request.id})


def erase(actor: Actor, user_id: int) -> User:
    """Erase an account: places and roles end, words and choices go, what proves contracts stays under a number.

    Erased already: nothing happens. Raises NotFound, Forbidden but for the administrator (and the person, where
    nothing binds), Conflict while something must be handed over first.
    """
    user = _locked(user_id)
    require(policy.erase(actor, user.id, bound=queries.bound(user)))
    if user.erased_at is not None:
        return user
    _lock_structures(user)
    if queries.to_hand_over(user):
        raise Conflict(N_("Something must be handed over first: this page says what."))
    _leave(actor, user)
    addresses = addresses_of(user)
    for holding in HOLDINGS:
        _apply(holding, user.id, addresses)
    of_account = select(Event.id).where(Event.subject_type == User.__tablename__, Event.subject_id == user.id)
    db.session.execute(
        delete(EventDetail).where(EventDetail.event_id.in_(of_account)),
        execution_options={"synchronize_session": False},
    )
    _forget(user)
    request = queries.open_request(user.id)
    if request is None and not actor.system:
        request = add(Erasure(user_id=user.id, asked_at=clock.now()))
    if request is not None:
        request.done_at, request.done_by = clock.now(), actor.user_id
    events.record(actor, "account_erased", user, facts={"erasure_id": request.id if request else None})
    return user


def _locked(user_id: int | None) -> User:
    user = db.session.scalar(
        select(User).where(User.id == user_id).with_for_update().execution_options(populate_existing=True)
    )
    if user is None:
        raise NotFound
    return user


def _lock_structures(user: User) -> None:
    """Two managers of a structure that are erased at once: the second waits, and is asked to hand over."""
    theirs = select(Membership.member_id).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    db.session.execute(select(Member.id).where(Member.id.in_(theirs)).order_by(Member.id).with_for_update())


def _leave(actor: Actor, user: User) -> None:
    """End places and roles, each with its event, and withdraw invitations to the address."""
    live = select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    for place in db.session.scalars(live.order_by(Membership.id)).all():
        end_membership(actor, place)
    for role in sorted(user.held_roles):
        end_role(actor, user, role)
    pending = select(Invitation.id).where(
        Invitation.email == user.email, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
    )
    for number in db.session.scalars(pending).all():
        revoke_invitation(SYSTEM, number)


def _apply(holding: Holding, user_id: int, addresses: Collection[str]) -> None:
    """What the declaration says becomes of these rows; an address in any of them is put out."""
    about, blind = holding.about(user_id, addresses), {"synchronize_session": False}
    if holding.fate is Fate.GOES:
        db.session.execute(delete(holding.model).where(about), execution_options=blind)
        return
    if holding.address is not None:
        put_out = {holding.address.key: NOBODY.format(number=user_id)} | dict(holding.emptied)
        db.session.execute(
            update(holding.model).where(holding.at(addresses)).values(put_out), execution_options=blind
        )
    if holding.emptied:
        db.session.execute(
            update(holding.model).where(about).values(**holding.emptied), execution_options=blind
        )


def _forget(user: User) -> None:
    """Nothing in the account's own row says whose it was; all its sessions end."""
    user.name = translate(NAME, DEFAULT_LOCALE, number=user.id)
    user.email = NOBODY.format(number=user.id)
    user.phone = user.mail_fault = ""
    user.password = None
    user.fs_uniquifier = uuid4().hex
    user.active = False
    user.silence_warned_at = None
    user.last_seen_at = user.news_read_at = user.mail_suspended_at = user.mail_revived_at = None
    for column in ("locale", "zone", "digest_hour", "working_days"):
        setattr(user, column, User.__table__.columns[column].default.arg)
    user.erased_at = clock.now()
    db.session.flush()
    db.session.expire_all()
