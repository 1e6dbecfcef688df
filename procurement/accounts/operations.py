"""What changes accounts and roles. Each verb takes its actor, flushes, records an event and never commits.

Passwords and secrets of links are in no event: an event says that it happened, to whom, and which row it was.
"""

from datetime import time
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from procurement.accounts import passwords, policy, rules, tokens
from procurement.accounts.models import AddressChange, PasswordReset, RoleGrant, SignIn, SignInLink, User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.phones import check_phone
from procurement.core.policy import VISITOR, Actor, Role, require


def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    locale: str = "fr",
    phone: str = "",
    password: str | None = None,
) -> User:
    """Open an account, without role or structure.

    Raises Invalid for an address, a name or a password that can't be taken, Conflict when the address has an
    account already, Forbidden for whoever isn't of the network's office.
    """
    require(policy.create_account(actor))
    address, name = rules.normalise_email(email), rules.check_name(name)
    hashed = None
    if password is not None:
        hashed = passwords.hash_password(rules.check_password(password, (name, address)))
    user: User | None = db.session.scalar(
        insert(User)
        .values(
            email=address,
            name=name,
            locale=rules.check_locale(locale),
            phone=check_phone(phone),
            password=hashed,
            fs_uniquifier=uuid4().hex,
            created_at=clock.now(),
        )
        # Two who open it at once: the second waits for the first, and is told.
        .on_conflict_do_nothing(index_elements=[User.email])
        .returning(User)
    )
    if user is None:
        raise Conflict(N_("This address already has an account."))
    events.record(actor, "account_created", user)
    return user


def edit_profile(
    actor: Actor,
    user: User,
    *,
    name: str,
    phone: str,
    locale: str,
    digest_hour: time,
    working_days: int,
    zone: str = "",
) -> User:
    """Change what the others see of a person, and when what isn't urgent reaches them.

    `digest_hour` is local to the person's `zone` (an IANA name; empty: as it was); `working_days` has one bit a weekday, Monday lowest. Raises Invalid
    for a value that can't be taken, Forbidden for anybody but the person. Nothing changed records nothing.
    """
    require(policy.edit_account(actor, user))
    if not 0 < working_days < 1 << 7:
        raise Invalid(N_("Choose at least one day of the week."), field="working_days")
    wanted = {
        "name": rules.check_name(name),
        "phone": check_phone(phone),
        "locale": rules.check_locale(locale),
        "digest_hour": digest_hour,
        "working_days": working_days,
        "zone": rules.check_zone(zone) if zone else user.zone,
    }
    before = {field: getattr(user, field) for field in wanted}
    changed = sorted(field for field, value in wanted.items() if before[field] != value)
    if not changed:
        return user
    for field in changed:
        setattr(user, field, wanted[field])
    events.record(
        actor,
        "account_edited",
        user,
        facts={"fields": changed},
        values={"before": {f: before[f] for f in changed}, "after": {f: wanted[f] for f in changed}},
    )
    return user


def grant_role(actor: Actor, user: User, role: Role) -> RoleGrant:
    """Give `user` a role in the network. Raises Conflict when it is held already, Forbidden but for the administrator."""
    require(policy.manage_roles(actor))
    _lock(user)
    held = select(RoleGrant.id).where(
        RoleGrant.user_id == user.id, RoleGrant.role == role, RoleGrant.ended_at.is_(None)
    )
    if db.session.scalar(held) is not None:
        raise Conflict(N_("This person already has this role."))
    grant: RoleGrant = add(
        RoleGrant(user_id=user.id, role=role, granted_at=clock.now(), granted_by=actor.user_id)
    )
    db.session.expire(user, ["grants"])
    events.record(actor, "role_granted", user, facts={"role": role.value, "grant_id": grant.id})
    return grant


