"""The second factor: six figures that an application of the telephone makes every 30 seconds (RFC 6238).

Its secret and the recovery codes are sealed in the database and stand in no event. No code is taken twice; tries are
limited at the edge. Each verb takes its actor, flushes, records an event and never commits.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from passlib.exc import TokenError, UsedTokenError
from passlib.totp import TOTP
from sqlalchemy import select

from procurement.accounts import policy
from procurement.accounts.models import SecondFactor, SignIn, User
from procurement.accounts.operations import end_sessions_of
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require

ISSUER = "Marchés groupés"
"""How the application of the telephone names us."""
CODE_LENGTH = 6
RECOVERY_CODES = 10
_RECOVERY_LENGTH = 12
"""Figures, so that a telephone's keys of figures are enough: one in 10^12, and tries are limited."""
_DRIFT = 30
"""Seconds by which the telephone's clock may be wrong."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says of a second factor: since when, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def standing(user: User) -> Standing | None:
    """The second factor of `user`; None where there is none. One statement."""
    row = db.session.get(SecondFactor, user.id)
    return Standing(row.since, len(row.recovery_codes.split())) if row else None


def new_secret() -> str:
    """A secret to be shared with an application: kept nowhere until its first code is given."""
    key: str = TOTP.new().base32_key
    return key


def address(secret: str, user: User) -> str:
    """What the drawing to be scanned says: the secret, whose it is and by whom (an otpauth: address)."""
    uri: str = TOTP(key=secret).to_uri(label=user.email, issuer=ISSUER)
    return uri


def to_type(secret: str) -> str:
    """The secret in groups of four, for whoever types it."""
    key: str = TOTP(key=secret).pretty_key(sep=" ")
    return key


def start(actor: Actor, user: User, sign_in: SignIn, secret: str, code: str) -> list[str]:
    """Ask `user` for a code of this secret's from now on, the present browser excepted; returns the recovery codes.

    They are to be shown now and never again. Records `second_factor_started`. Raises Invalid (field "code") for a
    code that isn't the secret's, Conflict where there is one already, Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    _lock(user)
    if db.session.get(SecondFactor, user.id) is not None:
        raise Conflict(N_("Two-step sign-in is on already: switch it off first to use another telephone."))
    step = _step_of(secret, code, after=None)
    codes = _draw()
    add(
        SecondFactor(
            user_id=user.id,
            secret=secret,
            recovery_codes=" ".join(codes),
            last_step=step,
            since=clock.now(),
        )
    )
    sign_in.proved_at = clock.now()
    db.session.flush()
    events.record(actor, "second_factor_started", user)
    return codes


def prove(user: User, sign_in: SignIn, code: str) -> None:
    """Open the browser `sign_in` to its person, by the code of the telephone or a recovery code.

    A recovery code works once and leaves `recovery_code_used`. Raises Invalid (field "code") for any other code and
    for one that has been taken already.
    """
    factor = _locked(user)
    _take(Actor(user_id=user.id), user, factor, code)
    sign_in.proved_at = clock.now()
    db.session.flush()


def renew_codes(actor: Actor, user: User, code: str) -> list[str]:
    """Other recovery codes, to be shown once: the ones before open nothing any more.

    Records `recovery_codes_renewed`. Raises Invalid (field "code") without a right code, NotFound where there is no
    second factor, Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    factor = _locked(user)
    _take(actor, user, factor, code)
    codes = _draw()
    factor.recovery_codes = " ".join(codes)
    db.session.flush()
    events.record(actor, "recovery_codes_renewed", user)
    return codes


def stop(actor: Actor, user: User, code: str) -> None:
    """No longer ask `user` for a code: to go without one, or to begin with another telephone.

    Records `second_factor_stopped`. Raises Invalid (field "code") without a right code, NotFound where there is no
    second factor, Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    factor = _locked(user)
    _take(actor, user, factor, code)
    db.session.delete(factor)
    db.session.flush()
    events.record(actor, "second_factor_stopped", user)


def reset(actor: Actor, user: User) -> None:
    """Take away the second factor of somebody whose telephone is lost; they are signed out everywhere.

    Records `second_factor_reset`. Raises Forbidden but for the network's office about somebody else, NotFound where
    there is none.
    """
    require(policy.reset_second_factor(actor, user))
    factor = _locked(user)
    db.session.delete(factor)
    end_sessions_of(user)
    events.record(actor, "second_factor_reset", user)


def _take(actor: Actor, user: User, factor: SecondFactor, code: str) -> None:
    """Accept a code of the telephone, or use up a recovery code. Raises Invalid for any other."""
    figures = "".join(code.split())
    if len(figures) == CODE_LENGTH:
        factor.last_step = _step_of(factor.secret, figures, after=factor.last_step)
        db.session.flush()
        return
    left = factor.recovery_codes.split()
    kept = [one for one in left if not hmac.compare_digest(one.encode(), figures.encode())]
    if len(kept) == len(left):
        raise Invalid(N_("This isn't one of your codes."), field="code")
    factor.recovery_codes = " ".join(kept)
    db.session.flush()
    events.record(actor, "recovery_code_used", user, facts={"left": len(kept)})


def _step_of(secret: str, code: str, after: int | None) -> int:
    """The 30 seconds whose code this is, later than `after`. Raises Invalid (field "code")."""
    try:
        now = int(clock.now().timestamp())
        return int(TOTP(key=secret).match(code, time=now, window=_DRIFT, last_counter=after).counter)
    except UsedTokenError:
        raise Invalid(
            N_("This code has been used already: wait for the next one, it takes 30 seconds at most."),
            field="code",
        ) from None
    except TokenError:
        raise Invalid(
            N_(
                "This isn't the code shown now. Look at your application again; your telephone must be on time."
            ),
            field="code",
        ) from None


def _draw() -> list[str]:
    return [f"{secrets.randbelow(10**_RECOVERY_LENGTH):0{_RECOVERY_LENGTH}d}" for _ in range(RECOVERY_CODES)]


def _lock(user: User) -> None:
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())


def _locked(user: User) -> SecondFactor:
    """The second factor of `user`, of two who use one code at once the second seeing what the first did."""
    _lock(user)
    factor = db.session.get(SecondFactor, user.id, populate_existing=True)
    if factor is None:
        raise NotFound(N_("Two-step sign-in isn't on for this account."))
    return factor
