"""What pages read of certificates: a structure's, all of the network's at once, one with its scans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, load_only

from procurement.certificates import policy
from procurement.certificates.models import Certificate, CertificateKind
from procurement.certificates.rules import RED, RULES, CertificateState, Rule, owed_by, state_of
from procurement.core import events
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.events import Event
from procurement.core.policy import Actor
from procurement.files.models import File
from procurement.files.queries import files_of
from procurement.members.models import Member
from procurement.members.queries import own


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The structures whose certificates exist for `actor`, as a condition on `Member`."""
    if actor.is_delegate:
        return true()
    return Member.id.in_(list(actor.memberships)) if actor.memberships else false()


def visible_member(actor: Actor, member_id: int, *, lock: bool = False) -> Member:
    """A structure of the network whose certificates `actor` may see, locked if asked. Raises NotFound."""
    query = select(Member).where(Member.id == member_id, Member.left_at.is_(None), visible_to(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    member = db.session.scalar(query)
    if member is None:
        raise NotFound
    return member


class Sheet(NamedTuple):
    """Of a certificate, what says how it stands: a grid of thousands needs no more."""

    id: int
    member_id: int
    kind: CertificateKind
    expires_on: date | None
    checked_at: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paper:
    """How a structure stands with one kind: the certificate that stands, if one does."""

    kind: CertificateKind
    owed: bool
    """Whether it must have it, whatever the contract."""
    state: CertificateState
    certificate: Certificate | Sheet | None
    files: Sequence[File] = ()

    @property
    def rule(self) -> Rule:
        """How this kind is issued and ends."""
        return RULES[self.kind]

    @property
    def red(self) -> bool:
        """Whether the structure owes it and has nothing to show."""
        return self.owed and self.state in RED


def standing(certificate: Certificate | Sheet | None, today: date) -> CertificateState:
    """How a certificate, or its absence, stands on `today`."""
    if certificate is None:
        return state_of(None, recorded=False, checked=False, refused=False, today=today)
    return state_of(
        certificate.expires_on,
        recorded=True,
        checked=certificate.checked_at is not None,
        refused=certificate.refused_at is not None,
        today=today,
    )


def _live(where: ColumnElement[bool]) -> Select[Certificate]:
    return select(Certificate).where(where, Certificate.superseded_at.is_(None)).order_by(Certificate.id)


def owing(member: Member, today: date) -> list[Paper]:
    """How a structure stands with each kind that it owes. One statement."""
    return _papers(member, db.session.scalars(_live(Certificate.member_id == member.id)), today)


def papers_of(members: Sequence[Member], today: date) -> dict[int, list[Paper]]:
    """How structures stand on `today` with what they owe, then what else they have, by structure. One statement.

    For readings that know to whom they may tell it.
    """
    return _standings(members, Certificate.member_id.in_([member.id for member in members]), today)


def _standings(members: Sequence[Member], where: ColumnElement[bool], today: date) -> dict[int, list[Paper]]:
    live: dict[int, list[Sheet]] = {}
    sheets = _live(where).with_only_columns(*(getattr(Certificate, name) for name in Sheet._fields))
    for row in db.session.execute(sheets):
        live.setdefault(row.member_id, []).append(Sheet(*row))
    return {member.id: _papers(member, live.get(member.id, ()), today) for member in members}


def _papers(
    member: Member, certificates: object, today: date, files: Mapping[int, Sequence[File]] | None = None
) -> list[Paper]:
    live = {one.kind: one for one in certificates}  # type: ignore[attr-defined]
    owed = owed_by(member.kind)
    others = [kind for kind in live if kind not in owed]
    return [
        Paper(
            kind,
            kind in owed,
            standing(live.get(kind), today),
            live.get(kind),
            (files or {}).get(live[kind].id, ()) if kind in live else (),
        )
        for kind in (*owed, *others)
    ]


@dataclass(frozen=True, slots=True)
class MemberPapers:
    """All of a structure's certificates: what it owes first, in order; then what else it has."""

    member: Member
    papers: Sequence[Paper]

    @property
    def red(self) -> Sequence[Paper]:
        """What it has nothing to show for."""
        return [paper for paper in self.papers if paper.red]

    @property
    def more(self) -> Sequence[CertificateKind]:
        """Kinds that it may bring besides."""
        there = {paper.kind for paper in self.papers}
        return [kind for kind, rule in RULES.items() if kind not in there and not rule.owed_by]


def member_papers(actor: Actor, member_id: int, today: date) -> MemberPapers:
    """A structure's certificates with their scans. Raises NotFound. Three statements."""
    member = visible_member(actor, member_id)
    live = db.session.scalars(
        _live(Certificate.member_id == member.id).execution_options(populate_existing=True)
    ).all()
    files = files_of("certificate", [one.id for one in live])
    return MemberPapers(member, _papers(member, live, today, files))


def owing_now(actor: Actor, today: date) -> Sequence[tuple[Member, int]]:
    """The person's structures that have something to send now, with how much. Two statements."""
    members = own(actor)
    papers = papers_of(members, today)
    counts = [(member, sum(paper.red for paper in papers[member.id])) for member in members]
    return [(member, count) for member, count in counts if count]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid: a structure, how it stands with each kind (None: it doesn't owe it), when it was last chased."""

    member: Member
    cells: Sequence[Paper | None]
    red: int
    valid: int
    """How many are in order."""
    chased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Structures × certificates."""

    kinds: Sequence[CertificateKind]
    lines: Sequence[Line]
    red: int
    """Structures that owe something, filtered or not."""
    to_check: int
    """Certificates that wait to be looked at."""


def grid(actor: Actor, today: date, *, only_red: bool = False) -> Grid:
    """All structures of the network with all that they owe, those that owe most first if `only_red`. Three statements.

    Empty for whoever doesn't check certificates.
    """
    if not policy.check(actor):
        return Grid([], [], 0, 0)
    members = db.session.scalars(
        select(Member)
        .where(Member.left_at.is_(None))
        .order_by(func.unaccent(func.lower(Member.name)), Member.id)
        .options(load_only(Member.name, Member.kind))
    ).all()
    standings = _standings(members, true(), today)
    chased = _last_chased()
    kinds = [kind for kind, rule in RULES.items() if rule.owed_by]
    lines = []
    for member in members:
        papers = {paper.kind: paper for paper in standings[member.id]}
        cells = [papers.get(kind) for kind in kinds]
        red = sum(1 for cell in cells if cell is not None and cell.red)
        valid = sum(1 for cell in cells if cell is not None and cell.state is CertificateState.VALID)
        lines.append(Line(member, cells, red, valid, chased.get(member.id)))
    waiting = sum(
        paper.state is CertificateState.TO_CHECK for papers in standings.values() for paper in papers
    )
    shown = sorted((line for line in lines if line.red), key=lambda line: -line.red) if only_red else lines
    return Grid(kinds, shown, sum(1 for line in lines if line.red), waiting)


def _last_chased() -> Mapping[int, datetime]:
    rows = db.session.execute(
        select(Event.subject_id, func.max(Event.at).label("at"))
        .where(Event.subject_type == "member", Event.verb == "certificates_chased")
        .group_by(Event.subject_id)
    )
    return {row.subject_id: row.at for row in rows}


def last_chased(member_id: int) -> datetime | None:
    """When a structure was last asked for what it owes. One statement."""
    return _last_chased().get(member_id)


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """One certificate with its scans, what happened to it, and those it took the place of."""

    certificate: Certificate
    state: CertificateState
    files: Sequence[File]
    activity: Sequence[Event]
    earlier: Sequence[Certificate]


def certificate_page(actor: Actor, certificate_id: int, today: date) -> CertificatePage:
    """What the page of one certificate shows. Raises NotFound. Four statements."""
    certificate = db.session.scalar(
        select(Certificate)
        .join(Certificate.member)
        .where(Certificate.id == certificate_id, visible_to(actor))
        .options(
            contains_eager(Certificate.member),
            joinedload(Certificate.recorder),
            joinedload(Certificate.checker),
        )
        .execution_options(populate_existing=True)
    )
    if certificate is None:
        raise NotFound
    earlier = db.session.scalars(
        select(Certificate)
        .where(
            Certificate.member_id == certificate.member_id,
            Certificate.kind == certificate.kind,
            Certificate.id < certificate.id,
        )
        .order_by(Certificate.id.desc())
        .limit(10)
    ).all()
    return CertificatePage(
        certificate,
        standing(certificate, today),
        files_of("certificate", [certificate.id]).get(certificate.id, []),
        events.history([("certificate", certificate.id)]),
        earlier,
    )


def may_read(actor: Actor, certificate_id: int) -> bool:
    """Whether `actor` may read the scans of that certificate now. One statement."""
    member_id = db.session.scalar(select(Certificate.member_id).where(Certificate.id == certificate_id))
    return member_id is not None and policy.read(actor, member_id)


def next_to_check(actor: Actor, after: int = 0) -> int | None:
    """The certificate that has waited longest, of those after the one numbered `after`; None when none waits."""
    if not policy.check(actor):
        return None
    waiting = (
        select(Certificate.id)
        .join(Certificate.member)
        .where(
            Certificate.superseded_at.is_(None),
            Certificate.checked_at.is_(None),
            Certificate.refused_at.is_(None),
            Member.left_at.is_(None),
        )
        .order_by(Certificate.id <= after, Certificate.id)
        .limit(1)
    )
    return db.session.scalar(waiting)
