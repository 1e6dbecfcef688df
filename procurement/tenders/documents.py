"""The buyer's documents of a tender: what the delegate has downloaded once, for the whole network."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from procurement.core.db import db
from procurement.core.errors import NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.core.storage import Kept
from procurement.files import operations as files
from procurement.files.models import File, FileVersion
from procurement.files.queries import files_of
from procurement.tenders import policy
from procurement.tenders.models import Tender


def may_read(actor: Actor, tender_id: int) -> bool:
    """Whether `actor` may read the documents of that tender now: the network's people, where they see the tender."""
    if not policy.read_documents(actor):
        return False
    return bool(db.session.scalar(select(exists().where(Tender.id == tender_id, policy.visible_to(actor)))))


def documents_of(actor: Actor, tender: Tender) -> Sequence[File]:
    """The documents of a tender that `actor` sees, with their versions; none for who doesn't get them. One statement."""
    return files_of("tender", [tender.id]).get(tender.id, []) if policy.read_documents(actor) else []


def add_documents(actor: Actor, tender_id: int, kept: Sequence[Kept]) -> list[File]:
    """Add files to a tender. Raises NotFound, Forbidden, TooLate for a cancelled one."""
    tender = _locked(actor, tender_id)
    return [files.attach(actor, tender, one) for one in kept]


def replace_document(actor: Actor, tender_id: int, file_id: int, kept: Kept) -> FileVersion:
    """Put the newer version that the buyer has sent; earlier ones stay. Raises NotFound, Forbidden, TooLate."""
    return files.replace(actor, _locked(actor, tender_id), file_id, kept)


def remove_document(actor: Actor, tender_id: int, file_id: int) -> File:
    """Take a document away, put there by mistake. Raises NotFound, Forbidden, TooLate."""
    return files.remove(actor, _locked(actor, tender_id), file_id)


def _locked(actor: Actor, tender_id: int) -> Tender:
    """The tender, locked, for whoever writes tenders."""
    tender = db.session.scalar(
        select(Tender)
        .where(Tender.id == tender_id, policy.visible_to(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if tender is None:
        raise NotFound
    require(policy.write(actor))
    if tender.cancelled_at is not None:
        raise TooLate(N_("This tender is cancelled: its documents stay as they are."))
    return tender
