"""Files of all sorts."""

from io import BytesIO

from pypdf import PdfWriter
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from procurement.core.db import Base, db
from procurement.core.policy import SYSTEM, Actor
from procurement.core.storage import take_in
from procurement.files.models import File
from procurement.files.operations import attach


def a_pdf(mark: object = "", *, password: str = "", pages: int = 1) -> bytes:
    """A PDF of blank pages; `mark` makes it another."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": f"Document {mark}"})
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def make_file(
    subject: Base, content: bytes | None = None, name: str = "document.pdf", *, actor: Actor = SYSTEM
) -> File:
    """A file of `subject`, with its version; a PDF unless told otherwise."""
    kept = take_in(BytesIO(a_pdf(subject.id) if content is None else content), name)
    file = attach(actor, subject, kept)
    return (
        db.session.scalars(
            select(File)
            .where(File.id == file.id)
            .options(joinedload(File.versions))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )
