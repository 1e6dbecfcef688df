"""Verbs on a structure's file: fill in a section, add, change and take away its lines, take what the register says."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound, StaleVersion
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.dossiers import policy
from procurement.dossiers.models import BusinessYear, Entry, MemberFile
from procurement.dossiers.queries import blank, member_of_file
from procurement.dossiers.rules import Section, check_entry, check_section, check_text
from procurement.members.models import Member

MOST = 40
"""Lines of one kind that a file may hold."""


def save_section(
    actor: Actor, member_id: int, section: Section, version: int, values: Mapping[str, Any]
) -> MemberFile:
    """Fill in a section of a structure's file. `version` is the one the form was shown on, 0 for a blank file.

    An IBAN of None leaves the one that is kept. What is typed is no longer marked as the register's. Records
    `file_filled` with the fields; of a bank account never its value. Raises NotFound, Forbidden, Invalid with the
    field, StaleVersion.
    """
    member, file = _locked(actor, member_id)
    if section is Section.BANK:
        require(policy.see_iban(actor, member.id))
        values = {**values, "iban": file.iban if values["iban"] is None else values["iban"]}
        values["iban"] = values["iban"] or ""
    if file.version != version:
        raise StaleVersion(file.version)
    checked = check_section(section, values)
    if section is Section.BANK:
        checked["iban_tail"] = (checked["iban"] or "")[-4:]
    return _write(actor, member, file, checked, typed=True)


def take_from_register(actor: Actor, member_id: int, found: Mapping[str, Any]) -> MemberFile:
    """Put what the public register says where nothing is said yet, marked as such; never over what was typed.

    Records `file_prefilled`. Raises NotFound, Forbidden, Invalid when the register's own value can't be taken.
    """
    member, file = _locked(actor, member_id)
    fresh = {
        name: check_text(name, value) if type(value) is str else value
        for name, value in found.items()
        if getattr(file, name) in (None, "") and value not in (None, "")
    }
    if "ape" not in fresh:
        fresh.pop("naf", None)
    return _write(actor, member, file, fresh, typed=False)


def _write(
    actor: Actor, member: Member, file: MemberFile, values: Mapping[str, Any], *, typed: bool
) -> MemberFile:
    before = {name: getattr(file, name) for name in values}
    changed = sorted(name for name in values if values[name] != before[name])
    if not changed:
        return file
    for name in changed:
        setattr(file, name, values[name])
    kept = [name for name in file.prefilled if name not in changed]
    file.prefilled = kept if typed else sorted({*kept, *changed})
    if not typed:
        file.prefilled_on = clock.today()
    file.version += 1
    if file not in db.session:
        db.session.add(file)
    db.session.flush()
    said = [name for name in changed if not name.startswith("iban")]
    events.record(
        actor,
        "file_filled" if typed else "file_prefilled",
        member,
        facts={"fields": [name for name in changed if name != "iban_tail"]},
        values={"before": {n: before[n] for n in said}, "after": {n: values[n] for n in said}},
        on_behalf_of=None if member.id in actor.memberships else member.id,
    )
    return file


def add_entry(actor: Actor, entry: Entry) -> Entry:
    """Add a line to the file of its `member_id`. Records `file_line_added`.

    Raises NotFound, Forbidden, Invalid with the field (a year that is there already too).
    """
    member, _file = _locked(actor, entry.member_id)
    check_entry(entry)
    kind = type(entry)
    held = db.session.scalars(select(kind).where(kind.member_id == member.id)).all()
    if len(held) >= MOST:
        raise Invalid(N_("%(limit)s lines at most: take away the oldest."), limit=MOST)
    _one_a_year(entry, held)
    entry.version = 1
    add(entry)
    _tell(actor, "file_line_added", member, entry)
    return entry


def edit_entry(
    actor: Actor, kind: type[Entry], member_id: int, entry_id: int, version: int, values: Mapping[str, Any]
) -> Entry:
    """Change a line of a file. Records `file_line_edited`. Raises NotFound, Forbidden, Invalid, StaleVersion."""
    member, entry = _line(actor, kind, member_id, entry_id)
    if entry.version != version:
        raise StaleVersion(entry.version)
    if all(getattr(entry, name) == value for name, value in values.items()):
        return entry
    with db.session.no_autoflush:
        for name, value in values.items():
            setattr(entry, name, value)
        check_entry(entry)
        others = db.session.scalars(
            select(kind).where(kind.member_id == member.id, kind.id != entry_id)
        ).all()
        _one_a_year(entry, others)
    entry.version += 1
    db.session.flush()
    _tell(actor, "file_line_edited", member, entry)
    return entry


def remove_entry(actor: Actor, kind: type[Entry], member_id: int, entry_id: int) -> None:
    """Take a line away. Records `file_line_removed`. Raises NotFound, Forbidden."""
    member, entry = _line(actor, kind, member_id, entry_id)
    db.session.delete(entry)
    db.session.flush()
    _tell(actor, "file_line_removed", member, entry)


def _one_a_year(entry: Entry, others: Any) -> None:
    if isinstance(entry, BusinessYear) and any(other.year == entry.year for other in others):
        raise Invalid(N_("This year is there already: change its line."), field="year")


def _locked(actor: Actor, member_id: int) -> tuple[Member, MemberFile]:
    """The structure, locked, and its file."""
    member = member_of_file(actor, member_id)
    require(policy.edit(actor, member.id))
    db.session.refresh(member, with_for_update=True)
    file = db.session.scalar(
        select(MemberFile).where(MemberFile.member_id == member.id).execution_options(populate_existing=True)
    )
    return member, file or blank(member.id)


def _line(actor: Actor, kind: type[Entry], member_id: int, entry_id: int) -> tuple[Member, Entry]:
    member, _file = _locked(actor, member_id)
    entry: Any = db.session.scalar(
        select(kind)
        .where(kind.id == entry_id, kind.member_id == member.id)
        .execution_options(populate_existing=True)
    )
    if entry is None:
        raise NotFound
    return member, entry


def _tell(actor: Actor, verb: str, member: Member, entry: Entry) -> None:
    events.record(
        actor,
        verb,
        member,
        facts={"line": entry.__tablename__, "line_id": entry.id},
        on_behalf_of=None if member.id in actor.memberships else member.id,
    )
