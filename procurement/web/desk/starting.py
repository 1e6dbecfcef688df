"""What somebody new has still to do: short steps, ticked by what stands, on the first screen until all are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.accounts.models import User
from procurement.core import policy
from procurement.core.policy import Actor
from procurement.members.models import Member
from procurement.notifications.queries.preferences import has_chosen
from procurement.web.desk.room import room

NEW = timedelta(days=30)
"""How long an account is told that it can choose its messages."""
_HIDDEN = "start_hidden"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, in words; `member` names the structure it is about, where the person has several."""

    words: str
    url: str
    done: bool
    member: str = ""


def first_steps(actor: Actor, user: User, members: Sequence[Member], now: datetime) -> list[Step]:
    """The steps of `user`, done ones too; none once all are done, or for a browser that put them away.

    What the structures they manage say of themselves, and for a new account its messages: one statement at most.
    """
    if session.get(_HIDDEN):
        return []
    managed = [member for member in members if actor.manages(member.id)]
    steps = [step for member in managed for step in _of_structure(member, named=len(managed) > 1)]
    if now - user.created_at < NEW:
        words = gettext("Choose what reaches you by e-mail, and how often")
        steps.append(Step(words, url_for("news.choose"), has_chosen(user.id)))
    return [] if all(step.done for step in steps) else steps


def without_trades(actor: Actor, members: Sequence[Member]) -> list[Member]:
    """The structures that `actor` manages and that are suggested little, having said no trade or no place."""
    return [
        member for member in members if actor.manages(member.id) and not (member.cpv and member.territory)
    ]


def _of_structure(member: Member, *, named: bool) -> list[Step]:
    """What suggestions and possible partners read of a structure."""
    asked = (
        (gettext("Say what your structure does: its trades"), "trades-0", bool(member.cpv)),
        (gettext("Say where it works"), "territory-0", bool(member.territory)),
        (
            gettext("Say how much it can bring: hours a week"),
            "capacity_hours",
            bool(member.capacity_hours or member.capacity_note),
        ),
    )
    return [
        Step(
            words,
            url_for("members.edit", member_id=member.id, _anchor=anchor),
            done,
            member.name if named else "",
        )
        for words, anchor, done in asked
    ]


@room.post("/mon-travail/pour-commencer/masquer", may=policy.member)
def hide_start() -> ResponseReturnValue:
    """Put the steps away, for as long as this browser stays signed in."""
    session[_HIDDEN] = True
    return redirect(url_for("desk.mine"))