def end_role(actor: Actor, user: User, role: Role) -> RoleGrant:
    """End a role that `user` holds; its row stays, with its dates.

    Raises NotFound when it isn't held, Conflict for the last administrator (nobody could give roles any more),
    Forbidden but for the administrator.
    """
    require(policy.manage_roles(actor))
    _lock(user)
    grant = db.session.scalar(
        select(RoleGrant).where(
            RoleGrant.user_id == user.id, RoleGrant.role == role, RoleGrant.ended_at.is_(None)
        )
    )
    if grant is None:
        raise NotFound(N_("This person doesn't have this role."))
    if role is Role.NETWORK_ADMIN:
        _keep_one_admin(user)
    grant.ended_at, grant.ended_by = clock.now(), actor.user_id
    db.session.flush()
    db.session.expire(user, ["grants"])
    events.record(actor, "role_ended", user, facts={"role": role.value, "grant_id": grant.id})
    return grant


def close_account(actor: Actor, user: User, *, verb: str = "account_closed") -> User:
    """Shut an account: nobody signs in to it and its sessions end. Raises Conflict for the last administrator.

    `verb` is the event that says why.
    """
    require(policy.manage_roles(actor))
    _lock(user)
    if not user.active:
        return user
    if Role.NETWORK_ADMIN in user.held_roles:
        _keep_one_admin(user)
    user.active = False
    end_sessions_of(user)
    events.record(actor, verb, user)
    return user


def reopen_account(actor: Actor, user: User) -> User:
    """Open a closed account again, with the roles and structures it still has. Raises Conflict for an erased one."""
    require(policy.manage_roles(actor))
    _lock(user)
    if user.erased_at is not None:
        raise Conflict(N_("This account was erased: invite the person again."))
    if user.active:
        return user
    user.active = True
    # Who comes back late is warned again before the account closes once more.
    user.silence_warned_at = None
    events.record(actor, "account_reopened", user)
    return user


def request_sign_in_link(email: str, next_path: str = "") -> SignInLink | None:
    """Ask for a link that signs in by mail; None where the address has no open account (tell nobody which it was).

    The mail is drawn from the event `sign_in_link_requested`. `next_path` is where the person wanted to go; what
    isn't a path of this site is dropped. Raises Invalid for an address no mail could reach.
    """
    user = _open_account(email)
    if user is None:
        return None
    now = clock.now()
    link: SignInLink = add(
        SignInLink(
            user_id=user.id,
            created_at=now,
            expires_at=now + rules.SIGN_IN_LASTS,
            next_path=rules.safe_path(next_path),
        )
    )
    events.record(VISITOR, "sign_in_link_requested", user, facts={"link_id": link.id})
    return link


def make_sign_in_link(actor: Actor, user: User, next_path: str = "") -> SignInLink:
    """A link for a person whom no mail reaches yet, to be handed over by who administers the server: 24 hours, once.

    No mail is drawn from it. Raises Forbidden for anybody but the product itself (a command).
    """
    require(actor.system)
    now = clock.now()
    expires_at = now + rules.FIRST_SIGN_IN_LASTS
    path = rules.safe_path(next_path)
    link: SignInLink = add(SignInLink(user_id=user.id, created_at=now, expires_at=expires_at, next_path=path))
    events.record(actor, "sign_in_link_made", user, facts={"link_id": link.id})
    return link


def use_sign_in_link(token: str) -> User:
    """Consume a sign-in link: of two that come at once, one gets in.

    Returns the person to sign in. Raises NotFound for what we never signed, TooLate when it was used or is over.
    """
    claim = tokens.read(tokens.LinkKind.SIGN_IN, token)
    if claim is None:
        raise NotFound(N_("This link is not complete. Copy it whole from the e-mail, or ask for another."))
    now = clock.now()
    user_id = db.session.scalar(
        update(SignInLink)
        .where(
            SignInLink.id == claim.row_id,
            SignInLink.created_at == claim.made_at,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.user_id)
    )
    return _still_open(user_id, N_("This link has been used, or is too old. Ask for another."))


