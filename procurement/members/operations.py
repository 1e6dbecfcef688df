"""Verbs on member structures: bring one in, change what it says of itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound, StaleVersion
from procurement.core.i18n import N_
from procurement.core.phones import check_phone
from procurement.core.policy import Actor, require
from procurement.members import policy
from procurement.members.models import Member, MemberKind
from procurement.members.rules import (
    check_areas,
    check_cpv,
    check_department,
    check_services,
    check_siret,
    check_territory,
    check_website,
)

NAME_LENGTH = 160
TOWN_LENGTH = 120
SKILLS_LENGTH = 2000
CAPACITY_NOTE_LENGTH = 300
LARGEST_CAPACITY = 100_000

IDENTITY_LOCK = 0x6D656D62
"""Held while a name and a SIRET are compared with the others' and written (any number, ours alone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes a structure this one: kept by the network's office."""

    name: str
    kind: MemberKind
    siret: str
    department: str
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a structure can do and how much: kept by its manager too.

    `services` are values of ServiceLine, `cpv` beginnings of codes, `areas` names of EPCI and communes,
    `capacity_hours` hours a week.
    """

    services: Iterable[str] = ()
    cpv: Iterable[str] = ()
    areas: Iterable[str] = ()
    capacity_hours: int | None = None
    capacity_note: str = ""
    website: str = ""


def create_member(
    actor: Actor,
    *,
    name: str,
    kind: MemberKind,
    siret: str,
    department: str,
    town: str,
    territory: Iterable[str] = (),
    skills: str = "",
    phone: str = "",
    offer: Offer | None = None,
    is_demo: bool = False,
) -> Member:
    """Bring a structure into the network.

    `siret` may be typed with spaces; `territory` is the departments served, its own when none is given. Raises
    Forbidden, or Invalid with the field (a name or a SIRET already taken too).
    """
    require(policy.create(actor))
    values = _checked_identity(Identity(name=name, kind=kind, siret=siret, department=department, town=town))
    values |= _checked_profile(list(territory) or [department], skills, phone)
    values |= _checked_offer(offer or Offer())
    member: Member = add(Member(**values, is_demo=is_demo, joined_at=clock.now()))
    events.record(actor, "member_created", member, facts={"kind": member.kind.value})
    return member


def edit_member(
    actor: Actor,
    member_id: int,
    version: int,
    *,
    territory: Iterable[str],
    skills: str,
    phone: str,
    offer: Offer | None = None,
    identity: Identity | None = None,
) -> Member:
    """Change what a structure says of itself and offers, and for the network's office its `identity`.

    `version` is the one the form was filled on. Raises NotFound, Forbidden, Invalid, StaleVersion. When
    nothing differs, nothing is recorded.
    """
    member = db.session.scalar(
        select(Member)
        .where(Member.id == member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if member is None or not policy.see_directory(actor):
        raise NotFound
    require(policy.edit_profile(actor, member_id) and (identity is None or policy.edit_identity(actor)))
    if member.version != version:
        raise StaleVersion(member.version)
    values = _checked_identity(identity, member.id) if identity is not None else {}
    values |= _checked_profile(territory, skills, phone)
    values |= _checked_offer(offer) if offer is not None else {}
    write_changes(actor, member, values)
    return member


def write_changes(actor: Actor, member: Member, values: Mapping[str, Any]) -> None:
    """Write checked columns of a structure that is locked. Records `member_edited` when something differs."""
    before = {name: getattr(member, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return
    for name in changed:
        setattr(member, name, values[name])
    member.version += 1
    db.session.flush()
    events.record(
        actor,
        "member_edited",
        member,
        facts={"fields": changed},
        values={"before": {n: before[n] for n in changed}, "after": {n: values[n] for n in changed}},
    )


def _checked_profile(territory: Iterable[str], skills: str, phone: str) -> dict[str, Any]:
    return {
        "territory": check_territory(territory),
        "skills": _text(skills, "skills", SKILLS_LENGTH),
        "phone": check_phone(phone),
    }


def _checked_offer(offer: Offer) -> dict[str, Any]:
    hours = offer.capacity_hours
    if hours is not None and not 0 < hours <= LARGEST_CAPACITY:
        raise Invalid(
            N_("Give whole hours a week, %(limit)s at most, or nothing."),
            field="capacity_hours",
            limit=LARGEST_CAPACITY,
        )
    return {
        "services": check_services(offer.services),
        "cpv": check_cpv(offer.cpv),
        "areas": check_areas(_text(area, "areas", SKILLS_LENGTH) for area in offer.areas),
        "capacity_hours": hours,
        "capacity_note": _text(offer.capacity_note, "capacity_note", CAPACITY_NOTE_LENGTH),
        "website": check_website(_text(offer.website, "website", SKILLS_LENGTH)),
    }


def _checked_identity(identity: Identity, member_id: int = 0) -> dict[str, Any]:
    """The columns of `identity`, its name and SIRET free of any structure but `member_id`. Raises Invalid."""
    name = _text(identity.name, "name", NAME_LENGTH)
    if not name:
        raise Invalid(N_("Give the structure's name."), field="name")
    siret = check_siret(identity.siret)
    department = check_department(identity.department)
    town = _text(identity.town, "town", TOWN_LENGTH)
    if not town:
        raise Invalid(N_("Give the town of its head office."), field="town")
    # Two people typing the same structure in at once: the second waits here, and is told.
    db.session.execute(select(func.pg_advisory_xact_lock(IDENTITY_LOCK)))
    taken = db.session.execute(
        select(Member.name, Member.siret)
        .where((Member.name == name) | (Member.siret == siret))
        .where(Member.id != member_id)
    ).all()
    if any(row.siret == siret for row in taken):
        raise Invalid(N_("Another structure of the network has this SIRET."), field="siret")
    if taken:
        raise Invalid(N_("Another structure of the network has this name."), field="name")
    return {"name": name, "kind": identity.kind, "siret": siret, "department": department, "town": town}


def _text(text: str, field: str, limit: int) -> str:
    """`text` stripped; raises Invalid when it is longer than `limit` characters or can't be stored."""
    kept = text.strip()
    if "\x00" in kept:
        raise Invalid(N_("This text holds a character that can't be kept: type it again."), field=field)
    if len(kept) > limit:
        raise Invalid(N_("This is too long: %(limit)s characters at most."), field=field, limit=limit)
    return kept
