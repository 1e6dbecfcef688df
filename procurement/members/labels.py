"""Labels and marks of structures: recorded with their dates, taken away; read for their pages."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from procurement.core import events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.members import policy
from procurement.members.models import Mark, Member, MemberLabel
from procurement.members.queries import find

NAME_LENGTH = 80
MOST = 20
"""Labels that one structure may record."""


def labels_of(member: Member) -> Sequence[MemberLabel]:
    """The labels of `member`, those that hold longest first. One statement."""
    return db.session.scalars(
        select(MemberLabel)
        .where(MemberLabel.member_id == member.id)
        .order_by(MemberLabel.until_on.desc().nulls_first(), MemberLabel.id)
    ).all()


def add_label(
    actor: Actor, member_id: int, mark: Mark, *, from_on: date, until_on: date | None, name: str = ""
) -> MemberLabel:
    """Record a label that a structure holds; `name` says which, for one of another kind.

    `until_on` is its last day. Records `label_added`. Raises NotFound, Forbidden, Invalid with the field.
    """
    member = _locked(actor, member_id)
    said = name.strip() if mark is Mark.OTHER else ""
    if mark is Mark.OTHER and not said:
        raise Invalid(N_("Give the label's name."), field="name")
    if len(said) > NAME_LENGTH or "\x00" in said:
        raise Invalid(N_("This is too long: %(limit)s characters at most."), field="name", limit=NAME_LENGTH)
    if until_on is not None and until_on < from_on:
        raise Invalid(N_("Its last day comes before its first."), field="until_on")
    held = labels_of(member)
    if any((one.mark, one.name.casefold(), one.from_on) == (mark, said.casefold(), from_on) for one in held):
        raise Invalid(N_("This label is recorded already, from that day on."), field="mark")
    if len(held) >= MOST:
        raise Invalid(N_("%(limit)s labels at most: take away those that have ended."), limit=MOST)
    label: MemberLabel = add(
        MemberLabel(member_id=member.id, mark=mark, name=said, from_on=from_on, until_on=until_on)
    )
    events.record(actor, "label_added", member, facts={"label_id": label.id, "mark": mark.value})
    return label


def remove_label(actor: Actor, member_id: int, label_id: int) -> None:
    """Take a label away. Records `label_removed` with what it said. Raises NotFound, Forbidden."""
    member = _locked(actor, member_id)
    label = db.session.get(MemberLabel, label_id)
    if label is None or label.member_id != member.id:
        raise NotFound
    said = {"name": label.name, "from_on": label.from_on, "until_on": label.until_on}
    facts = {"label_id": label.id, "mark": label.mark.value}
    db.session.delete(label)
    db.session.flush()
    events.record(actor, "label_removed", member, facts=facts, values={"before": said})


def _locked(actor: Actor, member_id: int) -> Member:
    member = find(actor, member_id)
    require(policy.edit_profile(actor, member.id))
    db.session.refresh(member, with_for_update=True)
    return member
