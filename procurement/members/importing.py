"""Many structures at once, from a table: what it would do is said first, then done whole, or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.errors import Conflict, Invalid
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.members import policy
from procurement.members.models import Member
from procurement.members.operations import IDENTITY_LOCK, write_changes
from procurement.members.sheets import NEEDED, Fault, Line

_EMPTY: Mapping[str, Callable[[], Any]] = {
    "skills": str,
    "phone": str,
    "services": list,
    "cpv": list,
    "areas": list,
    "capacity_hours": lambda: None,
    "capacity_note": str,
    "website": str,
}


@dataclass(slots=True)
class Plan:
    """What a table would do: structures that come in, those that change (with which columns), those that stay."""

    fresh: list[Line] = field(default_factory=list)
    changed: list[tuple[Line, Member, list[str]]] = field(default_factory=list)
    same: int = 0
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0
    """Lines with at least one fault: none of them is taken."""


def plan(actor: Actor, lines: Iterable[Line]) -> Plan:
    """What these lines would do now. Two statements. Raises Forbidden.

    A line whose SIRET is in the network changes that structure, cell by cell: an empty one changes nothing. Names and
    SIRET are compared with the network's and within the table.
    """
    require(policy.create(actor))
    read = list(lines)
    sirets = {line.values.get("siret") for line in read}
    there = {
        member.siret: member for member in db.session.scalars(select(Member).where(Member.siret.in_(sirets)))
    }
    names = {name.casefold(): siret for name, siret in db.session.execute(select(Member.name, Member.siret))}
    made = Plan()
    seen: dict[str, int] = {}
    for line in read:
        member = there.get(line.values.get("siret", ""))
        line.faults += _together(line, member, names, seen)
        if line.faults:
            made.faulty += 1
            made.faults += line.faults
            continue
        siret, name = line.values["siret"], line.values.get("name", "")
        seen[siret] = line.number
        if name:
            names[name.casefold()] = siret
        if member is None:
            made.fresh.append(line)
            continue
        changed = [column for column, value in line.values.items() if getattr(member, column) != value]
        if changed:
            made.changed.append((line, member, changed))
        else:
            made.same += 1
    return made


def _together(
    line: Line, member: Member | None, names: Mapping[str, str], seen: Mapping[str, int]
) -> list[Fault]:
    """What is wrong with a line beside the others and the network."""
    found: list[Fault] = []
    siret, name = line.values.get("siret", ""), line.values.get("name", "")
    if siret in seen:
        again = Invalid(N_("This SIRET stands on line %(line)s already."), line=seen[siret])
        found.append(Fault(line.number, "siret", again))
    if name and names.get(name.casefold(), siret) != siret:
        taken = Invalid(N_("Another structure of the network has this name."))
        found.append(Fault(line.number, "name", taken))
    if member is None:
        faulty = {fault.column for fault in line.faults}
        for column in NEEDED:
            if column != "siret" and column not in line.values and column not in faulty:
                missing = Invalid(N_("Missing: a structure that comes in needs it."))
                found.append(Fault(line.number, column, missing))
    elif member.left_at is not None:
        left = Invalid(N_("This structure has left the network."))
        found.append(Fault(line.number, "siret", left))
    return found


def carry_out(actor: Actor, lines: Iterable[Line], *, whole: bool) -> Plan:
    """Bring in and change what the right lines say; with `whole`, nothing unless all of them are right.

    Records `member_created` or `member_edited` for each. Raises Forbidden, Conflict when something is wrong and
    `whole` was asked.
    """
    require(policy.create(actor))
    db.session.execute(select(func.pg_advisory_xact_lock(IDENTITY_LOCK)))
    made = plan(actor, lines)
    if whole and made.faults:
        raise Conflict(
            N_("Nothing was imported: %(lines)s lines are wrong. Correct them, or import the others only."),
            lines=made.faulty,
        )
    _bring_in(actor, made.fresh)
    _change(actor, made.changed)
    return made


def _bring_in(actor: Actor, lines: Sequence[Line]) -> None:
    now = clock.now()
    members = []
    for line in lines:
        values = {name: make() for name, make in _EMPTY.items()} | line.values
        values.setdefault("territory", [values["department"]])
        members.append(Member(**values, joined_at=now, left_at=None))
    db.session.add_all(members)
    db.session.flush()
    events.record_first(
        actor,
        ((("member", member.id), [("member_created", {"kind": member.kind.value})]) for member in members),
    )


def _change(actor: Actor, lines: Sequence[tuple[Line, Member, list[str]]]) -> None:
    # Locked in the order of their numbers, like everybody else does.
    for line, member, _seen in sorted(lines, key=lambda one: one[1].id):
        db.session.refresh(member, with_for_update=True)
        write_changes(actor, member, line.values)
