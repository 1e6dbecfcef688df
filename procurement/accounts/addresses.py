"""Another e-mail address for an account: wanted, confirmed by a link sent to it, or given up.

Until the link is opened nothing changes. Each verb takes its actor, flushes, records an event and never commits;
addresses stand in the part of an event that can be erased.
"""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from procurement.accounts import policy, rules, tokens
from procurement.accounts.models import AddressChange, PasswordReset, SignInLink, User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require


def request_change(actor: Actor, user: User, email: str) -> AddressChange:
    """Want another address for an account; a link goes to it. What was wanted before is given up.

    The mail is drawn from the event `address_change_requested`. Raises Invalid (field "email") for an address no
    mail could reach and for the present one, Conflict for one that has an account, Forbidden for anybody but the
    person and the administrator, whom somebody calls whose mailbox is gone.
    """
    require(policy.change_address(actor, user))
    address = rules.normalise_email(email)
    _lock(user)
    if address == user.email:
        raise Invalid(N_("This is your address already."), field="email")
    if db.session.scalar(select(User.id).where(User.email == address)) is not None:
        raise Conflict(N_("This address already has an account."))
    _drop(user)
    now = clock.now()
    change: AddressChange = add(
        AddressChange(
            user_id=user.id,
            email=address,
            former=user.email,
            created_at=now,
            expires_at=now + rules.ADDRESS_LASTS,
        )
    )
    events.record(
        actor, "address_change_requested", user, facts={"change_id": change.id}, values={"wanted": address}
    )
    return change


def drop_change(actor: Actor, user: User) -> bool:
    """Keep the present address after all; whether another was wanted. Records `address_change_dropped` if so.

    Raises Forbidden for anybody but the person and the administrator.
    """
    require(policy.change_address(actor, user))
    _lock(user)
    dropped = _drop(user)
    if dropped:
        events.record(actor, "address_change_dropped", user)
    return dropped


def confirm(token: str) -> User:
    """Take the address whose link was opened; links sent to the former one die, and a suspended one is forgotten.

    Records `address_changed`, from which the former address is told. Returns the person. Raises NotFound for what we
    never signed, TooLate when it was used, given up or is over, Conflict for an address that has an account since.
    """
    claim = tokens.read(tokens.LinkKind.ADDRESS, token)
    if claim is None:
        raise NotFound(N_("This link is not complete. Copy it whole from the e-mail."))
    now = clock.now()
    row = db.session.execute(
        update(AddressChange)
        .where(
            AddressChange.id == claim.row_id,
            AddressChange.created_at == claim.made_at,
            AddressChange.used_at.is_(None),
            AddressChange.dropped_at.is_(None),
            AddressChange.expires_at > now,
        )
        .values(used_at=now)
        .returning(AddressChange.id, AddressChange.user_id, AddressChange.email)
    ).first()
    user = db.session.get(User, row.user_id, with_for_update=True, populate_existing=True) if row else None
    if row is None or user is None or not user.active:
        raise TooLate(
            N_("This link has been used or replaced, or is too old. Ask for another on your account’s page.")
        )
    former = user.email
    try:
        with db.session.begin_nested():
            user.email = row.email
            user.mail_suspended_at, user.mail_fault, user.mail_revived_at = None, "", now
    except IntegrityError:
        raise Conflict(N_("This address already has an account.")) from None
    for table in (PasswordReset, SignInLink):
        db.session.execute(
            update(table).where(table.user_id == user.id, table.used_at.is_(None)).values(used_at=now)
        )
    events.record(
        Actor(user_id=user.id),
        "address_changed",
        user,
        facts={"change_id": row.id},
        values={"before": former, "after": user.email},
    )
    return user


def pending(user: User) -> AddressChange | None:
    """The address that waits to be confirmed; None where there is none. One statement."""
    return db.session.scalar(
        select(AddressChange).where(
            AddressChange.user_id == user.id,
            AddressChange.used_at.is_(None),
            AddressChange.dropped_at.is_(None),
            AddressChange.expires_at > clock.now(),
        )
    )


def open_change(token: str) -> AddressChange | None:
    """The change that `token` confirms, its person loaded; None when it confirms nothing. Reads only. One statement."""
    claim = tokens.read(tokens.LinkKind.ADDRESS, token)
    if claim is None:
        return None
    return _open(claim.row_id, AddressChange.created_at == claim.made_at)


def change_mail(change_id: int) -> AddressChange | None:
    """For the mail of event `address_change_requested`; None when its link no longer opens anything. One statement."""
    return _open(change_id)


def changed_mail(change_id: int) -> AddressChange | None:
    """For the mail of event `address_changed`, to the former address; its person loaded. One statement."""
    return db.session.scalar(
        select(AddressChange).where(AddressChange.id == change_id).options(joinedload(AddressChange.user))
    )


def _open(change_id: int, *more: ColumnElement[bool]) -> AddressChange | None:
    return db.session.scalar(
        select(AddressChange)
        .join(User, User.id == AddressChange.user_id)
        .where(AddressChange.id == change_id, *more, User.active)
        .where(AddressChange.used_at.is_(None), AddressChange.dropped_at.is_(None))
        .where(AddressChange.expires_at > clock.now())
        .options(joinedload(AddressChange.user))
    )


def _drop(user: User) -> bool:
    waiting = update(AddressChange).where(
        AddressChange.user_id == user.id, AddressChange.used_at.is_(None), AddressChange.dropped_at.is_(None)
    )
    dropped = waiting.values(dropped_at=clock.now()).returning(AddressChange.id)
    return db.session.scalar(dropped) is not None


def _lock(user: User) -> None:
    """Others who change this account wait until we are done, and we see what they did."""
    db.session.refresh(user, with_for_update=True)