def request_password_reset(email: str) -> PasswordReset | None:
    """Ask to choose a new password by mail; None where the address has no open account (tell nobody which it was).

    The mail is drawn from the event `password_reset_requested`. Raises Invalid for an address no mail could reach.
    """
    user = _open_account(email)
    if user is None:
        return None
    now = clock.now()
    reset: PasswordReset = add(
        PasswordReset(user_id=user.id, created_at=now, expires_at=now + rules.RESET_LASTS)
    )
    events.record(VISITOR, "password_reset_requested", user, facts={"reset_id": reset.id})
    return reset


def reset_password(token: str, password: str) -> User:
    """Consume a reset link and take the new password; all sessions of the account end, other links die.

    Raises NotFound for what we never signed, TooLate when it was used or is over, Invalid for a password too easy
    to guess (the link stays good: the transaction is rolled back).
    """
    claim = tokens.read(tokens.LinkKind.RESET, token)
    if claim is None:
        raise NotFound(N_("This link is not complete. Copy it whole from the e-mail, or ask for another."))
    now = clock.now()
    user_id = db.session.scalar(
        update(PasswordReset)
        .where(
            PasswordReset.id == claim.row_id,
            PasswordReset.created_at == claim.made_at,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasswordReset.user_id)
    )
    user = _still_open(user_id, N_("This link has been used, or is too old. Ask for another."))
    return set_password(Actor(user_id=user.id), user, password)


def set_password(actor: Actor, user: User, password: str) -> User:
    """Take a new password; all sessions of the account end, the present one included (sign in again at the edge).

    Raises Invalid (field "password") for one too easy to guess, Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    user.password = passwords.hash_password(rules.check_password(password, (user.name, user.email)))
    end_sessions_of(user)
    events.record(actor, "password_changed", user)
    return user


def end_sessions(actor: Actor, user: User) -> User:
    """Sign a person out everywhere: a lost telephone, a shared computer."""
    require(policy.edit_account(actor, user))
    end_sessions_of(user)
    events.record(actor, "sessions_ended", user)
    return user


def _open_account(email: str) -> User | None:
    address = rules.normalise_email(email)
    return db.session.scalar(select(User).where(User.email == address, User.active))


def _still_open(user_id: int | None, message: str) -> User:
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is None or not user.active:
        raise TooLate(message)
    return user


def _lock(user: User) -> None:
    """Others who change this account wait until we are done, and we see what they did."""
    db.session.refresh(user, with_for_update=True)


def end_sessions_of(user: User) -> None:
    """Sign `user` out of every browser, without an event of its own: part of what another verb does.

    Links that were mailed before die too, and an address that was wanted is given up: whoever is put out must not
    come back by what they asked for.
    """
    user.fs_uniquifier = uuid4().hex
    db.session.flush()
    now = clock.now()
    open_ones = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    db.session.execute(open_ones.values(ended_at=now))
    for table in (PasswordReset, SignInLink):
        db.session.execute(
            update(table).where(table.user_id == user.id, table.used_at.is_(None)).values(used_at=now)
        )
    wanted = update(AddressChange).where(
        AddressChange.user_id == user.id, AddressChange.used_at.is_(None), AddressChange.dropped_at.is_(None)
    )
    db.session.execute(wanted.values(dropped_at=now))


def _keep_one_admin(user: User) -> None:
    """Raise Conflict if nobody else open holds the administrator's role.

    Locks the administrators' grants first, so that two who end each other's role at once don't both succeed.
    """
    live = select(RoleGrant.user_id).where(RoleGrant.role == Role.NETWORK_ADMIN, RoleGrant.ended_at.is_(None))
    db.session.execute(live.order_by(RoleGrant.id).with_for_update())
    others = db.session.scalar(
        select(func.count()).select_from(User).where(User.id.in_(live), User.id != user.id, User.active)
    )
    if not others:
        raise Conflict(N_("This is the last administrator: give the role to somebody else first."))
