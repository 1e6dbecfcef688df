"""Where a person is signed in: begun, found at each request, listed, ended one by one.

The browser's cookie, signed by the server, holds the number of its row; the row says whether it still opens
anything. A person with a second factor is nobody until its code was given in that browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from procurement.accounts import policy
from procurement.accounts.models import SecondFactor, SignIn, User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor, require
from procurement.core.text import seen

NAME = "sign_in"
"""Under which name the cookie holds the number."""
LASTS = timedelta(days=31)
"""A browser that isn't used for so long has to be signed in anew."""
NOTED_EVERY = timedelta(minutes=10)
"""How exactly we remember when a browser was last used: one small write in so long."""
_BROWSER_MAX = 300


@dataclass(frozen=True, slots=True)
class Opened:
    """A browser signed in, and whose it is."""

    sign_in: SignIn
    user: User
    has_factor: bool

    @property
    def awaits_code(self) -> bool:
        """Whether the code of the second factor has still to be given here."""
        return self.has_factor and self.sign_in.proved_at is None

    @property
    def to_be_noted(self) -> bool:
        """Whether it is time to remember that the browser is used."""
        return clock.now() - self.sign_in.seen_at >= NOTED_EVERY


def begin(user: User, *, browser: str, via: str, proved_at: datetime | None = None) -> SignIn:
    """Remember that `user` is signed in from now on in a browser that names itself `browser`.

    `proved_at` is when the code of the second factor was given in it already. No event: it is no decision.
    """
    now = clock.now()
    user.last_seen_at = now
    opened: SignIn = add(
        SignIn(
            user_id=user.id,
            browser=seen(browser)[:_BROWSER_MAX],
            via=via,
            began_at=now,
            seen_at=now,
            proved_at=proved_at,
        )
    )
    return opened


def find(number: object, identity: str) -> Opened | None:
    """The browser of that number, if it is still signed in as the open account `identity`. One statement."""
    if not isinstance(number, int):
        return None
    row = db.session.execute(
        select(SignIn, User, SecondFactor.user_id.is_not(None).label("has_factor"))
        .join(User, User.id == SignIn.user_id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(SignIn.id == number, SignIn.ended_at.is_(None))
        .where(User.fs_uniquifier == identity, User.active)
    ).first()
    return Opened(row.SignIn, row.User, row.has_factor) if row else None


def note_seen(opened: Opened) -> None:
    """Remember that the person uses this browser now. No event: it is no decision."""
    now = clock.now()
    opened.user.last_seen_at = now
    opened.sign_in.seen_at = now
    db.session.flush()


def listed(actor: Actor, user: User) -> Sequence[SignIn]:
    """Where `user` is signed in, last used first; for the person alone. One statement."""
    require(policy.edit_account(actor, user))
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), SignIn.seen_at > clock.now() - LASTS)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def end(actor: Actor, user: User, number: int) -> None:
    """Sign `user` out of one browser. Ended already: nothing happens.

    Records `session_ended`. Raises NotFound for a browser that isn't theirs, Forbidden for anybody but the person.
    """
    require(policy.edit_account(actor, user))
    row = db.session.get(SignIn, number)
    if row is None or row.user_id != user.id:
        raise NotFound
    if leave(row):
        events.record(actor, "session_ended", user)


def leave(row: SignIn) -> bool:
    """The person signs out of the browser they sit at; whether they were signed in. No event: it is no decision."""
    ended = update(SignIn).where(SignIn.id == row.id, SignIn.ended_at.is_(None)).values(ended_at=clock.now())
    return db.session.scalar(ended.returning(SignIn.id)) is not None
