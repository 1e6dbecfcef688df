"""What pages read of structures' files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import Actor
from procurement.dossiers import policy
from procurement.dossiers.models import BusinessYear, MemberFile, Reference, Signatory
from procurement.dossiers.rules import Chapter, chapters
from procurement.members.models import Member


@dataclass(frozen=True, slots=True)
class Dossier:
    """A structure's whole file. `file` is a blank one, of version 0, where nothing is written yet."""

    member: Member
    file: MemberFile
    signatories: Sequence[Signatory]
    years: Sequence[BusinessYear]
    references: Sequence[Reference]
    chapters: Sequence[Chapter]

    @property
    def percent(self) -> int:
        """How far the whole is filled."""
        asked = sum(one.asked for one in self.chapters)
        return round(100 * (asked - sum(len(one.lacking) for one in self.chapters)) / asked)


def blank(member_id: int) -> MemberFile:
    """A file in which nothing is said."""
    return MemberFile(
        member_id=member_id,
        **dict.fromkeys(
            (
                "legal_name",
                "street",
                "postcode",
                "town",
                "email",
                "rna",
                "ape",
                "idcc",
                "agreement_number",
                "agreement_territory",
                "equipment",
                "insurer",
                "insurance_policy",
                "iban_tail",
                "bic",
                "account_holder",
            ),
            "",
        ),
        prefilled=[],
        version=0,
    )


def member_of_file(actor: Actor, member_id: int) -> Member:
    """The structure whose file `actor` may see. One statement. Raises NotFound."""
    member = db.session.scalar(select(Member).where(Member.id == member_id, Member.left_at.is_(None)))
    if member is None or not policy.read(actor, member_id):
        raise NotFound
    return member


def whole(actor: Actor, member_id: int, today: date) -> Dossier:
    """A structure's file, with what it still lacks. Five statements. Raises NotFound."""
    member = member_of_file(actor, member_id)
    file = db.session.scalar(select(MemberFile).where(MemberFile.member_id == member_id)) or blank(member_id)
    signatories = db.session.scalars(
        select(Signatory).where(Signatory.member_id == member_id).order_by(Signatory.name, Signatory.id)
    ).all()
    years = db.session.scalars(
        select(BusinessYear).where(BusinessYear.member_id == member_id).order_by(BusinessYear.year.desc())
    ).all()
    references = db.session.scalars(
        select(Reference)
        .where(Reference.member_id == member_id)
        .order_by(Reference.until_year.desc().nulls_first(), Reference.from_year.desc(), Reference.id)
    ).all()
    found = chapters(member, file, signatories, years, references, today)
    return Dossier(member, file, signatories, years, references, found)
